// Queries on the soundness of stored bytes: which blobs are marked as damaged, when their bytes were last hashed, and how far
// the scrub came.
import { sql } from "drizzle-orm/sql";
import { type BlobRow, blobColumns } from "./blobs.ts";
import { insertEventSql, type NewEvent } from "./events.ts";
import { type Db, rows } from "./rows.ts";

/** What was found wrong: the object is not there, has another size, or holds other bytes. */
export type DamageReason = "missing" | "size" | "digest";

/** Live blobs, each with one of its digests: bytes that have one have them all. */
const liveBlobs = sql`blob b join lateral (
  select algorithm, hex from blob_digest where blob_id = b.id order by algorithm limit 1) d on b.state = 'live'`;

/** A live blob as it is now; null when it is not there any more, or marked. */
export async function findBlob(db: Db, id: number): Promise<BlobRow | null> {
  const found = await rows<BlobRow>(
    db,
    sql`select ${blobColumns} from ${liveBlobs} where b.id = ${id} and b.marked_at is null`,
  );
  return found[0] ?? null;
}

/** Marks a blob, if it still lies at that key. @returns whether this call did it. */
export async function markBlob(
  db: Db,
  mark: { id: number; key: string; reason: DamageReason; event: NewEvent },
): Promise<boolean> {
  const marked = await rows(
    db,
    sql`with marked as (
        update blob set marked_at = ${mark.event.at.toISOString()}, mark_reason = ${mark.reason}
        where id = ${mark.id} and key = ${mark.key} and state = 'live' and marked_at is null returning id),
      scrubbed as (delete from blob_scrub using marked where blob_id = marked.id),
      told as (${insertEventSql(mark.event, sql`from marked`)})
      select id from marked`,
  );
  return marked.length > 0;
}

/** Takes the mark from a blob whose bytes turned out right. @returns whether this call did it. */
export async function unmarkBlob(
  db: Db,
  heal: { id: number; key: string; stamp: string | null; event: NewEvent },
): Promise<boolean> {
  const healed = await rows(
    db,
    sql`with healed as (
        update blob set marked_at = null, mark_reason = null, stamp = ${heal.stamp}, verified_at = ${heal.event.at.toISOString()}
        where id = ${heal.id} and key = ${heal.key} and state = 'live' and marked_at is not null returning id),
      told as (${insertEventSql(heal.event, sql`from healed`)})
      select id from healed`,
  );
  return healed.length > 0;
}

/** An object whose bytes were hashed and found right. */
export interface VerifiedBlob {
  id: number;
  key: string;
  /** What the store said of the object that was hashed. */
  stamp: string | null;
}

/** Records when bytes were last hashed, and the stamp under which they were right. */
export async function recordVerified(db: Db, verified: readonly VerifiedBlob[], now: Date): Promise<void> {
  if (verified.length === 0) return;
  await db.execute(
    sql`with v as (select * from jsonb_to_recordset(${JSON.stringify(verified)}::jsonb) as v(id bigint, key text, stamp text)),
      done as (delete from blob_scrub using v where blob_id = v.id)
      update blob b set verified_at = ${now.toISOString()}, stamp = v.stamp
      from v where b.id = v.id and b.key = v.key and b.state = 'live' and b.marked_at is null`,
  );
}

/** Whether there is a live blob at all. */
export async function hasBlobs(db: Db): Promise<boolean> {
  return (await rows(db, sql`select 1 from blob where state = 'live' limit 1`)).length > 0;
}

export async function countMarkedBlobs(db: Db): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from blob where state = 'live' and marked_at is not null`,
  );
  return found[0]?.count ?? 0;
}

/** A blob that is marked, and where it is missed. */
export interface MarkedBlob extends BlobRow {
  reason: DamageReason;
  markedAt: Date;
  /** Full names of the repositories that link it. */
  repositories: string[];
}

/** A page of marked blobs, by id. */
export async function listMarkedBlobs(db: Db, page: { after: number; limit: number }): Promise<MarkedBlob[]> {
  const found = await rows<Omit<MarkedBlob, "markedAt"> & { seconds: number }>(
    db,
    sql`select ${blobColumns}, b.mark_reason as reason, extract(epoch from b.marked_at)::float8 as seconds,
        array(select r.path from link l join repository r on r.id = l.repository_id
          where l.blob_id = b.id and r.deleted_at is null order by r.path)::text[] as repositories
      from ${liveBlobs} where b.marked_at is not null and b.id > ${page.after} order by b.id limit ${page.limit}`,
  );
  return found.map(({ seconds, ...row }) => ({ ...row, markedAt: new Date(seconds * 1000) }));
}

/** A page of live blobs that are not marked, by id. */
export async function listSoundBlobs(db: Db, page: { after: number; limit: number }): Promise<BlobRow[]> {
  return rows(
    db,
    sql`select ${blobColumns} from ${liveBlobs} where b.marked_at is null and b.id > ${page.after} order by b.id limit ${page.limit}`,
  );
}

/** Which of the keys no row names. */
export async function listUnregisteredKeys(db: Db, keys: readonly string[]): Promise<string[]> {
  const found = await rows<{ key: string }>(
    db,
    sql`select k.key from jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) as k(key)
      where not exists (select 1 from blob where blob.key = k.key)`,
  );
  return found.map((row) => row.key);
}
