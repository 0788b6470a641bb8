// People's access tokens: made, seen, changed and ended by themselves and by system admins.
import {
  type AccessTokenRow,
  deleteAccessToken,
  deleteAccessTokens,
  findAccessToken,
  insertAccessToken,
  listAccessTokens,
  type TokenScope,
  updateAccessToken,
} from "#db/queries/accounts/access-tokens.ts";
import { type AccountRow, findAccountById } from "#db/queries/accounts/accounts.ts";
import { hexOf } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { requirePattern } from "#oci/pattern.ts";
import { newAccessToken } from "../access/access-token.ts";
import type { Caller } from "../access/caller.ts";
import { sha256Of } from "../access/oslo.ts";
import type { Needs } from "../context.ts";
import { requireFuture } from "../moment.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, requireAccount, requireMay } from "./find.ts";
import { type Paged, pageAfter } from "./page.ts";

export type { AccessTokenRow };

const mostTokens = 1000;

/** Whose tokens are meant: a user by name, or oneself. @throws NO_SUCH_USER, NOT_AUTHORIZED. */
async function reachUser(ctx: Needs<"db">, caller: Caller, name: string | undefined): Promise<AccountRow> {
  const self = requireAccount(caller);
  const user = name === undefined || name === "" ? self : await findAccount(ctx, name, "user");
  await requireMay(caller, { on: "account", action: "administer", account: user });
  return user;
}

/** Of one user, or without a name of everybody for a system admin and of himself for anybody else. */
export async function pageAccessTokens(
  ctx: Needs<"db">,
  caller: Caller,
  page: { user: string | undefined; after: string; limit: number },
): Promise<Paged<AccessTokenRow>> {
  const all = page.user === undefined && requireAccount(caller).isAdmin;
  if (all) await requireMay(caller, { on: "registry", action: "administer" });
  const accountId = all ? null : (await reachUser(ctx, caller, page.user)).id;
  return pageAfter(
    page.limit,
    (token) => token.hash,
    (limit) => listAccessTokens(ctx.db, { accountId, after: page.after, limit }),
  );
}

/** What is said of a token when it is made. */
export interface TokenForm {
  label: string;
  creatorAgent: string;
  expiresAt: Date | null;
  scopes: TokenScope[] | null;
}

/** @returns the row and the token, which nobody can be told again. @throws NO_SUCH_USER, NOT_AUTHORIZED, INVALID_PARAMETERS. */
export async function createAccessToken(
  ctx: ChangeNeeds,
  caller: Caller,
  name: string | undefined,
  form: () => Promise<TokenForm>,
): Promise<{ row: AccessTokenRow; token: string }> {
  const user = await reachUser(ctx, caller, name);
  const { label, creatorAgent, expiresAt, scopes } = await form();
  requireFuture(ctx, expiresAt);
  for (const { repositories } of scopes ?? []) requirePattern(repositories);
  const token = newAccessToken();
  const hash = await sha256Of(token);
  const row = {
    hash,
    accountId: user.id,
    label,
    generatedBy: "manual",
    creatorAgent: creatorAgent.slice(0, 200),
    expiresAt,
    scopes,
  };
  const told = {
    type: "token.create" as const,
    object: user.name,
    detail: { label, hash: hexOf(hash), expiresAt, scopes },
  };
  const made = await changing(ctx, caller, told, async (tx, now) =>
    (await insertAccessToken(tx, { ...row, now }, mostTokens)) ? findAccessToken(tx, hexOf(hash)) : null,
  );
  if (!made)
    throw registryError("INVALID_PARAMETERS", `an account has ${mostTokens} access tokens at most: end some first`);
  return { row: made, token };
}

/** @throws NO_SUCH_API_TOKEN, the same for one that is another's. */
export async function getAccessToken(ctx: Needs<"db">, caller: Caller, hash: string): Promise<AccessTokenRow> {
  return (await reachToken(ctx, caller, hash)).row;
}

async function reachToken(ctx: Needs<"db">, caller: Caller, hash: string) {
  requireAccount(caller);
  const row = await findAccessToken(ctx.db, hash);
  const owner = row && (await findAccountById(ctx.db, row.accountId));
  if (!row || !owner) throw registryError("NO_SUCH_API_TOKEN");
  await requireMay(caller, { on: "account", action: "administer", account: owner }).catch(() => {
    throw registryError("NO_SUCH_API_TOKEN");
  });
  return { row, owner };
}

/** Renames it, or lets it rest or work again. @throws NO_SUCH_API_TOKEN. */
export async function changeAccessToken(
  ctx: ChangeNeeds,
  caller: Caller,
  hash: string,
  form: () => Promise<{ label?: string; isActive?: boolean }>,
): Promise<AccessTokenRow> {
  const { row, owner } = await reachToken(ctx, caller, hash);
  const change = await form();
  const before = { label: row.label, isActive: row.isActive };
  const told = { type: "token.update" as const, object: owner.name, detail: { hash, before, ...change } };
  const changed = await changing(ctx, caller, told, (tx) => updateAccessToken(tx, hash, change));
  if (!changed) throw registryError("NO_SUCH_API_TOKEN");
  return changed;
}

/** @throws NO_SUCH_API_TOKEN. */
export async function removeAccessToken(ctx: ChangeNeeds, caller: Caller, hash: string): Promise<void> {
  const { row, owner } = await reachToken(ctx, caller, hash);
  const told = { type: "token.delete" as const, object: owner.name, detail: { hash, label: row.label } };
  const gone = await changing(ctx, caller, told, async (tx) => (await deleteAccessToken(tx, hash)) || null);
  if (!gone) throw registryError("NO_SUCH_API_TOKEN");
}

/** Ends many: of a user, or without a name as pageAccessTokens says. @returns how many. */
export async function removeAccessTokens(
  ctx: ChangeNeeds,
  caller: Caller,
  which: { user: string | undefined; generatedBy: string; usedBefore: Date | null },
): Promise<number> {
  const all = which.user === undefined && requireAccount(caller).isAdmin;
  if (all) await requireMay(caller, { on: "registry", action: "administer" });
  const user = all ? null : await reachUser(ctx, caller, which.user);
  const { generatedBy, usedBefore } = which;
  const told = { type: "token.delete" as const, object: user?.name ?? "*", detail: { generatedBy, usedBefore } };
  const of = { accountId: user?.id ?? null, generatedBy, usedBefore };
  return (await changing(ctx, caller, told, async (tx) => (await deleteAccessTokens(tx, of)) || null)) ?? 0;
}
