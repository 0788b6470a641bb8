// `berth token`: access tokens, which stand where a password does.
import { Command, Option } from "commander";
import { type BerthClient, dataOf, type Schemas } from "#client/client.ts";
import { listAll, take } from "#client/pages.ts";
import { readBounds, said, UsageError } from "./verb/usage.ts";
import { verb } from "./verb/verb.ts";

type Token = Schemas["responses.APIToken"];
const tokens = "/api/v0/api_tokens";
const of = () => new Option("--of <user>", "another user's, for system admins");

export function tokenCommand(): Command {
  const token = new Command("token");
  verb<{ of?: string }>(
    token,
    { usage: "list", about: "access tokens: not the secrets, which nobody can read again", options: [of()] },
    async ({ client, print, options }) =>
      print.list(await list(client, options.of), {
        id: ({ hashedToken }) => hashedToken.slice(0, 12),
        label: ({ tokenLabel }) => tokenLabel,
        active: ({ isActive }) => isActive,
        created: ({ createdAt }) => createdAt,
        "last used": ({ lastUsed }) => (lastUsed.startsWith("0001-") ? "never" : lastUsed),
        ends: ({ expiresAt }) => expiresAt ?? "never",
        "good for": ({ scopes }) => scopes?.map(describeScope).join(" ") ?? "everything",
      }),
  );
  verb<{ of?: string; until?: string; scope?: string[] }>(
    token,
    {
      usage: "create <label>",
      about: "make an access token: it is written to standard output, and nobody can read it again",
      options: [
        of(),
        new Option("--until <when>", "when it ends: 30d, 2027-01-31"),
        new Option("--scope <what...>", "what it is good for at most: 'engineering/web-*:pull,push'"),
      ],
    },
    async ({ client, print, options: { of, ...bounds } }, tokenLabel) => {
      const body = { tokenLabel, ...said(readBounds(bounds)) };
      const made = await dataOf(client.POST(tokens, { params: { query: userQuery(of) }, body }));
      print.secret(made.token, made, `created ${made.hashedToken.slice(0, 12)} (ends: ${made.expiresAt ?? "never"})`);
    },
  );
  verb<{ of?: string }>(
    token,
    {
      usage: "delete <id...>",
      about: "end access tokens, and what docker got for them; an id as the list tells it",
      options: [of()],
    },
    async ({ client, print, options }, ...ids) => {
      const found = await list(client, options.of);
      const meant = ids.map((id) => findToken(found, id));
      for (const { hashedToken, tokenLabel } of meant) {
        await client.DELETE(`${tokens}/{hashedtoken}`, { params: { path: { hashedtoken: hashedToken } } });
        print.done(`ended ${hashedToken.slice(0, 12)} ${tokenLabel}`);
      }
    },
  );
  return token;
}

function list(client: BerthClient, user: string | undefined): Promise<Token[]> {
  return take(listAll(client, tokens, { query: userQuery(user) }, (answer) => answer));
}

function userQuery(username: string | undefined): { username?: string } {
  return said({ username });
}

function findToken(tokens: readonly Token[], id: string): Token {
  if (!/^[0-9a-f]{6,}$/.test(id)) throw new UsageError(`${JSON.stringify(id)} is no id of a token: see the list`);
  const found = tokens.filter(({ hashedToken }) => hashedToken.startsWith(id));
  if (found.length === 1 && found[0]) return found[0];
  throw new Error(found.length === 0 ? `there is no token ${id}` : `more than one token begins with ${id}`);
}

function describeScope({ repositories, actions }: Schemas["berth.TokenScope"]): string {
  return `${repositories}:${actions.join(",")}`;
}
