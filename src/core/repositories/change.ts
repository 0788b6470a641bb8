// Changes and deletes repositories.
import {
  findRepository,
  markRepositoryDeleted,
  type RepositoryChange,
  type RepositoryRow,
  updateRepository,
} from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { may, type RepositoryAction } from "../access/may.ts";
import type { Needs } from "../context.ts";
import { tell } from "../tell.ts";

/**
 * The repository, for a surface that answers as DTR's API does.
 * @throws NOT_AUTHENTICATED to who gave no credentials; NO_SUCH_REPOSITORY where the caller may not see it;
 * NOT_AUTHORIZED where he may see but not act.
 */
export async function getRepository(
  ctx: Needs<"db">,
  caller: Caller,
  path: string,
  action: RepositoryAction,
): Promise<RepositoryRow> {
  const repository = await findRepository(ctx.db, path);
  const seen = repository && (await may(caller, { on: "repository", action: "pull", repository }));
  if (!repository || !seen) throw registryError(caller.account ? "NO_SUCH_REPOSITORY" : "NOT_AUTHENTICATED");
  if (await may(caller, { on: "repository", action, repository })) return repository;
  throw registryError(caller.account ? "NOT_AUTHORIZED" : "NOT_AUTHENTICATED");
}

/** Changes what is named. @throws as getRepository. */
export async function changeRepository(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  path: string,
  change: RepositoryChange,
): Promise<RepositoryRow> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const at = ctx.clock.now();
  const changed = await ctx.db.transaction(async (tx) => {
    if (!(await updateRepository(tx, repository.id, change))) return false;
    const { longDescription: _, ...detail } = change;
    await tell(tx, { at, type: "repository.update", repository, caller, detail });
    return true;
  });
  if (!changed) throw registryError("NO_SUCH_REPOSITORY");
  return { ...repository, ...change };
}

/** Makes the repository invisible at once; periodic work clears its content. @throws as getRepository. */
export async function deleteRepository(ctx: Needs<"db" | "clock">, caller: Caller, path: string): Promise<void> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const at = ctx.clock.now();
  await ctx.db.transaction(async (tx) => {
    if (!(await markRepositoryDeleted(tx, repository.id, at))) return;
    await tell(tx, { at, type: "repository.delete", repository, caller });
  });
}
