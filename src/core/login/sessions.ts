// Sessions of people: begun with a password alone, used by a cookie, ended one by one or all at once.
import { type AccountRow, findAccountById } from "#db/queries/accounts/accounts.ts";
import { deleteRefreshTokens } from "#db/queries/accounts/refresh-tokens.ts";
import {
  deleteEndedSessions,
  deleteSessionOf,
  deleteSessions,
  type InForce,
  insertSession,
  listSessions,
  type SessionRow,
  useSession,
} from "#db/queries/accounts/sessions.ts";
import { registryError } from "#oci/error.ts";
import { isUuid } from "#oci/name.ts";
import { asOf } from "../access/as-of.ts";
import type { Caller } from "../access/caller.ts";
import { checkPassword, wrongCredentials } from "../access/log-in.ts";
import { hmacWord, randomWord, sameText, sha256Of } from "../access/oslo.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { findAccount, requireAccount, requireMay } from "../accounts/find.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { rememberedSettings } from "../settings.ts";
import { requireCode } from "./second-factor.ts";

export type { SessionRow };

type SessionNeeds = Needs<"db" | "facts" | "clock">;

/** Longer than every word of ours: what is longer is none. */
const maxTokenLength = 200;

async function inForce(ctx: SessionNeeds): Promise<InForce> {
  const { sessionIdleMinutes } = await rememberedSettings(ctx);
  const now = ctx.clock.now();
  return { now, usedSince: plusSeconds(now, -sessionIdleMinutes * 60) };
}

/** A session, with the word that stands for it and that nobody can be told again. */
export interface BegunSession {
  account: AccountRow;
  token: string;
  csrfToken: string;
  endsAt: Date;
}

/**
 * Logs a person in. The word is fresh, whatever the client had before: what it had ends.
 * @throws UNAUTHORIZED for a wrong password, and for an access token in its place; TOOMANYREQUESTS; SECOND_FACTOR_REQUIRED.
 */
export async function beginSession(
  ctx: ChangeNeeds & Needs<"compute" | "passwords" | "keys" | "counters">,
  input: {
    name: string;
    password: string;
    /** Of the second factor, if there is one. */
    code: string | undefined;
    address: string;
    agent: string;
    former: string | null;
  },
): Promise<BegunSession> {
  const { address } = input;
  const account = await checkPassword(ctx, input);
  if (!account) throw wrongCredentials();
  if (account.hasSecondFactor) await requireCode(ctx, account, input);
  const token = randomWord(32);
  const hash = await sha256Of(token);
  const former = input.former === null ? null : await sha256Of(input.former.slice(0, maxTokenLength));
  const id = crypto.randomUUID();
  const agent = input.agent.slice(0, 400);
  const { sessionHours } = await rememberedSettings(ctx);
  const now = ctx.clock.now();
  const endsAt = plusSeconds(now, sessionHours * 3600);
  const told = { type: "session.create" as const, object: account.name, detail: { session: id, agent } };
  const made = await changing(ctx, { account, grants: null, how: "basic", from: address }, told, async (tx) => {
    if (former) await deleteSessionOf(tx, former);
    if (!(await insertSession(tx, account, { hash, id, agent, address, now, endsAt }))) return null;
    // A second factor was put in force while this login waited for it: the code was not asked for.
    const present = await findAccountById(tx, account.id);
    if (present?.hasSecondFactor !== account.hasSecondFactor) throw wrongCredentials();
    return true;
  });
  // The account changed between the check and here.
  if (!made) throw wrongCredentials();
  return { account, token, csrfToken: await csrfTokenOf(ctx, token), endsAt };
}

/** Who shows the word of a session in force, or null. */
export async function callerBySession(ctx: SessionNeeds, token: string): Promise<Caller | null> {
  if (token.length > maxTokenLength) return null;
  const when = await inForce(ctx);
  const found = await useSession(ctx.db, await sha256Of(token), when);
  return found && { account: asOf(found.account, when.now), grants: null, how: "cookie", session: found.id };
}

/** What a page of ours has to show beside the cookie to change anything: it follows from the session, and another page cannot read it. */
export async function csrfTokenOf({ keys }: Needs<"keys">, token: string): Promise<string> {
  return hmacWord(await keys.derived("csrf"), [token]);
}

/** @throws NOT_AUTHORIZED when what was shown is not the session's. */
export async function requireCsrfToken(ctx: Needs<"keys">, token: string, shown: string | undefined): Promise<void> {
  if (shown === undefined || !sameText(shown.slice(0, maxTokenLength), await csrfTokenOf(ctx, token)))
    throw registryError("NOT_AUTHORIZED", "with a session cookie the header X-Csrf-Token is needed to change anything");
}

/** Ends the session of that word, if there is one. */
export async function endSession(ctx: ChangeNeeds, caller: Caller, token: string): Promise<void> {
  const hash = await sha256Of(token.slice(0, maxTokenLength));
  const told = {
    type: "session.delete" as const,
    object: caller.account?.name ?? "",
    detail: { session: caller.session },
  };
  await changing(ctx, caller, told, (tx) => deleteSessionOf(tx, hash));
}

/** @throws NO_SUCH_USER, NOT_AUTHORIZED. */
async function reachUser(ctx: Needs<"db">, caller: Caller, nameOrId: string): Promise<AccountRow> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId, "user");
  await requireMay(caller, { on: "account", action: "administer", account });
  return account;
}

/** The sessions of a user, for himself and for system admins. @throws NO_SUCH_USER, NOT_AUTHORIZED. */
export async function getSessions(ctx: SessionNeeds, caller: Caller, nameOrId: string): Promise<SessionRow[]> {
  const { id } = await reachUser(ctx, caller, nameOrId);
  return listSessions(ctx.db, id, await inForce(ctx));
}

/** @throws NO_SUCH_USER, NOT_AUTHORIZED, NO_SUCH_SESSION. */
export async function removeSession(
  ctx: ChangeNeeds,
  caller: Caller,
  which: { user: string; id: string },
): Promise<void> {
  const account = await reachUser(ctx, caller, which.user);
  const told = { type: "session.delete" as const, object: account.name, detail: { session: which.id } };
  const gone =
    isUuid(which.id) &&
    (await changing(ctx, caller, told, async (tx) => (await deleteSessions(tx, account.id, { id: which.id })) || null));
  if (!gone) throw registryError("NO_SUCH_SESSION");
}

/** Logs a user out everywhere: his sessions end, and what docker keeps in place of his password. @throws NO_SUCH_USER, NOT_AUTHORIZED. */
export async function removeSessions(ctx: ChangeNeeds, caller: Caller, nameOrId: string): Promise<void> {
  const account = await reachUser(ctx, caller, nameOrId);
  const told = { type: "session.delete" as const, object: account.name, detail: { session: "*" } };
  await changing(ctx, caller, told, async (tx) => {
    const sessions = await deleteSessions(tx, account.id);
    return sessions + (await deleteRefreshTokens(tx, account.id)) || null;
  });
}

/** Clears away what is over: a bounded part. @returns whether there is more. */
export async function clearSessions(ctx: SessionNeeds): Promise<boolean> {
  return (await deleteEndedSessions(ctx.db, await inForce(ctx))) > 0;
}
