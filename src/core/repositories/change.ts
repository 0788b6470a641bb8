// Changes and deletes repositories.
import { insertEvent, insertEvents } from "#db/queries/events.ts";
import {
  findRepository,
  markRepositoriesDeleted,
  markRepositoryDeleted,
  type RepositoryChange,
  type RepositoryRow,
  updateRepository,
} from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { may, type RepositoryAction } from "../access/may.ts";
import { findAccount, requireAccount, requireMay } from "../accounts/find.ts";
import { heed, heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import { eventOf } from "../tell.ts";

type ChangeNeeds = Needs<"db" | "clock" | "facts">;

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

/** A limit removes tags, and immutable tags stay. */
export function limitAndImmutable() {
  return registryError(
    "INVALID_PARAMETERS",
    "tagLimit and immutableTags exclude each other: set tagLimit to 0 or immutableTags to false",
    { field: "tagLimit" },
  );
}

/** Changes what is named. @throws INVALID_PARAMETERS for a limit of tags where they are immutable; as getRepository. */
export async function changeRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  path: string,
  form: () => Promise<RepositoryChange>,
): Promise<RepositoryRow> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const change = await form();
  const at = ctx.clock.now();
  const event = eventOf({ at, type: "repository.update", repository, caller, detail: changeOf(repository, change) });
  const changed = await heeding(ctx, event, () =>
    ctx.db.transaction(async (tx) => {
      if (!(await updateRepository(tx, repository.id, change))) return false;
      await insertEvent(tx, event);
      return true;
    }),
  );
  if (!changed) {
    await getRepository(ctx, caller, path, "administer");
    throw limitAndImmutable();
  }
  return { ...repository, ...change };
}

/** What was, and what is now; of a long description only that it changed. */
function changeOf(repository: RepositoryRow, { longDescription, ...change }: RepositoryChange) {
  const fields = Object.keys(change) as (keyof typeof change)[];
  const before = Object.fromEntries(fields.map((field) => [field, repository[field]]));
  const isRewritten = longDescription !== undefined && longDescription !== repository.longDescription;
  return { before, ...change, ...(isRewritten && { longDescription: "changed" }) };
}

/** Makes the repository invisible at once; periodic work clears its content. @throws as getRepository. */
export async function deleteRepository(ctx: ChangeNeeds, caller: Caller, path: string): Promise<void> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const at = ctx.clock.now();
  const event = eventOf({
    at,
    type: "repository.delete",
    repository,
    caller,
    detail: { visibility: repository.visibility },
  });
  await heeding(ctx, event, () =>
    ctx.db.transaction(async (tx) => {
      if (await markRepositoryDeleted(tx, repository.id, at)) await insertEvent(tx, event);
    }),
  );
}

/**
 * Deletes all repositories of a user or an organization: for its owners and for system admins.
 * @throws NOT_AUTHENTICATED, NO_SUCH_ACCOUNT, NOT_AUTHORIZED.
 */
export async function deleteRepositoriesOf(ctx: ChangeNeeds, caller: Caller, namespace: string): Promise<void> {
  requireAccount(caller);
  const account = await findAccount(ctx, namespace);
  await requireMay(caller, { on: "account", action: "administer", account });
  const at = ctx.clock.now();
  const events = await ctx.db.transaction(async (tx) => {
    const gone = await markRepositoriesDeleted(tx, account.id, at);
    const told = gone.map((repository) => eventOf({ at, type: "repository.delete", repository, caller }));
    await insertEvents(tx, told);
    return told;
  });
  for (const event of events) heed(ctx.facts, event);
}
