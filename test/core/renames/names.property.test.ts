// Whatever is created, renamed, moved, released and deleted in whichever order, in two processes: each name leads where the model says.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Caller } from "#core/access/caller.ts";
import { reachForPush, reachRepository } from "#core/access/reach.ts";
import { createAccount, deleteAccount } from "#core/accounts/accounts.ts";
import { releaseAccountName } from "#core/accounts/aliases.ts";
import { renameAccount } from "#core/accounts/rename.ts";
import { createFacts } from "#core/cache/facts.ts";
import { createFeed, type Feed } from "#core/cache/feed.ts";
import { createView } from "#core/cache/view.ts";
import type { Context } from "#core/context.ts";
import { releaseName } from "#core/repositories/aliases.ts";
import { deleteRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { renameRepository } from "#core/repositories/rename.ts";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { NamesModel } from "./names-model.ts";

const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 12);
const letters = ["a", "b", "c"] as const;
const names = ["x", "y"] as const;

const letter = fc.constantFrom(...letters);
const name = fc.constantFrom(...names);
const at = { process: fc.constantFrom(0, 1), account: letter };
const kind = <D extends string>(what: D) => fc.constant(what);
const rename = fc.record({
  do: kind("rename"),
  ...at,
  name,
  to: fc.record({ account: fc.option(letter), name: fc.option(name) }),
});
const change = fc.oneof(
  fc.record({ do: kind("create account"), ...at }),
  fc.record({ do: kind("create"), ...at, name }),
  fc.record({ do: kind("push"), ...at, name }),
  rename,
  rename,
  fc.record({ do: kind("rename account"), ...at, to: letter }),
  fc.record({ do: kind("release"), ...at, name }),
  fc.record({ do: kind("release account"), ...at, alias: letter }),
  fc.record({ do: kind("delete"), ...at, name }),
  fc.record({ do: kind("delete account"), ...at }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** The namespace in which a name is held goes, and the repository that it led to is elsewhere and stays. */
const namespaceGone: Change[] = [
  { do: "push", process: 0, account: "c", name: "y" },
  { do: "push", process: 0, account: "b", name: "x" },
  { do: "rename", process: 0, account: "c", name: "y", to: { account: "b", name: null } },
  { do: "delete account", process: 0, account: "c" },
];

interface Process {
  ctx: Context;
  feed: Feed;
}

let target: Target;
let admin: Caller;
let processes: [Process, Process];
beforeAll(async () => {
  target = await startTarget("fetch");
  admin = { account: await findAccountByName(target.ctx.db, "admin"), grants: null, how: "basic" };
  const start = (): Process => {
    const view = createView(0);
    const ctx = { ...target.ctx, view, facts: createFacts(view) };
    return { ctx, feed: createFeed(ctx) };
  };
  processes = [start(), start()];
  for (const { feed } of processes) await feed.read();
});
afterAll(() => target.close());

let round = 0;

it("each name leads where it should, in the process that changed something at once, in another with the feed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 30, size: "max" }), async (changes) => {
      const model = new NamesModel();
      const prefix = `r${++round}`;
      for (const one of changes) {
        const what = JSON.stringify(one);
        const expected = foretell(model, one, prefix);
        const went = await apply(model, one, prefix).then(
          () => "done",
          (error: { code?: string }) => error.code ?? String(error),
        );
        expect(went === "done", `${what}: ${went}`).toBe(expected);
        await compare(model, processes[one.process], prefix, what);
        const other = processes[1 - one.process] as Process;
        await other.feed.read();
        await compare(model, other, prefix, `${what} elsewhere`);
      }
    }),
    { numRuns: runs, examples: [[namespaceGone]] },
  );
}, 120_000);

/** Whether it should succeed. */
function foretell(model: NamesModel, one: Change, prefix: string): boolean {
  const account = model.account(prefix + one.account);
  if (one.do === "create account") return !model.isAccountTaken(prefix + one.account);
  if (one.do === "push") return true;
  if (account === null) return false;
  if (one.do === "create") return !model.isRepositoryTaken(account, one.name);
  if (one.do === "rename account") return !model.isAccountTaken(prefix + one.to, account);
  if (one.do === "release account")
    return model.account(prefix + one.alias) === account && model.accounts.get(account) !== prefix + one.alias;
  if (one.do === "delete account") return true;
  const repository = model.repository(`${prefix}${one.account}/${one.name}`);
  if (one.do === "delete") return repository !== null;
  if (repository === null) return false;
  const present = model.repositories.get(repository);
  if (one.do === "release") return present?.account !== account || present.name !== one.name;
  const to = one.to.account === null ? (present?.account ?? null) : model.account(prefix + one.to.account);
  return to !== null && !model.isRepositoryTaken(to, one.to.name ?? (present?.name as string), repository);
}

/** Does it, and tells the model. */
async function apply(model: NamesModel, one: Change, prefix: string): Promise<void> {
  const { ctx } = processes[one.process] as Process;
  const named = prefix + one.account;
  const account = model.account(named) ?? "";
  const path = `${named}/${"name" in one ? one.name : ""}`;
  const repository = model.repository(path) ?? "";
  switch (one.do) {
    case "create account": {
      const { id } = await createAccount(ctx, admin, async () => ({ name: named, isOrg: true }));
      return void model.accounts.set(id, named);
    }
    case "create": {
      const { id } = await createRepository(ctx, admin, { namespace: named, name: one.name });
      return void model.repositories.set(id, { account, name: one.name });
    }
    case "push": {
      const pushed = await reachForPush(ctx, admin, path);
      if (repository !== "") return expect(pushed.id).toBe(repository);
      if (account === "") model.accounts.set(pushed.accountId, named);
      return void model.repositories.set(pushed.id, { account: account || pushed.accountId, name: one.name });
    }
    case "rename": {
      const to = {
        namespace: one.to.account === null ? undefined : prefix + one.to.account,
        name: one.to.name ?? undefined,
      };
      const renamed = await renameRepository(ctx, admin, path, async () => to);
      expect(renamed.id).toBe(repository);
      return model.moveRepository(repository, { account: renamed.accountId, name: renamed.name });
    }
    case "rename account": {
      await renameAccount(ctx, admin, named, async () => ({ name: prefix + one.to }));
      return model.renameAccount(account, prefix + one.to);
    }
    case "release": {
      await releaseName(ctx, admin, { namespace: named, name: one.name });
      return void expect(model.releaseRepository(account, one.name)).toBe(true);
    }
    case "release account": {
      await releaseAccountName(ctx, admin, { account: named, alias: prefix + one.alias });
      return void expect(model.releaseAccount(account, prefix + one.alias)).toBe(true);
    }
    case "delete":
      await deleteRepository(ctx, admin, path);
      return model.deleteRepository(repository);
    case "delete account":
      await deleteAccount(ctx, admin, named);
      return model.deleteAccount(account);
  }
}

async function compare(model: NamesModel, { ctx }: Process, prefix: string, what: string): Promise<void> {
  for (const account of letters)
    for (const within of names) {
      const path = `${prefix}${account}/${within}`;
      const found = await reachRepository(ctx, admin, path, "pull").catch((error: { code?: string }) => {
        if (error.code !== "NAME_UNKNOWN") throw error;
        return null;
      });
      expect([path, found?.id ?? null], what).toEqual([path, model.repository(path)]);
      if (!found) continue;
      const present = model.repositories.get(found.id);
      expect(found.path, what).toBe(`${model.accounts.get(present?.account ?? "")}/${present?.name}`);
    }
}
