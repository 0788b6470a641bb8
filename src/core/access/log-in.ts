// Checks names with passwords and refresh tokens, without telling by answer or by time whether an account exists.
import { type AccountRow, findAccountByName, replacePasswordHash } from "#db/queries/accounts/accounts.ts";
import { insertRefreshToken, useRefreshToken } from "#db/queries/accounts/refresh-tokens.ts";
import { type RegistryError, registryError } from "#oci/error.ts";
import { ComputeBusyError } from "#ports/compute.ts";
import { noteFailedLogIn, noteLogIn } from "../audit/note.ts";
import type { Needs } from "../context.ts";
import { getSettings } from "../settings.ts";
import { callerBy, isAccessToken, redeemAccessToken } from "./access-token.ts";
import { asOf } from "./as-of.ts";
import type { Caller } from "./caller.ts";
import { randomWord, sha256Of } from "./oslo.ts";
import { PasswordQueueFullError } from "./password-memory.ts";

const maxPasswordLength = 1024;
/** A hash of no one's password: checking it costs what checking a real one costs. */
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$YmVydGhiZXJ0aGJlcnRoYg$3Uf9lZ3FQH4oWtsQbQ0xYc3WlZxJqgK0b8L9vF0m6aE";

type LogInNeeds = Needs<"db" | "compute" | "passwords" | "clock" | "counters">;

interface Credentials {
  name: string;
  password: string;
  address: string;
}

/**
 * Checks a password, or an access token in its place.
 * @throws UNAUTHORIZED when it is wrong, TOOMANYREQUESTS after many failures or when too many are being checked.
 */
export async function logIn(ctx: LogInNeeds, credentials: Credentials): Promise<Caller> {
  const { name, password } = credentials;
  // What has the form of a token is random enough that nobody guesses one: no delays, and no password is tried.
  if (isAccessToken(password)) {
    const caller = await redeemAccessToken(ctx, password, name);
    if (caller) return loggedIn(ctx, { ...caller, from: credentials.address });
    noteFailedLogIn(ctx, { account: null, address: credentials.address, credential: "access token" });
  } else {
    const account = await checkPassword(ctx, credentials);
    if (account?.hasSecondFactor) throw passwordAlone(ctx, account, credentials.address);
    if (account) {
      const self = asOf(account, ctx.clock.now());
      return loggedIn(ctx, { account: self, grants: null, how: "basic", from: credentials.address });
    }
  }
  throw wrongCredentials();
}

/** Only who knows the password hears that it is right and not enough. */
function passwordAlone(ctx: Needs<"counters" | "clock">, account: AccountRow, address: string): RegistryError {
  noteFailedLogIn(ctx, { account, address, credential: "password" });
  return registryError(
    "UNAUTHORIZED",
    "this account has a second factor: use an access token in place of the password (the password is for /login)",
  );
}

/** The one answer to a name and a password that are not right together, whatever the reason. */
export function wrongCredentials(): RegistryError {
  return registryError("UNAUTHORIZED", "incorrect username or password");
}

function loggedIn(ctx: Needs<"counters" | "clock">, caller: Caller): Caller {
  noteLogIn(ctx, caller);
  return caller;
}

/** The active user whose password it is, or null. @throws TOOMANYREQUESTS after many failures or when too many are being checked. */
export async function checkPassword(
  ctx: LogInNeeds,
  { name, password, address }: Credentials,
): Promise<AccountRow | null> {
  const account = await findAccountByName(ctx.db, name);
  const usable = account?.kind === "user" && account.isActive && account.passwordHash !== null ? account : null;
  const hash = usable?.passwordHash ?? nobodysHash;
  if (usable && (await ctx.passwords.recall(usable.id, hash, password))) return usable;
  // By whichever of its names: a former one gives no more tries.
  const counted = account?.name ?? name;
  const wait = ctx.passwords.delay(counted, address);
  if (wait > 0)
    throw registryError("TOOMANYREQUESTS", `too many failed logins: try again in ${wait} seconds`, undefined, {
      retryAfterSeconds: wait,
    });
  const right = await verify(ctx, password, hash);
  if (!right || !usable) {
    ctx.passwords.failed(counted, address);
    noteFailedLogIn(ctx, { account, address, credential: "password" });
    return null;
  }
  ctx.passwords.succeeded(counted, address);
  const kept = isOfToday(hash) ? hash : await renewHash(ctx, usable.id, { password, hash });
  await ctx.passwords.remember(usable.id, kept, password);
  return { ...usable, passwordHash: kept };
}

/** Whether a hash has the cost that hashes are made with now. */
function isOfToday(hash: string): boolean {
  const cost = (of: string) => of.split("$", 4).join("$");
  return cost(hash) === cost(nobodysHash);
}

/** A hash from before the cost was raised is made again while its password is at hand. @returns the one in force. */
async function renewHash(
  ctx: Needs<"db" | "compute" | "passwords">,
  accountId: string,
  { password, hash }: { password: string; hash: string },
): Promise<string> {
  try {
    const renewed = await ctx.passwords.gate(() => ctx.compute.run("hashPassword", { password }));
    return (await replacePasswordHash(ctx.db, accountId, { from: hash, to: renewed })) ? renewed : hash;
  } catch (error) {
    // There is another login to do it at.
    if (error instanceof PasswordQueueFullError || error instanceof ComputeBusyError) return hash;
    throw error;
  }
}

async function verify(ctx: Needs<"compute" | "passwords">, password: string, hash: string): Promise<boolean> {
  if (password.length > maxPasswordLength) return false;
  try {
    return await ctx.passwords.gate(() => ctx.compute.run("verifyPassword", { password, hash }));
  } catch (error) {
    if (error instanceof PasswordQueueFullError || error instanceof ComputeBusyError)
      throw registryError("TOOMANYREQUESTS", "too many passwords are being checked: try again", undefined, {
        retryAfterSeconds: 1,
      });
    throw error;
  }
}

/**
 * Makes a refresh token for a caller with an account, which `docker login` keeps in place of the password.
 * @throws UNAUTHORIZED when the password was changed, or the account deactivated, since it was checked.
 */
export async function issueRefreshToken(
  ctx: Needs<"db" | "clock">,
  { account, via = null }: { account: AccountRow; via?: string | null },
  clientId: string,
): Promise<string> {
  const token = `berth_r_${randomWord(32)}`;
  const row = { hash: await sha256Of(token), clientId: clientId.slice(0, 200), via, now: ctx.clock.now() };
  if (!(await insertRefreshToken(ctx.db, account, row))) throw wrongCredentials();
  return token;
}

/** The caller behind a refresh token. @throws UNAUTHORIZED when it is not, or no longer, valid. */
export async function redeemRefreshToken(
  ctx: Needs<"db" | "clock" | "counters">,
  token: string,
  address: string,
): Promise<Caller> {
  const now = ctx.clock.now();
  const found = token.length <= 200 ? await useRefreshToken(ctx.db, await sha256Of(token), now) : null;
  // One that was given for the password alone opens no more than the password does.
  if (!found?.account.isActive || (found.account.hasSecondFactor && found.via === null)) {
    noteFailedLogIn(ctx, { account: found?.account ?? null, address, credential: "refresh token" });
    throw registryError("UNAUTHORIZED", "the refresh token is not valid: log in again");
  }
  const caller = { ...callerBy(asOf(found.account, now), found), from: address };
  noteLogIn(ctx, caller, "refresh token");
  return caller;
}

/** The caller behind an access token that comes without a name. @throws UNAUTHORIZED. */
export async function logInByToken(
  ctx: Needs<"db" | "clock" | "counters">,
  token: string,
  address: string,
): Promise<Caller> {
  const caller = await redeemAccessToken(ctx, token, null);
  if (caller) return loggedIn(ctx, { ...caller, from: address });
  noteFailedLogIn(ctx, { account: null, address, credential: "access token" });
  throw registryError("UNAUTHORIZED", "the access token is not valid");
}

/**
 * The same for one in a request's address, where it is seen by more than in a header: a setting decides.
 * @throws UNAUTHORIZED.
 */
export async function logInByAddress(
  ctx: Needs<"db" | "clock" | "counters">,
  token: string,
  address: string,
): Promise<Caller> {
  if (!isAccessToken(token)) throw registryError("UNAUTHORIZED", "refresh_token must be an access token");
  const { accessTokenInQuery } = await getSettings(ctx);
  if (!accessTokenInQuery)
    throw registryError("UNAUTHORIZED", "refresh_token is switched off here: show the access token as Bearer");
  return { ...(await logInByToken(ctx, token, address)), how: "query" };
}
