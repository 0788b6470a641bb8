// Lists repositories for the management API.
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { countRepositories, listRepositories, type RepositoryRow } from "#db/queries/repositories.ts";
import type { Viewer } from "#db/queries/visible.ts";
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";

/** A page, where the next begins, and how many there are in all when that was asked. */
export interface RepositoryPage {
  items: RepositoryRow[];
  next: string | null;
  total: number | null;
}

/** A page of what the viewer may see. @throws NO_SUCH_ACCOUNT for a namespace that does not exist. */
export async function pageRepositories(
  ctx: Needs<"db">,
  viewer: Viewer,
  page: { after: string; limit: number; count: boolean; namespace?: string },
): Promise<RepositoryPage> {
  const account = page.namespace === undefined ? null : await findAccountByName(ctx.db, page.namespace);
  if (page.namespace !== undefined && !account) throw registryError("NO_SUCH_ACCOUNT");
  const within = { viewer, ...(account && { namespace: account.name }) };
  const found = await listRepositories(ctx.db, { ...within, after: page.after, limit: page.limit + 1 });
  const items = found.slice(0, page.limit);
  const next = found.length > page.limit ? (items.at(-1)?.path ?? null) : null;
  return { items, next, total: page.count ? await countRepositories(ctx.db, within) : null };
}
