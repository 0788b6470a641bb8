// Which repositories a viewer sees, found by index: every way to see one is a branch of its own, which reads no more than is asked for.
import { type SQL, sql } from "drizzle-orm/sql";
import { grantsOf } from "./accounts/rights.ts";
import type { Viewer } from "./repositories.ts";
import { withoutZeros } from "./rows.ts";

/** What is wanted of the repositories, in terms of `r`. */
export interface Wanted {
  where: SQL;
  /** Without an order and a limit all that are wanted. */
  first?: { order: SQL; limit: number };
}

/** Keeps a branch to itself: joined with others it would be found by reading every repository. */
const noMerge = sql`offset 0`;

/** The ids of the repositories that the viewer sees (as `visibleTo` tells) and wants, each once. */
export function visibleIds(viewer: Viewer, { where, first }: Wanted): SQL {
  const wanted = (
    from: SQL,
    condition: SQL,
  ) => sql`(select r.id from ${from} where ${condition} and r.deleted_at is null and ${where}
    ${first ? sql`order by ${first.order} limit ${first.limit}` : noMerge})`;
  const repositories = sql`repository r`;
  if (viewer?.seesAll) return wanted(repositories, sql`true`);
  const open = wanted(repositories, sql`r.visibility = 'public'`);
  if (!viewer) return open;
  const id = sql`${viewer.accountId}::uuid`;
  const namespaces = sql`select ${id} as id
    union select m.organization_id from organization_member m where m.user_id = ${id} and m.is_admin
    union select g.namespace_id from (${grantsOf(id)}) g where g.repository_id is null`;
  const whole = sql`(select v.id from (${namespaces}) n cross join lateral ${wanted(repositories, sql`r.account_id = n.id`)} v)`;
  const single = wanted(sql`(${grantsOf(id)}) g join repository r on r.id = g.repository_id`, sql`true`);
  return sql`${open} union ${whole} union ${single}`;
}

/** The condition that `r` is in the namespace, or none without one. Paths of a namespace lie together in byte order: 0 follows the slash. */
export function withinNamespace(namespace: string | null): SQL {
  if (namespace === null) return sql`true`;
  const name = withoutZeros(namespace);
  return sql`r.path > ${`${name}/`} and r.path < ${`${name}0`}`;
}
