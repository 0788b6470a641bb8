// Lists: tags, repositories, referrers; each in byte order, page by page.
import { listReferrers, type ReferrerRow } from "#db/queries/manifests.ts";
import { listRepositories } from "#db/queries/repositories.ts";
import { listTags } from "#db/queries/tags.ts";
import { type Caller, viewerOf } from "../access/caller.ts";
import type { Needs } from "../context.ts";

/** A page, and whether something follows it. */
export interface Page<T> {
  items: T[];
  more: boolean;
}

/** Tags after `after`. */
export async function pageTags(
  ctx: Needs<"db">,
  repositoryId: string,
  page: { after: string; limit: number },
): Promise<Page<string>> {
  return cut(await listTags(ctx.db, { repositoryId, after: page.after, limit: page.limit + 1 }), page.limit);
}

/** Full names of repositories that the caller may see, after `after`. */
export async function pageCatalog(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  page: { after: string; limit: number },
): Promise<Page<string>> {
  const viewer = viewerOf(caller, ctx.clock.now());
  const found = await listRepositories(ctx.db, { viewer, after: page.after, limit: page.limit + 1 });
  return cut(
    found.map((repository) => repository.path),
    page.limit,
  );
}

/** A page of referrers holds at most this many, and this many bytes of annotations: clients read pages of up to 4 MiB. */
const referrersPerPage = 1000;
const referrersPageBytes = 3 * 1024 * 1024;

/** Manifests whose subject is the digest, after the digest `after`. */
export async function pageReferrers(
  ctx: Needs<"db">,
  repositoryId: string,
  query: { subject: string; artifactType: string | null; after: string },
): Promise<Page<ReferrerRow>> {
  const found = await listReferrers(ctx.db, { repositoryId, ...query, limit: referrersPerPage + 1 });
  let bytes = 0;
  let fits = 0;
  while (fits < Math.min(found.length, referrersPerPage)) {
    bytes += 400 + JSON.stringify((found[fits] as ReferrerRow).annotations).length;
    if (fits > 0 && bytes > referrersPageBytes) break;
    fits++;
  }
  return cut(found, fits);
}

function cut<T>(found: T[], limit: number): Page<T> {
  return { items: found.slice(0, limit), more: found.length > limit };
}
