// Renames users and organizations, with all that is in their namespaces; the old name is held for them.
import { type AccountRow, findAccountById } from "#db/queries/accounts/accounts.ts";
import {
  findHeldAccountNames,
  longestRepositoryName,
  renameAccount as renameRow,
  renameWithin,
} from "#db/queries/aliases/accounts.ts";
import { databaseError } from "#db/queries/rows.ts";
import { type RegistryError, registryError } from "#oci/error.ts";
import { accountNameProblem, maxNameLength } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import { retried } from "../content/retried.ts";
import type { Needs } from "../context.ts";
import { mostAliases, tooManyAliases } from "../repositories/rename.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, requireAccount, requireMay } from "./find.ts";

/**
 * Gives an organization another name (its owners, system admins), or a user (system admins). Repositories and service accounts go along.
 * @throws NOT_AUTHENTICATED, NO_SUCH_ACCOUNT, NOT_AUTHORIZED, INVALID_ACCOUNT_NAME, INVALID_PARAMETERS, ACCOUNT_EXISTS.
 */
export async function renameAccount(
  ctx: ChangeNeeds,
  caller: Caller,
  nameOrId: string,
  form: () => Promise<{ name: string }>,
): Promise<AccountRow> {
  const account = await reachNamed(ctx, caller, nameOrId);
  const { name: to } = await form();
  if (account.kind === "service")
    throw registryError("INVALID_PARAMETERS", "a service account has its organization's name, and is renamed with it");
  const problem = accountNameProblem(to);
  if (problem) throw registryError("INVALID_ACCOUNT_NAME", problem);
  if (to === account.name) throw registryError("INVALID_PARAMETERS", `${to} is its name already`);
  const renaming = { id: account.id, from: account.name, to, by: caller.account?.id ?? null };
  const renamed = await retriedUnlessTaken(to, () => rename(ctx, caller, renaming));
  if (!renamed) throw registryError("NO_SUCH_ACCOUNT", "the account is gone, or was renamed meanwhile: try again");
  return renamed;
}

/** @throws as renameAccount. */
export async function reachNamed(ctx: Needs<"db">, caller: Caller, nameOrId: string): Promise<AccountRow> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId);
  // Elsewhere people are known by the names that they log in with.
  if (account.kind === "user") await requireMay(caller, { on: "registry", action: "administer" });
  else await requireMay(caller, { on: "account", action: "administer", account });
  return account;
}

async function rename(
  ctx: ChangeNeeds,
  caller: Caller,
  renaming: { id: string; from: string; to: string; by: string | null },
): Promise<AccountRow | null> {
  const { id, from, to } = renaming;
  const detail: Record<string, unknown> = { from, to };
  return changing(ctx, caller, { type: "account.rename", object: from, detail }, async (tx, now) => {
    const aliases = await renameRow(tx, { ...renaming, now });
    if (aliases === null) return null;
    const [held] = await findHeldAccountNames(tx, [to]);
    if (held) throw nameHeld(held);
    if (aliases > mostAliases) throw tooManyAliases("account");
    const longest = await longestRepositoryName(tx, id);
    if (longest > 0 && to.length + 1 + longest > maxNameLength)
      throw registryError(
        "INVALID_ACCOUNT_NAME",
        `with that name the longest repository of ${from} would have more than ${maxNameLength} characters`,
      );
    Object.assign(detail, await renameWithin(tx, renaming));
    return findAccountById(tx, id);
  });
}

/** Two who take each other's name at once wait for each other until one of them is told to try again. */
function retriedUnlessTaken<T>(name: string, work: () => Promise<T>): Promise<T> {
  return retried(() =>
    work().catch((error) => {
      if (databaseError(error)?.code === "23505")
        throw registryError("ACCOUNT_EXISTS", `an account of the name ${name} exists already`);
      throw error;
    }),
  );
}

/** That a name is an account's is no secret. */
export function nameHeld({ name, present }: { name: string; present: string }): RegistryError {
  return registryError(
    "ACCOUNT_EXISTS",
    `${name} is held for an account that was renamed to ${present}: release the name first (DELETE /api/v0/accounts/${present}/aliases/${name})`,
    { alias: name },
  );
}
