// Breaks may() in many ways, one after the other, in a copy of the checkout, and shows that the table of rights notices each:
// `npm run test:mutations`, some minutes. Numbers behind it try those alone.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Mutation {
  what: string;
  /** The first place where it fits is changed. */
  from: RegExp;
  to: string;
}

const file = "src/core/access/may.ts";
const table = "test/http/access/table.test.ts";

const mutations: Mutation[] = [
  { what: "the level that is needed is not enough", from: /(ranks\[levelOn\([^)]*\)\]) >= /, to: "$1 > " },
  { what: "a reader may push", from: /\bpush: (2|"read-write")/, to: 'push: "read-only"' },
  { what: "a reader may delete", from: /\bdelete: (2|"read-write")/, to: 'delete: "read-only"' },
  { what: "a writer may administer", from: /\badminister: (3|"admin")/, to: 'administer: "read-write"' },
  { what: "private is public, and public private", from: /visibility === "public"/, to: 'visibility !== "public"' },
  {
    what: "everybody may push to what is public",
    from: /(=== "public"\)? (?:\?|yield \{ rule: "public", level:)) "read-only"/,
    to: '$1 "read-write"',
  },
  { what: "nothing is public", from: /visibility === "public"/, to: "false" },
  { what: "a system admin is nobody special", from: /if \(account\.isAdmin\) return true;/, to: "" },
  {
    what: "who has no account may what accounts may",
    from: /if \(!account\) return false;/,
    to: "if (!account) return true;",
  },
  { what: "everybody owns every organization", from: /account\.rights\.owns\.includes\(namespaceId\)/, to: "true" },
  { what: "owners own nothing", from: /account\.rights\.owns\.includes\(namespaceId\)/, to: "false" },
  {
    what: "everybody is a member of every organization",
    from: /account\.rights\.memberOf\.includes\(id\)/,
    to: "true",
  },
  { what: "everybody leads every team", from: /account\.rights\.leads\.includes\(question\.team\.id\)/, to: "true" },
  { what: "leaders lead no team", from: /account\.rights\.leads\.includes\(question\.team\.id\)/, to: "false" },
  {
    what: "members administer their organization",
    from: /kind === "user" \|\| question\.action === "administer"/,
    to: 'kind === "user"',
  },
  { what: "whoever was granted something on a namespace creates there", from: /grant\.level === "admin" &&/, to: "" },
  {
    what: "an admin of one namespace creates in all",
    from: /isAdmin\(grant\) && grant\.namespaceId === namespaceId/,
    to: "isAdmin(grant)",
  },
  { what: "everybody creates everywhere", from: /mayCreateIn\(account, question\.account\.id\)/, to: "true" },
  {
    what: "a grant on one repository is one on the namespace",
    from: /repositoryId === null \|\| repositoryId === repository\.id/,
    to: "true",
  },
  {
    what: "a grant on a namespace is one on no repository",
    from: /repositoryId === null \|\| repositoryId === repository\.id/,
    to: "repositoryId === repository.id",
  },
  {
    what: "the lowest of what was granted counts",
    from: /ranks\[level\] > ranks\[best\]/,
    to: "ranks[level] < ranks[best]",
  },
  {
    what: "a password is good for nothing",
    from: /if \(grants === null\) return true;/,
    to: "if (grants === null) return false;",
  },
  {
    what: "a token for a repository administers accounts",
    from: /(question\.on === "team"\)) return false;/,
    to: "$1 return true;",
  },
  {
    what: "a token for one repository is one for all",
    from: /return grant\.repositoryId === repository\.id;/,
    to: "return true;",
  },
  { what: "a token to pull is one to push", from: /actions\.includes\(action\)/, to: "true" },
  {
    what: "everybody manages every service account",
    from: /ownerId != null && owns\(account, ownerId\)/,
    to: "true",
  },
  {
    what: "a token needs no rights of its account",
    from: /accountMay\(caller, question\) && withinGrants/,
    to: "accountMay(caller, question) || withinGrants",
  },
];

const root = join(import.meta.dirname, "../..");

function main(only: readonly string[]): void {
  const copy = mkdtempSync(join(tmpdir(), "berth-mutations-"));
  try {
    for (const name of ["src", "db", "workers", "test", "package.json", "tsconfig.json", "vitest.config.ts"])
      cpSync(join(root, name), join(copy, name), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    const source = readFileSync(join(root, file), "utf8");
    if (!passes(copy)) throw new Error(`${table} fails without any change`);
    const unseen: string[] = [];
    for (const [at, { what, from, to }] of mutations.entries()) {
      if (only.length > 0 && !only.includes(String(at + 1))) continue;
      const changed = source.replace(from, to);
      const fits = changed !== source;
      writeFileSync(join(copy, file), changed);
      const seen = fits && !passes(copy);
      const verdict = seen
        ? "noticed"
        : fits
          ? "NOT NOTICED"
          : `DOES NOT FIT: ${file} has nothing like ${from}, write it anew`;
      console.log(`${String(at + 1).padStart(2)} ${what}: ${verdict}`);
      if (!seen) unseen.push(what);
    }
    if (unseen.length > 0) throw new Error(`${unseen.length} of ${mutations.length} were not noticed`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Whether the table's test, and no other, goes through. @throws when it did not run. */
function passes(copy: string): boolean {
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  const run = spawnSync(process.execPath, [vitest, "run", "--bail=1", "--maxWorkers=1", table], {
    cwd: copy,
    encoding: "utf8",
  });
  if (!/Tests .*(passed|failed|skipped)/.test(run.stdout))
    throw new Error(`the test did not run: ${run.stdout}${run.stderr}`);
  return run.status === 0;
}

main(process.argv.slice(2));
