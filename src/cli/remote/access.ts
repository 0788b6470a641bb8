// `berth access`: why somebody may do something, and who reaches a repository.
import { Command } from "commander";
import { dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { readRepository, said, UsageError } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

const actions = ["pull", "push", "delete", "administer"] as const;
type Action = (typeof actions)[number];

export function accessCommand(): Command {
  const access = new Command("access");
  verb(
    access,
    {
      usage: "explain <namespace/name> <action> [user]",
      about: `why somebody may ${actions.join(", ")} there, or what is missing; ends with status 1 when he may not`,
    },
    async ({ client, print }, repository, action, user) => {
      const query = { repository, action: readAction(action), ...said({ user: user as string | undefined }) };
      const why = await dataOf(client.GET("/api/v0/access/explain", { params: { query } }));
      print.one(why, {
        user: (of) => of.user,
        repository: (of) => of.repository,
        action: (of) => of.action,
        allowed: (of) => of.allowed,
        level: (of) => `${of.accessLevel} (it takes ${of.needs})`,
        because: (of) => of.because.map(describe).join("; "),
        missing: (of) => of.missing,
      });
      if (!why.allowed) process.exitCode = 1;
    },
  );
  verb(
    access,
    { usage: "list <namespace/name>", about: "who reaches a repository, and why" },
    async ({ client, print }, text) => {
      const path = readRepository(text);
      const one = "/api/v0/repositories/{namespace}/{reponame}/access";
      print.list(await take(listAll(client, one, { path }, ({ accessList }) => accessList)), {
        user: ({ user }) => user.name,
        level: ({ accessLevel }) => accessLevel,
        because: ({ because }) => because.map(describe).join("; "),
      });
    },
  );
  return access;
}

function describe({ rule, accessLevel, grant }: Schemas["berth.Because"]): string {
  if (!grant) return `${rule} (${accessLevel})`;
  const on = grant.pattern ?? `the ${grant.on}`;
  const end = grant.expiresAt === null ? "" : ` until ${grant.expiresAt}`;
  return `${accessLevel} on ${on} for ${grant.team === null ? `the ${grant.to}` : `${grant.to} ${grant.team}`}${end}`;
}

function readAction(word: string): Action {
  if (!actions.includes(word as Action)) throw new UsageError(`an action is one of ${actions.join(", ")}`);
  return word as Action;
}
