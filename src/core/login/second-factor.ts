// A person's second factor: codes of an app by time (RFC 6238), and recovery codes for who lost it. With one, a password alone opens nothing.
import { deleteRefreshTokensOfPassword } from "#db/queries/accounts/refresh-tokens.ts";
import {
  claimTry,
  confirmSecondFactor,
  deleteSecondFactor,
  lookAtSecondFactor,
  offerSecondFactor,
  replaceRecoveryCodes,
  type SecondFactorRow,
  takeRecoveryCode,
  takeStep,
} from "#db/queries/accounts/second-factor.ts";
import { deleteSessions } from "#db/queries/accounts/sessions.ts";
import { registryError } from "#oci/error.ts";
import type { AccountRow, Caller } from "../access/caller.ts";
import { checkPassword } from "../access/log-in.ts";
import { base32Of, hmacOf, randomBytes, sameText, totpCode, totpUri } from "../access/oslo.ts";
import { seal, unseal } from "../access/seal.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { findAccount, requireAccount, requireMay } from "../accounts/find.ts";
import { noteFailedLogIn } from "../audit/note.ts";
import type { Needs } from "../context.ts";

const stepSeconds = 30;
const secretBytes = 20;
const recoveryCodeCount = 10;
/** Sixteen letters. */
const recoveryCodeBytes = 10;

type CodeNeeds = Needs<"db" | "clock" | "keys">;
type PasswordNeeds = Needs<"clock" | "compute" | "passwords" | "counters">;

/** What shows that it is he himself. */
export interface Proof {
  password: string;
  code: string;
  /** Where it comes from: wrong passwords cost a wait. */
  address: string;
}

/** The caller's own account, of that name. @throws NOT_AUTHENTICATED, NO_SUCH_USER, NOT_AUTHORIZED to everybody else, whatever he may. */
export async function reachOwnAccount(ctx: Needs<"db">, caller: Caller, nameOrId: string): Promise<AccountRow> {
  const self = requireAccount(caller);
  const account = await findAccount(ctx, nameOrId, "user");
  await requireMay(caller, { on: "account", action: "administer", account });
  if (account.id !== self.id) throw registryError("NOT_AUTHORIZED");
  return account;
}

/** Null where there is none. @throws NO_SUCH_USER, NOT_AUTHORIZED. */
export async function getSecondFactor(
  ctx: Needs<"db">,
  caller: Caller,
  nameOrId: string,
): Promise<{ confirmedAt: string; recoveryCodes: number } | null> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId, "user");
  await requireMay(caller, { on: "account", action: "administer", account });
  return lookAtSecondFactor(ctx.db, account.id);
}

/**
 * Makes a secret for the account's app, which counts once a code of it was shown.
 * @returns the secret in base32 and as an address for a QR code, which nobody can be told again.
 * @throws PASSWORD_INCORRECT, TOOMANYREQUESTS, SECOND_FACTOR_EXISTS.
 */
export async function offerSecret(
  ctx: CodeNeeds & PasswordNeeds,
  account: AccountRow,
  input: { password: string; address: string; issuer: string },
): Promise<{ secret: string; uri: string }> {
  await requirePassword(ctx, account, input);
  const secret = randomBytes(secretBytes);
  const secretSealed = await seal(await ctx.keys.derived("second-factor"), purpose(account), secret);
  const row = { accountId: account.id, secretSealed, now: ctx.clock.now() };
  if (!(await offerSecondFactor(ctx.db, row))) throw registryError("SECOND_FACTOR_EXISTS");
  return { secret: base32Of(secret), uri: totpUri(input.issuer, account.name, secret) };
}

/**
 * Puts the secret in force. What was had for the password alone ends: docker's logins, and all sessions but the caller's.
 * @returns the recovery codes, which nobody can be told again. @throws SECOND_FACTOR_INCORRECT, SECOND_FACTOR_EXISTS, NO_SUCH_SECOND_FACTOR.
 */
export async function confirmSecret(ctx: CodeNeeds & ChangeNeeds, caller: Caller, code: string): Promise<string[]> {
  const account = requireAccount(caller);
  const row = await beginTry(ctx, account);
  if (row.confirmedAt !== null) throw registryError("SECOND_FACTOR_EXISTS");
  if (!(await isCodeRight(ctx, account, row, code))) throw registryError("SECOND_FACTOR_INCORRECT");
  const { codes, hashes } = await newRecoveryCodes(ctx, account);
  const { secretSealed } = row;
  const confirmed = await changing(ctx, caller, told(account, "on"), async (tx, now) => {
    if (!(await confirmSecondFactor(tx, account.id, { secretSealed, now }))) return null;
    await replaceRecoveryCodes(tx, account.id, hashes);
    await deleteRefreshTokensOfPassword(tx, account.id);
    await deleteSessions(tx, account.id, { keep: caller.session ?? null });
    return true;
  });
  if (!confirmed) throw registryError("SECOND_FACTOR_EXISTS");
  return codes;
}

/** Makes new recovery codes; the old ones end. @throws as endSecondFactor. */
export async function renewRecoveryCodes(
  ctx: CodeNeeds & PasswordNeeds & ChangeNeeds,
  caller: Caller,
  proof: Proof,
): Promise<string[]> {
  const account = requireAccount(caller);
  await requireProof(ctx, account, proof);
  const { codes, hashes } = await newRecoveryCodes(ctx, account);
  await changing(ctx, caller, told(account, "new recovery codes"), async (tx) => {
    await replaceRecoveryCodes(tx, account.id, hashes);
    return true;
  });
  return codes;
}

/** Ends the caller's own. @throws NO_SUCH_SECOND_FACTOR, PASSWORD_INCORRECT, SECOND_FACTOR_INCORRECT, TOOMANYREQUESTS. */
export async function endSecondFactor(
  ctx: CodeNeeds & PasswordNeeds & ChangeNeeds,
  caller: Caller,
  proof: Proof,
): Promise<void> {
  const account = requireAccount(caller);
  await requireProof(ctx, account, proof);
  await changing(ctx, caller, told(account, "off"), async (tx) => (await deleteSecondFactor(tx, account.id)) || null);
}

/** Ends another's, who lost app and codes: for system admins. @throws NOT_AUTHORIZED, also for one's own; NO_SUCH_USER, NO_SUCH_SECOND_FACTOR. */
export async function removeSecondFactor(ctx: ChangeNeeds, caller: Caller, nameOrId: string): Promise<void> {
  await requireMay(caller, { on: "registry", action: "administer" });
  const account = await findAccount(ctx, nameOrId, "user");
  if (account.id === caller.account?.id)
    throw registryError("NOT_AUTHORIZED", "one's own second factor is ended with the password and a code");
  const gone = await changing(
    ctx,
    caller,
    told(account, "off"),
    async (tx) => (await deleteSecondFactor(tx, account.id)) || null,
  );
  if (!gone) throw registryError("NO_SUCH_SECOND_FACTOR");
}

/**
 * At a login whose password was right.
 * @throws SECOND_FACTOR_REQUIRED when the code is missing, wrong or was used before; TOOMANYREQUESTS after many wrong ones.
 */
export async function requireCode(
  ctx: CodeNeeds & Needs<"counters">,
  account: AccountRow,
  { code, address }: { code: string | undefined; address: string },
): Promise<void> {
  if (code === undefined || code === "") throw registryError("SECOND_FACTOR_REQUIRED");
  const row = await beginTry(ctx, account);
  if (await isCodeRight(ctx, account, row, code)) return;
  noteFailedLogIn(ctx, { account, address, credential: "second factor" });
  throw registryError("SECOND_FACTOR_REQUIRED", "the code of the second factor is not right, or was used before");
}

/** A code is looked at only once the password is right: else anybody could make its owner wait. */
async function requireProof(ctx: CodeNeeds & PasswordNeeds, account: AccountRow, proof: Proof): Promise<void> {
  await requirePassword(ctx, account, proof);
  const row = await beginTry(ctx, account);
  if (row.confirmedAt === null) throw registryError("NO_SUCH_SECOND_FACTOR");
  if (!(await isCodeRight(ctx, account, row, proof.code))) throw registryError("SECOND_FACTOR_INCORRECT");
}

async function requirePassword(
  ctx: Needs<"db"> & PasswordNeeds,
  { id, name }: AccountRow,
  { password, address }: { password: string; address: string },
): Promise<void> {
  const right = await checkPassword(ctx, { name, password, address });
  if (right?.id !== id) throw registryError("PASSWORD_INCORRECT", "The password is not right.");
}

/** @throws NO_SUCH_SECOND_FACTOR, TOOMANYREQUESTS. */
async function beginTry(ctx: CodeNeeds, { id }: AccountRow): Promise<SecondFactorRow> {
  const claimed = await claimTry(ctx.db, id, ctx.clock.now());
  if (!claimed) throw registryError("NO_SUCH_SECOND_FACTOR");
  if (!("waitSeconds" in claimed)) return claimed;
  const { waitSeconds: wait } = claimed;
  throw registryError("TOOMANYREQUESTS", `too many wrong codes: try again in ${wait} seconds`, undefined, {
    retryAfterSeconds: wait,
  });
}

/** Takes the code, which is not taken again. */
async function isCodeRight(ctx: CodeNeeds, account: AccountRow, row: SecondFactorRow, text: string): Promise<boolean> {
  const code = text.replaceAll(/[\s-]/g, "").toUpperCase();
  if (/^[A-Z2-7]{16}$/.test(code)) return takeRecoveryCode(ctx.db, account.id, await recoveryHash(ctx, account, code));
  if (!/^\d{6}$/.test(code)) return false;
  const secret = await unseal(await ctx.keys.derived("second-factor"), purpose(account), row.secretSealed);
  if (!secret) return false;
  const present = Math.floor(ctx.clock.now().getTime() / 1000 / stepSeconds);
  // Clocks differ, and people type slowly: one step to each side (RFC 6238, section 5.2).
  for (const step of [present, present - 1, present + 1])
    if (sameText(code, await totpCode(secret, step))) return takeStep(ctx.db, account.id, step);
  return false;
}

async function newRecoveryCodes(ctx: Needs<"keys">, account: AccountRow) {
  const words = Array.from({ length: recoveryCodeCount }, () => base32Of(randomBytes(recoveryCodeBytes)));
  const hashes = await Promise.all(words.map((word) => recoveryHash(ctx, account, word)));
  return { codes: words.map((word) => (word.match(/.{4}/g) as string[]).join("-")), hashes };
}

async function recoveryHash({ keys }: Needs<"keys">, { id }: AccountRow, code: string): Promise<Uint8Array> {
  return hmacOf(await keys.derived("recovery-code"), [id, code]);
}

function purpose({ id }: AccountRow): string {
  return `second-factor:${id}`;
}

function told({ name }: AccountRow, secondFactor: string) {
  return { type: "account.update" as const, object: name, detail: { secondFactor } };
}
