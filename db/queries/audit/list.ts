// Pages of events, newest first, as far as somebody may learn of them.
import { type SQL, sql } from "drizzle-orm/sql";
import type { EventType } from "../events.ts";
import { type Db, rows } from "../rows.ts";
import { administeredBy, type Viewer, visibleIds, visibleTo } from "../visible.ts";

export interface EventRow {
  id: number;
  /** Milliseconds since 1970. */
  atMs: number;
  /** A manifest that was pushed with tags is a `tag.push`. */
  type: EventType;
  actorId: string | null;
  actorName: string | null;
  repositoryId: string | null;
  object: string;
  credential: string | null;
  address: string | null;
  detail: Record<string, unknown>;
}

export interface EventPage {
  /** The first event that is wanted; null: the newest. */
  from: number | null;
  limit: number;
  before: Date | null;
  after: Date | null;
  actorId: string | null;
}

/** The types that a list shows: to whoever sees the repository, and to who may administer it. */
export interface ShownTypes {
  toReaders: EventType[];
  toAdmins: EventType[];
}

const hasTags = sql`coalesce(e.detail->'tags' <> '[]'::jsonb, false)`;
const columns = sql`e.id, extract(epoch from e.at)::float8 * 1000 as "atMs", case when e.type = 'manifest.push' and ${hasTags} then 'tag.push' else e.type end as type, e.actor_id as "actorId",
  e.actor_name as "oldName", e.credential, e.address, e.repository_id as "repositoryId", e.object, e.detail`;
/** Whether an event is of one of the types; pushes with tags and without are rows of one type. */
function oneOf(types: readonly EventType[]): SQL {
  const pushes = ["manifest.push", "tag.push"] as const;
  const [withoutTags, withTags] = pushes.map((type) => types.includes(type));
  const stored = types.filter((type) => type !== "tag.push");
  if (withTags && !withoutTags) stored.push("manifest.push");
  const ofType = sql`e.type = any(${sql.param(stored)}::text[])`;
  if (withTags === withoutTags) return ofType;
  return sql`(${ofType} and (e.type <> 'manifest.push' or ${withTags ? hasTags : sql`not ${hasTags}`}))`;
}

function within(page: EventPage): SQL {
  const from = page.from === null ? sql`true` : sql`e.id <= ${page.from}::bigint`;
  const before = page.before === null ? sql`true` : sql`e.at < ${page.before.toISOString()}::timestamptz`;
  const after = page.after === null ? sql`true` : sql`e.at > ${page.after.toISOString()}::timestamptz`;
  const actor = page.actorId === null ? sql`true` : sql`e.actor_id = ${page.actorId}::uuid`;
  return sql`${from} and ${before} and ${after} and ${actor}`;
}

const newest = (page: EventPage) => sql`order by e.id desc limit ${page.limit}`;

/** Those of the types, wherever they happened. */
export function allEvents(page: EventPage, types: readonly EventType[] | null): SQL {
  return sql`select ${columns} from event e where ${within(page)} and ${types === null ? sql`true` : oneOf(types)} ${newest(page)}`;
}

/** Those of one repository. */
export function repositoryEvents(page: EventPage, repositoryId: string, types: readonly EventType[]): SQL {
  return sql`select ${columns} from event e where e.repository_id = ${repositoryId}::uuid and ${within(page)} and ${oneOf(types)} ${newest(page)}`;
}

/**
 * Those of every repository that the viewer sees, as it is now; nothing is left to see of one that is gone.
 * @param admin whose rights to administer count, or null.
 */
export function seenEvents(
  page: EventPage,
  { viewer, admin }: { viewer: Viewer; admin: Viewer },
  types: ShownTypes,
): SQL {
  const administered = sql`${administeredBy(admin)} as administered`;
  const mine = sql`(${oneOf(types.toReaders)} or s.administered and ${oneOf(types.toAdmins)})`;
  // Who sees everything finds a page among the newest; for anybody else the newest of each repository are looked at.
  if (viewer?.seesAll)
    return sql`select ${columns} from event e join lateral (
        select ${administered} from repository r where r.id = e.repository_id and r.deleted_at is null and ${visibleTo(viewer)}) s on true
      where ${within(page)} and ${mine} ${newest(page)}`;
  // `offset 0` keeps each repository to itself: joined with all others it would be found by reading every one.
  return sql`select e.* from (${visibleIds(viewer, { where: sql`true` })}) v
    cross join lateral (select ${administered} from repository r where r.id = v.id offset 0) s
    cross join lateral (
      select ${columns} from event e where e.repository_id = v.id and ${within(page)} and ${mine} ${newest(page)}) e ${newest(page)}`;
}

/** Runs one of the above. */
export async function readEvents(db: Db, found: SQL): Promise<EventRow[]> {
  return rows(
    db,
    sql`select e.*, coalesce(e."oldName", (select a.name from account a where a.id = e."actorId")) as "actorName" from (${found}) e order by e.id desc`,
  );
}

/** How many one of the above finds. */
export async function countEvents(db: Db, found: SQL): Promise<number> {
  const [counted] = await rows<{ count: number }>(db, sql`select count(*) as count from (${found}) e`);
  return counted?.count ?? 0;
}
