// Renames repositories, also into another namespace: the old name is held for them, so that pulls and pushes go on.
import { findAccountById, findAccountByName } from "#db/queries/accounts/accounts.ts";
import { moveGrants, moveRepository } from "#db/queries/aliases/repositories.ts";
import { findRepositoryById, type RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { may } from "../access/may.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { getRepository } from "./change.ts";
import { nameTaken, requireNameFor } from "./create.ts";

/** Former names that one repository, or one account, may have: each keeps a name from everybody else. */
export const mostAliases = 100;

/**
 * Gives a repository another name, another namespace, or both. That takes the right to administer it and the right to create one of the
 * new name: who may administer a single repository may not take names of the namespace that others will pull from.
 * @throws as getRepository; NO_SUCH_ACCOUNT, NOT_AUTHORIZED, INVALID_REPOSITORY_NAME, INVALID_PARAMETERS, REPOSITORY_EXISTS.
 */
export async function renameRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  path: string,
  form: () => Promise<{ namespace?: string | undefined; name?: string | undefined }>,
): Promise<RepositoryRow> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const { namespace, name = repository.name } = await form();
  const account =
    namespace === undefined
      ? await findAccountById(ctx.db, repository.accountId)
      : await findAccountByName(ctx.db, namespace);
  if (!account || account.kind === "service") throw registryError("NO_SUCH_ACCOUNT");
  const wanted = `${account.name}/${name}`;
  if (!(await may(caller, { on: "namespace", action: "create", account, name: wanted })))
    throw registryError("NOT_AUTHORIZED", `you may not create ${wanted}: a rename takes the right to do so, too`);
  requireNameFor(account, name);
  if (account.id === repository.accountId && name === repository.name)
    throw registryError("INVALID_PARAMETERS", `${wanted} is its name already: say another name or namespace`);
  const detail: Record<string, unknown> = { from: repository.path, to: wanted };
  const told = { type: "repository.rename" as const, object: repository.path, repositoryId: repository.id, detail };
  const renamed = await changing(ctx, caller, told, async (tx, now) => {
    const moved = await moveRepository(tx, {
      repository,
      accountId: account.id,
      name,
      by: caller.account?.id ?? null,
      now,
    });
    if (!moved) return null;
    if (moved.aliases > mostAliases) throw tooManyAliases("repository");
    detail.to = moved.path;
    if (account.id !== repository.accountId) detail.grantsEnded = await moveGrants(tx, repository.id, account.id);
    return findRepositoryById(tx, repository.id);
  });
  if (renamed) return renamed;
  // Somebody else was first: the repository is gone or elsewhere by now, or the name is taken.
  const present = await getRepository(ctx, caller, path, "administer");
  if (present.path !== repository.path)
    throw registryError("INVALID_PARAMETERS", `the repository was renamed to ${present.path} meanwhile: try again`);
  throw await nameTaken(ctx, caller, account, name);
}

export function tooManyAliases(what: "repository" | "account") {
  return registryError(
    "INVALID_PARAMETERS",
    `${mostAliases} former names at most are held for one ${what}: release one of them first`,
  );
}
