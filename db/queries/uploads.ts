// Queries on upload sessions. Every change of a session that is being written names its writer, so that a writer whose
// lease another has taken changes nothing.
import { sql } from "drizzle-orm";
import { insertEventSql, type NewEvent } from "./events.ts";
import { type Db, rows } from "./rows.ts";

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

/** Saves where a writer got to and lets the session rest with it. @returns false when the session is no longer its own. */
export async function releaseUpload(
  db: Db,
  id: string,
  writer: string,
  saved: { offset: number; storeState: unknown; hashState: unknown; now: Date } | null,
): Promise<boolean> {
  const progress = saved
    ? sql`lease_until = ${saved.now.toISOString()}, "offset" = ${saved.offset}, store_state = ${JSON.stringify(saved.storeState)}::jsonb,
        hash_state = ${JSON.stringify(saved.hashState)}::jsonb, updated_at = ${saved.now.toISOString()}`
    : sql`writer = null, lease_until = null`;
  const released = await rows(
    db,
    sql`update upload set ${progress} where id = ${id} and writer = ${writer} returning id`,
  );
  return released.length > 0;
}

/**
 * Makes a sealed upload a blob of its repository, in one statement: the session ends, the digest names the key (or, when
 * it names another live blob already, that one is linked and this key is condemned), the link is made, the event written.
 *
 * A blob that is marked as damaged is healed: it takes over this key, so that every link to it is good again, and its old
 * key is condemned under a new row. The three changes hang on each other's rows, because a key is unique at every moment.
 * The damaged row is locked first: what another push has healed meanwhile is not healed twice.
 * @returns false when the session is no longer this writer's.
 */
export async function commitUpload(
  db: Db,
  commit: {
    id: string;
    writer: string;
    digest: { algorithm: string; hex: string };
    sizeBytes: number;
    stamp: string | null;
    now: Date;
    event: NewEvent;
  },
): Promise<boolean> {
  const now = commit.now.toISOString();
  const named = `${commit.digest.algorithm}:${commit.digest.hex}`;
  const healing: NewEvent = { ...commit.event, type: "blob.heal", repositoryId: null, object: named };
  healing.detail = { digests: [named], reason: "pushed" };
  const committed = await rows(
    db,
    sql`with mine as (
        delete from upload where id = ${commit.id} and writer = ${commit.writer} returning blob_id, repository_id),
      damaged as (
        select b.id, b.key, b.size_bytes from mine, blob_digest d join blob b on b.id = d.blob_id
        where d.hex = ${commit.digest.hex} and d.algorithm = ${commit.digest.algorithm}
          and b.state = 'live' and b.marked_at is not null
        for update of b),
      freed as (
        delete from blob using mine, damaged where blob.id = mine.blob_id returning blob.key, damaged.id as damaged_id),
      healed as (
        update blob set key = freed.key, size_bytes = ${commit.sizeBytes}, stamp = ${commit.stamp},
          marked_at = null, mark_reason = null, verified_at = ${now}
        from freed where blob.id = freed.damaged_id returning blob.id),
      kept as (
        insert into blob (key, state, size_bytes, created_at, removable_at)
        select damaged.key, 'condemned', damaged.size_bytes, ${now}::timestamptz, ${now}::timestamptz
        from damaged join healed on healed.id = damaged.id),
      heard as (${insertEventSql(healing, sql`from healed`)}),
      sealed as (
        update blob set state = 'live', size_bytes = ${commit.sizeBytes}, stamp = ${commit.stamp}
        from mine where blob.id = mine.blob_id
          and not exists (select 1 from blob_digest where hex = ${commit.digest.hex} and algorithm = ${commit.digest.algorithm})
        returning blob.id),
      named as (
        insert into blob_digest (algorithm, hex, blob_id)
        select ${commit.digest.algorithm}, ${commit.digest.hex}, id from sealed returning blob_id),
      known as (
        select d.blob_id from blob_digest d, mine
        where d.hex = ${commit.digest.hex} and d.algorithm = ${commit.digest.algorithm}),
      spare as (
        update blob set state = 'condemned', size_bytes = ${commit.sizeBytes}, removable_at = ${now}
        from mine, known where blob.id = mine.blob_id and not exists (select 1 from damaged)),
      chosen as (select blob_id from named union all select blob_id from known),
      linked as (
        insert into link (repository_id, blob_id, created_at)
        select mine.repository_id, chosen.blob_id, ${now}::timestamptz from mine, chosen on conflict do nothing),
      told as (${insertEventSql(commit.event, sql`from mine`)})
      select 1 from mine`,
  );
  return committed.length > 0;
}

/** Ends a session that its owner, or its writer, gives up; its key is condemned, and its bytes may go as soon as no writer can come back to them. */
export async function cancelUpload(db: Db, owner: SessionOwner, now: Date): Promise<boolean> {
  return endUploads(db, sql`select u.id from upload u where ${owned(owner)}`, now).then((ended) => ended > 0);
}

/** Ends the session of a writer whose bytes turned out wrong. */
export async function abandonUpload(db: Db, id: string, writer: string, now: Date): Promise<void> {
  await endUploads(db, sql`select u.id from upload u where u.id = ${id} and u.writer = ${writer}`, now);
}

/** Ends sessions that made no progress since the cutoff. @returns how many. */
export async function expireUploads(db: Db, cutoff: Date, now: Date): Promise<number> {
  return endUploads(
    db,
    sql`select u.id from upload u where u.updated_at < ${cutoff.toISOString()}
      and (u.writer is null or u.lease_until < ${now.toISOString()}) limit 500 for update skip locked`,
    now,
  );
}

/** Ends the sessions of a repository that is being cleared. */
export async function endRepositoryUploads(db: Db, repositoryId: string, now: Date): Promise<number> {
  return endUploads(db, sql`select u.id from upload u where u.repository_id = ${repositoryId} limit 500`, now);
}

async function endUploads(db: Db, which: ReturnType<typeof sql>, now: Date): Promise<number> {
  const ended = await rows(
    db,
    // A writer that does not know yet may still open its key: the bytes stay until it must have noticed.
    sql`with ended as (delete from upload where id in (${which}) returning blob_id, writer, lease_until)
      update blob set state = 'condemned', removable_at = case when ended.writer is null then ${now.toISOString()}::timestamptz
        else greatest(${now.toISOString()}::timestamptz + ${lateness}::interval, ended.lease_until) end
      from ended where blob.id = ended.blob_id and blob.state = 'writing' returning blob.id`,
  );
  return ended.length;
}

/** Lets go of every session: for the start of a process that knows that it is the only one. */
export async function releaseAllUploads(db: Db): Promise<void> {
  await db.execute(sql`update upload set writer = null, lease_until = null where writer is not null`);
}

export async function countUploads(db: Db): Promise<number> {
  return (await rows<{ count: number }>(db, sql`select count(*) as count from upload`))[0]?.count ?? 0;
}
