// Users and organizations: create, list, change, delete; and passwords.
import {
  type AccountChange,
  type AccountFilter,
  type AccountRow,
  countAccounts,
  findAccountById,
  hasOtherAdmin,
  insertAccount,
  listAccounts,
  markAccountDeleted,
  updateAccount,
  updatePassword,
} from "#db/queries/accounts/accounts.ts";
import { deleteRefreshTokens } from "#db/queries/accounts/refresh-tokens.ts";
import type { GlobalRole } from "#db/queries/accounts/rights.ts";
import { markServiceAccountsDeleted } from "#db/queries/accounts/service-accounts.ts";
import { deleteSessions } from "#db/queries/accounts/sessions.ts";
import { findHeldAccountNames } from "#db/queries/aliases/accounts.ts";
import { insertEvents } from "#db/queries/events.ts";
import { markRepositoriesDeleted } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import { accountNameProblem } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import { checkPassword } from "../access/log-in.ts";
import { may } from "../access/may.ts";
import { whoOf } from "../audit/who.ts";
import { heed } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, requireAccount, requireMay } from "./find.ts";
import { requireGoodPassword } from "./password.ts";
import { nameHeld } from "./rename.ts";

export type { AccountFilter };

/** A page, where the next begins, and how many there are in all. */
export interface AccountPage {
  items: AccountRow[];
  next: string | null;
  total: number;
}

/** @throws NOT_AUTHENTICATED, NOT_AUTHORIZED: the list of all accounts is for system admins. */
export async function pageAccounts(
  ctx: Needs<"db">,
  caller: Caller,
  page: { filter: AccountFilter; from: string; limit: number },
): Promise<AccountPage> {
  await requireMay(caller, { on: "registry", action: "administer" });
  const found = await listAccounts(ctx.db, { ...page, limit: page.limit + 1 });
  const next = found[page.limit]?.name ?? null;
  return { items: found.slice(0, page.limit), next, total: await countAccounts(ctx.db, page.filter) };
}

/** What everybody who is logged in may know of an account; the rest is for itself and for system admins. */
export async function lookAtAccount(
  ctx: Needs<"db">,
  caller: Caller,
  nameOrId: string,
): Promise<{ account: AccountRow; isWhole: boolean }> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId);
  return { account, isWhole: await may(caller, { on: "account", action: "administer", account }) };
}

export interface NewAccountForm {
  name: string;
  fullName?: string | undefined;
  isOrg?: boolean | undefined;
  isAdmin?: boolean | undefined;
  isActive?: boolean | undefined;
  password?: string | undefined;
  globalRole?: GlobalRole | null | undefined;
}

/** @throws NOT_AUTHENTICATED, NOT_AUTHORIZED, INVALID_ACCOUNT_NAME, INVALID_PASSWORD, ACCOUNT_EXISTS. */
export async function createAccount(
  ctx: ChangeNeeds & Needs<"compute">,
  caller: Caller,
  read: () => Promise<NewAccountForm>,
): Promise<AccountRow> {
  await requireMay(caller, { on: "registry", action: "administer" });
  const form = await read();
  const problem = accountNameProblem(form.name);
  if (problem) throw registryError("INVALID_ACCOUNT_NAME", problem);
  const isOrganization = form.isOrg === true;
  if (isOrganization && (form.isAdmin || form.password !== undefined || form.globalRole))
    throw registryError("INVALID_PARAMETERS", "an organization has no password and no role");
  const passwordHash = isOrganization ? null : await hashNew(ctx, form.name, form.password ?? "");
  const id = crypto.randomUUID();
  const row = {
    id,
    name: form.name,
    fullName: form.fullName ?? "",
    kind: isOrganization ? ("organization" as const) : ("user" as const),
    isAdmin: form.isAdmin ?? false,
    isActive: form.isActive ?? true,
    globalRole: form.globalRole ?? null,
    passwordHash,
  };
  const { passwordHash: _, ...detail } = row;
  const told = { type: "account.create" as const, object: form.name, detail };
  const made = await changing(ctx, caller, told, async (tx, now) =>
    (await insertAccount(tx, { ...row, now })) ? findAccountById(tx, id) : null,
  );
  if (!made) {
    const [held] = await findHeldAccountNames(ctx.db, [form.name]);
    throw held ? nameHeld(held) : registryError("ACCOUNT_EXISTS");
  }
  return made;
}

/** What of an account each may change: its name in full, itself; whether it is active and what it may, a system admin. */
const ownFields = new Set(["fullName"]);

/** @throws NOT_AUTHENTICATED, NOT_AUTHORIZED, NO_SUCH_ACCOUNT, LAST_ADMIN. */
export async function changeAccount(
  ctx: ChangeNeeds,
  caller: Caller,
  nameOrId: string,
  form: () => Promise<AccountChange>,
): Promise<AccountRow> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId);
  await requireMay(caller, { on: "account", action: "administer", account });
  const change = await form();
  if (Object.keys(change).some((field) => !ownFields.has(field)))
    await requireMay(caller, { on: "registry", action: "administer" });
  if (account.kind !== "user" && (change.isAdmin || change.globalRole))
    throw registryError("INVALID_PARAMETERS", "an organization or a service account has no role");
  const endsAdmin = account.isAdmin && (change.isAdmin === false || change.isActive === false);
  const told = { type: "account.update" as const, object: account.name, detail: { before: shown(account), ...change } };
  const changed = await changing(ctx, caller, told, async (tx) => {
    if (endsAdmin && !(await hasOtherAdmin(tx, account.id))) throw registryError("LAST_ADMIN");
    if (!(await updateAccount(tx, account.id, change))) return null;
    if (change.isActive === false && account.kind === "user") {
      // They would come back with him. His access tokens rest: they are listed, and can be switched off.
      await deleteSessions(tx, account.id);
      await deleteRefreshTokens(tx, account.id);
    }
    return findAccountById(tx, account.id);
  });
  if (!changed) throw registryError("NO_SUCH_ACCOUNT");
  return changed;
}

function shown({ fullName, isAdmin, isActive, rights }: AccountRow) {
  return { fullName, isAdmin, isActive, globalRole: rights.globalRole };
}

/** Deletes an account with its repositories, memberships, teams, service accounts and logins. @throws NOT_AUTHENTICATED, NOT_AUTHORIZED, NO_SUCH_ACCOUNT, LAST_ADMIN. */
export async function deleteAccount(ctx: ChangeNeeds, caller: Caller, nameOrId: string): Promise<void> {
  await requireMay(caller, { on: "registry", action: "administer" });
  const account = await findAccount(ctx, nameOrId);
  const detail: Record<string, unknown> = { before: shown(account) };
  const told = { type: "account.delete" as const, object: account.name, detail };
  const gone = await changing(ctx, caller, told, async (tx, now) => {
    if (account.isAdmin && !(await hasOtherAdmin(tx, account.id))) throw registryError("LAST_ADMIN");
    if (!(await markAccountDeleted(tx, account.id, now))) return null;
    if (account.kind === "organization") detail.serviceAccounts = await markServiceAccountsDeleted(tx, account.id, now);
    const repositories = await markRepositoriesDeleted(tx, account.id, now);
    const eventsOf = { at: now, type: "repository.delete" as const, ...whoOf(caller) };
    await insertEvents(
      tx,
      repositories.map(({ id, path }) => ({ ...eventsOf, repositoryId: id, object: path })),
    );
    return repositories;
  });
  if (!gone) throw registryError("NO_SUCH_ACCOUNT");
  for (const { id, path } of gone) heed(ctx.facts, { type: "repository.delete", repositoryId: id, object: path });
}

/**
 * Sets a password; the account's logins end, but the session in which it changes its own. Who changes his own has to know the old one.
 * @throws NOT_AUTHENTICATED, NOT_AUTHORIZED, NO_SUCH_USER, PASSWORD_INCORRECT, INVALID_PASSWORD, TOOMANYREQUESTS.
 */
export async function changePassword(
  ctx: ChangeNeeds & Needs<"compute" | "passwords" | "counters">,
  caller: Caller,
  nameOrId: string,
  read: () => Promise<{ oldPassword?: string | undefined; newPassword: string; address: string }>,
): Promise<AccountRow> {
  const self = requireAccount(caller);
  const account = await findAccount(ctx, nameOrId, "user");
  await requireMay(caller, { on: "account", action: "administer", account });
  const form = await read();
  if (account.id === self.id) {
    const { name } = account;
    const right = await checkPassword(ctx, { name, password: form.oldPassword ?? "", address: form.address });
    if (!right) throw registryError("PASSWORD_INCORRECT");
  }
  const passwordHash = await hashNew(ctx, account.name, form.newPassword);
  const keep = account.id === self.id ? (caller.session ?? null) : null;
  const told = { type: "account.update" as const, object: account.name, detail: { password: "changed" } };
  const changed = await changing(ctx, caller, told, async (tx, now) =>
    (await updatePassword(tx, account.id, { passwordHash, keep, now })) ? findAccountById(tx, account.id) : null,
  );
  if (!changed) throw registryError("NO_SUCH_USER");
  return changed;
}

async function hashNew(ctx: Needs<"db" | "compute">, name: string, password: string): Promise<string> {
  await requireGoodPassword(ctx, name, password);
  return ctx.compute.run("hashPassword", { password });
}
