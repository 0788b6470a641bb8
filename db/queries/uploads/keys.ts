// Queries on keys that are registered for blobs to come.
import { sql } from "drizzle-orm/sql";
import { enterContent } from "../gate.ts";
import { type Db, rows } from "../rows.ts";

/** A key whose row is there; nothing was written under it yet. */
export interface RegisteredKey {
  blobId: number;
  key: string;
}

export async function insertKeys(db: Db, keys: readonly string[], now: Date): Promise<RegisteredKey[]> {
  return rows(
    db,
    sql`insert into blob (key, created_at) select k, ${now.toISOString()}::timestamptz
      from jsonb_array_elements_text(${JSON.stringify(keys)}::jsonb) as k returning id as "blobId", key`,
  );
}

/** Gives up a key that was not used: what lies under it may go. */
export async function condemnKey(db: Db, { blobId }: RegisteredKey, now: Date): Promise<void> {
  await db.execute(
    sql`update blob set state = 'condemned', removable_at = ${now.toISOString()} where id = ${blobId} and state = 'writing'`,
  );
}

/**
 * Condemns keys that are being written for nobody: of processes that ended, and of two writers that took a session over at
 * the same moment (the statement of the second does not see the key that the first has just made).
 * @param before when a key was registered, at the latest.
 * @returns how many.
 */
export async function condemnStrayKeys(db: Db, before: Date, now: Date, limit: number): Promise<number> {
  const condemned = await rows(
    db,
    sql`update blob set state = 'condemned', removable_at = ${now.toISOString()}
      where state = 'writing' and ${enterContent} and id in (
        select b.id from blob b where b.state = 'writing' and b.created_at < ${before.toISOString()}
          and not exists (select 1 from upload u where u.blob_id = b.id) limit ${limit})
      returning id`,
  );
  return condemned.length;
}
