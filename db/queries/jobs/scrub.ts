// Queries on the scrub's progress: which blobs are due, and how far it came with one that takes more than a slice.
import { sql } from "drizzle-orm/sql";
import { type BlobRow, blobColumns } from "../blobs.ts";
import { type Db, rows } from "../rows.ts";

/** How far a blob was hashed. */
export interface ScrubProgress {
  /** The object, and what the store said of it at the first byte. */
  key: string;
  stamp: string | null;
  offset: number;
  hashState: unknown;
}

/** A blob to hash; without progress from its first byte. */
export interface ScrubRow extends BlobRow {
  progress: ScrubProgress | null;
}

/** The blob that was begun longest ago and may go on; null when there is none. */
export async function findBegunScrub(db: Db, now: Date): Promise<ScrubRow | null> {
  const found = await rows<BlobRow & { begun: string; seen: string | null; offset: number; hashState: unknown }>(
    db,
    sql`select ${blobColumns}, s.key as begun, s.stamp as seen, s."offset", s.hash_state as "hashState"
      from blob_scrub s join blob b on b.id = s.blob_id
      join lateral (select algorithm, hex from blob_digest where blob_id = b.id order by algorithm limit 1) d on true
      where b.state = 'live' and b.marked_at is null and s.resume_at <= ${now.toISOString()}
      order by s.resume_at limit 1`,
  );
  const [row] = found;
  if (!row) return null;
  const { begun, seen, offset, hashState, ...blob } = row;
  return { ...blob, progress: { key: begun, stamp: seen, offset, hashState } };
}

/** Blobs whose bytes nobody hashed since that moment, those first that waited longest. */
export async function listScrubDue(db: Db, hashedBefore: Date, limit: number): Promise<ScrubRow[]> {
  const found = await rows<BlobRow>(
    db,
    sql`select ${blobColumns}
      from blob b join lateral (select algorithm, hex from blob_digest where blob_id = b.id order by algorithm limit 1) d on true
      where b.state = 'live' and b.marked_at is null and coalesce(b.verified_at, b.created_at) < ${hashedBefore.toISOString()}
        and not exists (select 1 from blob_scrub s where s.blob_id = b.id)
      order by coalesce(b.verified_at, b.created_at) limit ${limit}`,
  );
  return found.map((blob) => ({ ...blob, progress: null }));
}

/** Saves how far a blob was hashed, and from when on it may go on. */
export async function saveScrub(db: Db, blobId: number, saved: ScrubProgress & { resumeAt: Date }): Promise<void> {
  await db.execute(
    sql`insert into blob_scrub (blob_id, key, stamp, "offset", hash_state, resume_at)
      select id, ${saved.key}, ${saved.stamp}, ${saved.offset}, ${JSON.stringify(saved.hashState)}::jsonb, ${saved.resumeAt.toISOString()}::timestamptz
      from blob where id = ${blobId}
      on conflict (blob_id) do update set key = excluded.key, stamp = excluded.stamp, "offset" = excluded."offset",
        hash_state = excluded.hash_state, resume_at = excluded.resume_at`,
  );
}
