// Which repositories a viewer sees: as a condition, and found by index, where every way to see one is a branch of its own, which reads
// no more than is asked for.
import { type SQL, sql } from "drizzle-orm/sql";
import { type AccessLevel, grantsOf } from "./accounts/rights.ts";
import { withoutZeros } from "./rows.ts";

/**
 * Whose eyes a list is for: who sees everything, an account with what it was granted at that moment, null for what is public.
 * With `within`, of what is not public only paths that fit one of the patterns.
 */
export type Viewer = { accountId: string; seesAll: boolean; at: Date; within?: readonly string[] } | null;

/** What is wanted of the repositories, in terms of `r`. */
export interface Wanted {
  where: SQL;
  /** Without an order and a limit all that are wanted. */
  first?: { order: SQL; limit: number };
}

/** Keeps a branch to itself: joined with others it would be found by reading every repository. */
const noMerge = sql`offset 0`;

/** Where a viewer's rights lie, in SQL; with a level only rights of that level. */
function placesOf({ accountId, at }: NonNullable<Viewer>, level?: AccessLevel) {
  const id = sql`${accountId}::uuid`;
  const grants = sql`(select * from (${grantsOf(id)}) g where g.expires_at is null or g.expires_at > ${at.toISOString()}::timestamptz) g`;
  const enough = level === undefined ? sql`true` : sql`g.level = ${level}`;
  return {
    /** Namespaces of which he sees everything. */
    namespaces: sql`select ${id} as id
      union select m.organization_id from organization_member m where m.user_id = ${id} and m.is_admin
      union select g.namespace_id from ${grants} where g.repository_id is null and g.pattern is null and ${enough}`,
    repositories: sql`select distinct g.repository_id as id from ${grants} where g.repository_id is not null and ${enough}`,
    /** Namespaces of which he sees what fits some pattern. */
    partly: sql`select distinct g.namespace_id as id from ${grants} where g.pattern is not null and ${enough}`,
    fits: sql`exists (select 1 from ${grants} where g.pattern is not null and ${enough} and g.namespace_id = r.account_id
      and r.name like replace(replace(g.pattern, '_', '\\_'), '*', '%'))`,
  };
}

/** The bound of an access token on what is not public. */
function boundOf({ within }: NonNullable<Viewer>): SQL {
  if (!within) return sql`true`;
  const patterns = JSON.stringify(within.map((pattern) => pattern.replaceAll("_", "\\_").replaceAll("*", "%")));
  return sql`r.path like any (array(select jsonb_array_elements_text(${patterns}::jsonb)))`;
}

/** The condition under which a viewer sees repository `r`: what `may()` says of pulling it. */
export function visibleTo(viewer: Viewer): SQL {
  const open = sql`r.visibility = 'public'`;
  if (!viewer) return open;
  const { namespaces, repositories, fits } = placesOf(viewer);
  const seen = viewer.seesAll
    ? sql`true`
    : sql`(r.account_id in (${namespaces}) or r.id in (${repositories}) or ${fits})`;
  return sql`(${open} or (${boundOf(viewer)} and ${seen}))`;
}

/** The condition under which a viewer may administer repository `r`: what `may()` says of it, but for system admins. */
export function administeredBy(viewer: Viewer): SQL {
  if (!viewer) return sql`false`;
  const { namespaces, repositories, fits } = placesOf(viewer, "admin");
  return sql`(${boundOf(viewer)} and (r.account_id in (${namespaces}) or r.id in (${repositories}) or ${fits}))`;
}

/** The ids of the repositories that the viewer sees (as `visibleTo` tells) and wants, each once. */
export function visibleIds(viewer: Viewer, { where, first }: Wanted): SQL {
  const wanted = (
    from: SQL,
    condition: SQL,
  ) => sql`(select r.id from ${from} where ${condition} and r.deleted_at is null and ${where}
    ${first ? sql`order by ${first.order} limit ${first.limit}` : noMerge})`;
  const all = sql`repository r`;
  const open = wanted(all, sql`r.visibility = 'public'`);
  if (!viewer) return open;
  const bound = boundOf(viewer);
  if (viewer.seesAll) return viewer.within ? sql`${open} union ${wanted(all, bound)}` : wanted(all, bound);
  const { namespaces, repositories, partly, fits } = placesOf(viewer);
  const inEach = (places: SQL, condition: SQL) =>
    sql`(select v.id from (${places}) n cross join lateral ${wanted(all, sql`r.account_id = n.id and ${condition}`)} v)`;
  // Each repository once within a branch: what is there twice would take another's place in it.
  const single = wanted(sql`(${repositories}) g join repository r on r.id = g.id`, bound);
  return sql`${open} union ${inEach(namespaces, bound)} union ${single} union ${inEach(partly, sql`${bound} and ${fits}`)}`;
}

/** Whether there is one way alone in which the viewer sees what he sees: who may see everything, or only what is public, needs no list of ids. */
export function needsNoList(viewer: Viewer): boolean {
  return viewer === null || (viewer.seesAll && !viewer.within);
}

/** The condition that `r` is one of those. */
export function isVisible(viewer: Viewer, wanted: Required<Wanted>): SQL {
  if (!needsNoList(viewer)) return sql`r.id in (${visibleIds(viewer, wanted)})`;
  return sql`${viewer ? sql`true` : sql`r.visibility = 'public'`} and r.deleted_at is null and ${wanted.where}`;
}

/** The condition that `r` is in the namespace, or none without one. Paths of a namespace lie together in byte order: 0 follows the slash. */
export function withinNamespace(namespace: string | null): SQL {
  if (namespace === null) return sql`true`;
  const name = withoutZeros(namespace);
  return sql`r.path > ${`${name}/`} and r.path < ${`${name}0`}`;
}
