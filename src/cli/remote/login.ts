// `berth login`, `logout` and `whoami`: an access token for this machine, made, kept, ended.
import os from "node:os";
import { type Command, Option } from "commander";
import { type BerthClient, type Credentials, createClient, dataOf } from "#client/client.ts";
import { ApiError } from "#client/error.ts";
import { logIn, logOut } from "#client/session.ts";
import { askSecret } from "./verb/ask.ts";
import { agent, readUrl, refuseInTheClear } from "./verb/connect.ts";
import { loginsPath, readLogins, type SavedLogin, writeLogins } from "./verb/saved-logins.ts";
import { readSeconds, UsageError } from "./verb/usage.ts";
import { type Asking, loneVerb, unconnectedVerb } from "./verb/verb.ts";

export function loginCommand(): Command {
  return unconnectedVerb<{ for: string }>(
    {
      usage: "login [address]",
      about:
        "keep an access token for this machine; the password comes from BERTH_PASSWORD, the terminal or standard input, a token from BERTH_TOKEN",
      options: [new Option("--for <span>", "how long it holds").default("90d")],
    },
    login,
  );
}

export function logoutCommand(): Command {
  return unconnectedVerb(
    { usage: "logout [address]", about: "end the access token of a login, and forget it" },
    logout,
  );
}

export function whoamiCommand(): Command {
  return loneVerb({ usage: "whoami", about: "who you are to the server" }, async ({ client, connection, print }) => {
    const { account, credential } = await dataOf(client.GET("/api/v0/session"));
    const told = { url: connection.url, account, credential };
    print.one(told, {
      name: () => account.name,
      "full name": () => account.fullName,
      server: ({ url }) => url,
      "known by": () => (connection.credentials.kind === "token" ? "access token" : "password"),
      "system admin": () => account.isAdmin,
    });
  });
}

type Unconnected<O> = Pick<Asking<O>, "options" | "print">;

async function login({ options, print }: Unconnected<{ for: string }>, address?: string): Promise<void> {
  const saved = readLogins();
  const named = address ?? options.url ?? (process.env.BERTH_URL || saved.current);
  if (!named) throw new UsageError("name the server: berth login https://registry.example");
  const url = readUrl(named);
  refuseInTheClear(url, { kind: "token", token: "" });
  const made = process.env.BERTH_TOKEN
    ? await byToken(url, process.env.BERTH_TOKEN)
    : await byPassword(url, options.user ?? (process.env.BERTH_USER || "admin"), readSeconds(options.for));
  const former = saved.logins[url];
  writeLogins({ current: url, logins: { ...saved.logins, [url]: made } });
  // The one before it is of no more use to anybody, and whether it could be ended changes nothing for this login.
  if (former) await endToken(url, former).catch(() => {});
  print.done(`logged in to ${url} as ${made.user} (kept in ${loginsPath()})`, { url, user: made.user });
}

async function byToken(url: string, token: string): Promise<SavedLogin> {
  const client = createClient({ url, agent, credentials: { kind: "token", token } });
  const { account } = await dataOf(client.GET("/api/v0/session"));
  return { user: account.name, token, hashedToken: null };
}

async function byPassword(url: string, user: string, seconds: number): Promise<SavedLogin> {
  const password = await askSecret(`Password of ${user}`, "BERTH_PASSWORD");
  const session = await beginSession(url, { user, password });
  const credentials: Credentials = session ?? { kind: "basic", user, password };
  const client = createClient({ url, agent, credentials });
  const made = await makeToken(client, seconds);
  if (session) await logOut({ url }, session);
  return made;
}

async function makeToken(client: BerthClient, seconds: number): Promise<SavedLogin> {
  const expiresAt = new Date(Date.now() + seconds * 1000).toISOString();
  const body = { tokenLabel: `berth on ${os.hostname()}`, expiresAt };
  const { account } = await dataOf(client.GET("/api/v0/session"));
  const { token, hashedToken } = await dataOf(client.POST("/api/v0/api_tokens", { body }));
  return { user: account.name, token, hashedToken };
}

/** Null where the server gives no cookie (an http proxy that it does not know): the password alone may be enough. */
async function beginSession(url: string, given: { user: string; password: string; code?: string }) {
  try {
    return await logIn({ url }, given);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.code === "SECOND_FACTOR_REQUIRED" && given.code === undefined)
      return logIn({ url }, { ...given, code: await askSecret("Code of your second factor", "BERTH_CODE") });
    if (error.status === 403) return null;
    throw error;
  }
}

async function logout({ options, print }: Unconnected<object>, address?: string): Promise<void> {
  const saved = readLogins();
  const named = address ?? options.url ?? saved.current;
  const url = named === null ? null : readUrl(named);
  const login = url === null ? undefined : saved.logins[url];
  if (url === null || !login) throw new Error(`you are not logged in${url === null ? "" : ` to ${url}`}`);
  const { [url]: _, ...logins } = saved.logins;
  writeLogins({ current: saved.current === url ? (Object.keys(logins)[0] ?? null) : saved.current, logins });
  await endToken(url, login).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`forgotten here, and not ended at ${url}: ${why}`);
  });
  print.done(`logged out of ${url}`);
}

/** One that was brought along is its owner's; one that does not open anything any more has ended already. */
async function endToken(url: string, { token, hashedToken }: SavedLogin): Promise<void> {
  if (hashedToken === null) return;
  const client = createClient({ url, agent, credentials: { kind: "token", token } });
  try {
    await client.DELETE("/api/v0/api_tokens/{hashedtoken}", { params: { path: { hashedtoken: hashedToken } } });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 401)) throw error;
  }
}
