// Lists of what a viewer sees, found by index: every way to see a repository (as `visibleTo` tells them) is a branch of its own, which
// reads no more than is asked for.
import { type SQL, sql } from "drizzle-orm/sql";
import { grantsOf } from "./accounts/rights.ts";
import { type RepositoryRow, repositoryColumns, type Viewer, visibleTo } from "./repositories.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";

/** A page of repositories in byte order of their paths. */
export async function listRepositories(
  db: Db,
  page: { viewer: Viewer; after: string; limit: number; namespace?: string },
): Promise<RepositoryRow[]> {
  const where = sql`r.path > ${withoutZeros(page.after)} and ${withinNamespace(page.namespace ?? null)}`;
  const first = { order: sql`r.path`, limit: page.limit };
  return rows<RepositoryRow>(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id
      where ${isVisible(page.viewer, { where, first })} order by r.path limit ${page.limit}`,
  );
}

export async function countRepositories(db: Db, page: { viewer: Viewer; namespace?: string }): Promise<number> {
  const where = withinNamespace(page.namespace ?? null);
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from (${visibleIds(page.viewer, { where })}) v`,
  );
  return found[0]?.count ?? 0;
}

/** What is wanted of the repositories, in terms of `r`. */
interface Wanted {
  where: SQL;
  /** Without an order and a limit all that are wanted. */
  first?: { order: SQL; limit: number };
}

/** Keeps a branch to itself: joined with others it would be found by reading every repository. */
const noMerge = sql`offset 0`;

/** The ids of the repositories that the viewer sees and wants, each once. */
function visibleIds(viewer: Viewer, { where, first }: Wanted): SQL {
  const end = first ? sql`order by ${first.order} limit ${first.limit}` : noMerge;
  const wanted = (from: SQL, condition: SQL) =>
    sql`(select r.id from ${from} where ${condition} and r.deleted_at is null and ${where} ${end})`;
  const open = wanted(sql`repository r`, sql`r.visibility = 'public'`);
  if (!viewer) return open;
  if (viewer.seesAll) return wanted(sql`repository r`, sql`true`);
  const id = sql`${viewer.accountId}::uuid`;
  const namespaces = sql`select ${id} as id
    union select m.organization_id from organization_member m where m.user_id = ${id} and m.is_admin
    union select g.namespace_id from (${grantsOf(id)}) g where g.repository_id is null`;
  const whole = wanted(sql`repository r`, sql`r.account_id = n.id`);
  const single = wanted(sql`(${grantsOf(id)}) g join repository r on r.id = g.repository_id`, sql`true`);
  return sql`${open} union (select v.id from (${namespaces}) n cross join lateral ${whole} v) union ${single}`;
}

/** The condition that `r` is one of those. Who may be everywhere, or nowhere, needs no list of ids. */
export function isVisible(viewer: Viewer, wanted: Required<Wanted>): SQL {
  if (viewer && !viewer.seesAll) return sql`r.id in (${visibleIds(viewer, wanted)})`;
  return sql`${visibleTo(viewer)} and r.deleted_at is null and ${wanted.where}`;
}

/** The condition that `r` is in the namespace, or none without one. Paths of a namespace lie together in byte order: 0 follows the slash. */
export function withinNamespace(namespace: string | null): SQL {
  if (namespace === null) return sql`true`;
  const name = withoutZeros(namespace);
  return sql`r.path > ${`${name}/`} and r.path < ${`${name}0`}`;
}
