// The former names of accounts: listed and released by who may rename the account.
import { type AccountAliasRow, deleteAccountAlias, listAccountAliases } from "#db/queries/aliases/accounts.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import type { Needs } from "../context.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { reachNamed } from "./rename.ts";

/** Names that lead to an account and its repositories, the newest first; all of them. @throws as renameAccount. */
export async function listAccountNames(ctx: Needs<"db">, caller: Caller, nameOrId: string): Promise<AccountAliasRow[]> {
  const { id } = await reachNamed(ctx, caller, nameOrId);
  return listAccountAliases(ctx.db, id);
}

/** Frees a name: from then on it leads nowhere, and another account can have it. @throws as renameAccount, NO_SUCH_ALIAS. */
export async function releaseAccountName(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { account: string; alias: string },
): Promise<void> {
  const account = await reachNamed(ctx, caller, names.account);
  const told = { type: "alias.release" as const, object: account.name, detail: { alias: names.alias } };
  const gone = await changing(
    ctx,
    caller,
    told,
    async (tx) => (await deleteAccountAlias(tx, account.id, names.alias)) || null,
  );
  if (!gone) throw registryError("NO_SUCH_ALIAS");
}
