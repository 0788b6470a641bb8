// Queries on upload sessions. Every change of a session that is being written names its writer, so that a writer whose
// lease another has taken changes nothing.
import { type SQL, sql } from "drizzle-orm/sql";
import { enterContent } from "../gate.ts";
import { type Database, type Db, rows } from "../rows.ts";

export interface UploadRow {
  id: string;
  repositoryId: string;
  accountId: string | null;
  blobId: number;
  key: string;
  offset: number;
  storeState: unknown;
  hashState: unknown;
  algorithm: string | null;
  writer: string | null;
}

/** By whom a session may be used: nobody else learns that it exists. */
export interface SessionOwner {
  id: string;
  repositoryId: string;
  accountId: string | null;
}

const columns = sql`u.id, u.repository_id as "repositoryId", u.account_id as "accountId", u.blob_id as "blobId", b.key, u.offset,
  u.store_state as "storeState", u.hash_state as "hashState", u.algorithm, u.writer`;

/** A writer that rests, or whose session was taken, notices within this time that it is no longer its own. */
const lateness = "30 seconds";

const owned = (o: SessionOwner) =>
  sql`u.id = ${o.id} and u.repository_id = ${o.repositoryId} and u.account_id is not distinct from ${o.accountId}::uuid`;

/**
 * Registers a key and opens a session on it, unless the caller has too many open. The session rests with its writer: who asks
 * may claim it at once, and unless that happens the writer may use it.
 * @returns the session, or null.
 */
export async function insertUpload(
  db: Db,
  session: SessionOwner & { key: string; algorithm: string | null; writer: string; now: Date; limit: number },
): Promise<UploadRow | null> {
  const now = session.now.toISOString();
  const { id, repositoryId, accountId, key, algorithm, writer } = session;
  const made = await rows<{ blobId: number }>(
    db,
    sql`with few as (
        select 1 where (select count(*) from (
          select 1 from upload where account_id is not distinct from ${accountId}::uuid limit ${session.limit}) as open) < ${session.limit}),
      registered as (insert into blob (key, created_at) select ${key}, ${now}::timestamptz from few returning id)
      insert into upload (id, repository_id, account_id, blob_id, algorithm, writer, lease_until, created_at, updated_at)
      select ${id}::uuid, ${repositoryId}::uuid, ${accountId}::uuid, id, ${algorithm}, ${writer}::uuid, ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
      from registered returning blob_id as "blobId"`,
  );
  const blobId = made[0]?.blobId;
  if (blobId === undefined) return null;
  return { id, repositoryId, accountId, blobId, key, offset: 0, storeState: null, hashState: null, algorithm, writer };
}

/** Opens a session on a key that is registered and whose first `offset` bytes are stored. It rests with its writer, as a new one. */
export async function insertUploadOn(db: Db, session: UploadRow & { writer: string }, now: Date): Promise<UploadRow> {
  const { id, repositoryId, accountId, blobId, offset, storeState, hashState, algorithm, writer } = session;
  const at = now.toISOString();
  await db.execute(
    sql`insert into upload (id, repository_id, account_id, blob_id, "offset", store_state, hash_state, algorithm, writer, lease_until, created_at, updated_at)
      values (${id}::uuid, ${repositoryId}::uuid, ${accountId}::uuid, ${blobId}, ${offset}, ${JSON.stringify(storeState)}::jsonb,
        ${JSON.stringify(hashState)}::jsonb, ${algorithm}, ${writer}::uuid, ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz)`,
  );
  return session;
}

export async function findUpload(db: Db, owner: SessionOwner): Promise<UploadRow | null> {
  const found = await rows<UploadRow>(
    db,
    sql`select ${columns} from upload u join blob b on b.id = u.blob_id where ${owned(owner)}`,
  );
  return found[0] ?? null;
}

/**
 * Claims a session for a writer if nobody else writes to it and it stands at `offset` (null: wherever it stands). A session
 * without bytes that another writer had gets a fresh key: should that writer be late, it writes where nobody reads.
 */
export async function claimUpload(
  db: Db,
  owner: SessionOwner,
  claim: { writer: string; freshKey: string; now: Date; leaseUntil: Date; offset: number | null },
): Promise<UploadRow | null> {
  const now = claim.now.toISOString();
  const claimed = await rows<UploadRow>(
    db,
    sql`with standing as (
        select u.id, u.blob_id, u.writer is not null and u.offset = 0 as stale from upload u
        where ${owned(owner)} and (u.writer is null or u.lease_until <= ${now})
          and (${claim.offset}::bigint is null or u.offset = ${claim.offset}::bigint) for update),
      fresh as (
        insert into blob (key, created_at) select ${claim.freshKey}, ${now}::timestamptz from standing where stale returning id, key),
      left_behind as (
        update blob set state = 'condemned', removable_at = ${now}::timestamptz + ${lateness}::interval
        from standing where blob.id = standing.blob_id and standing.stale),
      taken as (
        update upload u set writer = ${claim.writer}, lease_until = ${claim.leaseUntil.toISOString()}, updated_at = ${now},
          blob_id = coalesce((select id from fresh), u.blob_id)
        from standing where u.id = standing.id returning u.*)
      select u.id, u.repository_id as "repositoryId", u.account_id as "accountId", u.blob_id as "blobId",
        coalesce((select key from fresh), (select b.key from blob b where b.id = u.blob_id)) as key, u.offset,
        u.store_state as "storeState", u.hash_state as "hashState", u.algorithm, u.writer
      from taken u`,
  );
  return claimed[0] ?? null;
}

/** Extends a writer's lease. @returns false when the session is no longer its own. */
export async function renewUpload(db: Db, id: string, writer: string, now: Date, leaseUntil: Date): Promise<boolean> {
  const renewed = await rows(
    db,
    sql`update upload set lease_until = ${leaseUntil.toISOString()}, updated_at = ${now.toISOString()}
      where id = ${id} and writer = ${writer} returning id`,
  );
  return renewed.length > 0;
}

/** Saves where a writer got to and lets the session rest under the name `next`, so that a late renewal holds nobody. @returns false when the session is no longer its own. */
export async function releaseUpload(
  db: Db,
  id: string,
  writer: string,
  saved: { offset: number; storeState: unknown; hashState: unknown; next: string; now: Date } | null,
): Promise<boolean> {
  const progress = saved
    ? sql`writer = ${saved.next}, lease_until = ${saved.now.toISOString()}, "offset" = ${saved.offset}, store_state = ${JSON.stringify(saved.storeState)}::jsonb,
        hash_state = ${JSON.stringify(saved.hashState)}::jsonb, updated_at = ${saved.now.toISOString()}`
    : sql`writer = null, lease_until = null`;
  const released = await rows(
    db,
    sql`update upload set ${progress} where id = ${id} and writer = ${writer} returning id`,
  );
  return released.length > 0;
}

/** Ends a session that its owner, or its writer, gives up; its key is condemned, and its bytes may go as soon as no writer can come back to them. */
export async function cancelUpload(db: Database, owner: SessionOwner, now: Date): Promise<boolean> {
  return endUploads(db, owned(owner), now).then((ended) => ended > 0);
}

/** Ends the session of a writer whose bytes turned out wrong. */
export async function abandonUpload(db: Database, id: string, writer: string, now: Date): Promise<void> {
  await endUploads(db, sql`u.id = ${id} and u.writer = ${writer}`, now);
}

/** Ends sessions that made no progress since the cutoff. @returns how many. */
export async function expireUploads(db: Database, cutoff: Date, now: Date): Promise<number> {
  return endUploads(
    db,
    sql`u.id in (select u.id from upload u where u.updated_at < ${cutoff.toISOString()}
      and (u.writer is null or u.lease_until < ${now.toISOString()}) limit 500 for update skip locked) and ${enterContent}`,
    now,
  );
}

/** Ends the sessions of a repository that is being cleared. */
export async function endRepositoryUploads(db: Database, repositoryId: string, now: Date): Promise<number> {
  return endUploads(
    db,
    sql`u.id in (select u.id from upload u where u.repository_id = ${repositoryId} limit 500) and ${enterContent}`,
    now,
  );
}

/** @param which a condition on upload `u` itself, so that it is asked again of a row that was waited for. In two statements: a writer that takes the session over meanwhile gives it a key that only the second one sees. */
async function endUploads(db: Database, which: SQL, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const ended = await rows<{ blobId: number; writer: string | null; leaseUntil: string | null }>(
      tx,
      sql`delete from upload u where ${which} returning blob_id as "blobId", writer, lease_until as "leaseUntil"`,
    );
    if (ended.length === 0) return 0;
    // A writer that does not know yet may still open its key: the bytes stay until it must have noticed.
    await tx.execute(
      sql`update blob b set state = 'condemned', removable_at = case when e.writer is null then ${now.toISOString()}::timestamptz
          else greatest(${now.toISOString()}::timestamptz + ${lateness}::interval, e."leaseUntil") end
        from jsonb_to_recordset(${JSON.stringify(ended)}::jsonb) as e("blobId" bigint, writer uuid, "leaseUntil" timestamptz)
        where b.id = e."blobId" and b.state = 'writing'`,
    );
    return ended.length;
  });
}

/** Lets go of every session: for the start of a process that knows that it is the only one. */
export async function releaseAllUploads(db: Db): Promise<void> {
  await db.execute(sql`update upload set writer = null, lease_until = null where writer is not null`);
}

/** Sessions that an account has open. */
export async function countUploadsOf(db: Db, accountId: string | null): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from upload where account_id is not distinct from ${accountId}::uuid`,
  );
  return found[0]?.count ?? 0;
}

export async function countUploads(db: Db): Promise<number> {
  return (await rows<{ count: number }>(db, sql`select count(*) as count from upload`))[0]?.count ?? 0;
}
