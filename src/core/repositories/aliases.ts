// The former names of repositories: listed and released by who administers the repository, or the namespace in which they are held.
import {
  deleteRepositoryAlias,
  findHolder,
  listHeldNames,
  listRepositoryAliases,
  type RepositoryAliasRow,
} from "#db/queries/aliases/repositories.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { AccountRow, Caller } from "../access/caller.ts";
import { may } from "../access/may.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { findAccount, requireAccount } from "../accounts/find.ts";
import { type Page, type Paged, pageOf } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "./change.ts";

/** Names that lead to a repository, the newest first; all of them. @throws as getRepository for its admins. */
export async function listAliasesOf(ctx: Needs<"db">, caller: Caller, path: string): Promise<RepositoryAliasRow[]> {
  const repository = await getRepository(ctx, caller, path, "administer");
  return listRepositoryAliases(ctx.db, repository.id);
}

/** A name that is held in a namespace, and what it leads to; null where whoever asks may not see that. */
export type HeldName = RepositoryAliasRow & { repository: RepositoryRow | null };

/** For who may create repositories in the namespace. @throws NOT_AUTHENTICATED, NO_SUCH_ACCOUNT, NOT_AUTHORIZED. */
export async function pageHeldNames(
  ctx: Needs<"db">,
  caller: Caller,
  namespace: string,
  page: Page,
): Promise<Paged<HeldName>> {
  requireAccount(caller);
  const account = await findAccount(ctx, namespace);
  if (!(await mayCreate(caller, account, ""))) throw registryError("NOT_AUTHORIZED");
  const found = await pageOf(
    page,
    ({ name }: RepositoryAliasRow & { repository: RepositoryRow }) => name,
    (limit) => listHeldNames(ctx.db, account.id, { ...page, limit }),
  );
  const items: HeldName[] = [];
  for (const held of found.items) {
    const { repository } = held;
    const seen = await may(caller, { on: "repository", action: "pull", repository });
    items.push({ ...held, repository: seen ? repository : null });
  }
  return { items, next: found.next };
}

/**
 * Frees a name: from then on it leads nowhere, and anybody with the right to create can have it. For who may create it, and for who may
 * administer the repository that it leads to.
 * @throws NOT_AUTHENTICATED, NO_SUCH_ACCOUNT, NOT_AUTHORIZED; NO_SUCH_ALIAS, also to who may see neither.
 */
export async function releaseName(
  ctx: ChangeNeeds,
  caller: Caller,
  held: { namespace: string; name: string },
): Promise<void> {
  requireAccount(caller);
  const account = await findAccount(ctx, held.namespace);
  const repository = await findHolder(ctx.db, account.id, held.name);
  const owns = await mayCreate(caller, account, held.name);
  const administers = repository && (await may(caller, { on: "repository", action: "administer", repository }));
  const sees = repository && (await may(caller, { on: "repository", action: "pull", repository }));
  if (!owns && !administers) throw registryError(sees ? "NOT_AUTHORIZED" : "NO_SUCH_ALIAS");
  if (!repository) throw registryError("NO_SUCH_ALIAS");
  const detail = { alias: `${account.name}/${held.name}` };
  const { id: repositoryId, path: object } = repository;
  const gone = await changing(ctx, caller, { type: "alias.release", object, repositoryId, detail }, async (tx) => {
    return (await deleteRepositoryAlias(tx, account.id, held.name)) || null;
  });
  if (!gone) throw registryError("NO_SUCH_ALIAS");
}

function mayCreate(caller: Caller, account: AccountRow, name: string): Promise<boolean> {
  return may(caller, { on: "namespace", action: "create", account, name: `${account.name}/${name}` });
}
