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

const owned = (o: SessionOwner) =>
  sql`u.id = ${o.id} and u.repository_id = ${o.repositoryId} and u.account_id is not distinct from ${o.accountId}::uuid`;

/** Registers a key and opens a session on it, unless the caller has too many open. @returns whether it did. */
export async function insertUpload(
  db: Db,
  session: SessionOwner & { key: string; algorithm: string | null; now: Date; limit: number },
): Promise<boolean> {
  const now = session.now.toISOString();
  const made = await rows(
    db,
    sql`with few as (
        select 1 where (select count(*) from (
          select 1 from upload where account_id is not distinct from ${session.accountId}::uuid limit ${session.limit}) as open) < ${session.limit}),
      registered as (insert into blob (key, created_at) select ${session.key}, ${now}::timestamptz from few returning id)
      insert into upload (id, repository_id, account_id, blob_id, algorithm, created_at, updated_at)
      select ${session.id}::uuid, ${session.repositoryId}::uuid, ${session.accountId}::uuid, id, ${session.algorithm}, ${now}::timestamptz, ${now}::timestamptz
      from registered returning id`,
  );
  return made.length > 0;
}

export async function findUpload(db: Db, owner: SessionOwner): Promise<UploadRow | null> {
  const found = await rows<UploadRow>(
    db,
    sql`select ${columns} from upload u join blob b on b.id = u.blob_id where ${owned(owner)}`,
  );
  return found[0] ?? null;
}

/** Claims a session for a writer if nobody else writes to it and it stands at `offset` (null: wherever it stands). */
export async function claimUpload(
  db: Db,
  owner: SessionOwner,
  claim: { writer: string; now: Date; leaseUntil: Date; offset: number | null },
): Promise<UploadRow | null> {
  const claimed = await rows<UploadRow>(
    db,
    sql`update upload u set writer = ${claim.writer}, lease_until = ${claim.leaseUntil.toISOString()}, updated_at = ${claim.now.toISOString()}
      from blob b where b.id = u.blob_id and ${owned(owner)}
        and (u.writer is null or u.lease_until < ${claim.now.toISOString()})
        and (${claim.offset}::bigint is null or u.offset = ${claim.offset}::bigint)
      returning ${columns}`,
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

/** Saves where a writer got to and lets the session go. @returns false when the session is no longer its own. */
export async function releaseUpload(
  db: Db,
  id: string,
  writer: string,
  saved: { offset: number; storeState: unknown; hashState: unknown; now: Date } | null,
): Promise<boolean> {
  const progress = saved
    ? sql`, "offset" = ${saved.offset}, store_state = ${JSON.stringify(saved.storeState)}::jsonb,
        hash_state = ${JSON.stringify(saved.hashState)}::jsonb, updated_at = ${saved.now.toISOString()}`
    : sql``;
  const released = await rows(
    db,
    sql`update upload set writer = null, lease_until = null${progress} where id = ${id} and writer = ${writer} returning id`,
  );
  return released.length > 0;
}

/**
 * Makes a sealed upload a blob of its repository, in one statement: the session ends, the digest names the key (or, when
 * it names another live blob already, that one is linked and this key is condemned), the link is made, the event written.
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
  const committed = await rows(
    db,
    sql`with mine as (
        delete from upload where id = ${commit.id} and writer = ${commit.writer} returning blob_id, repository_id),
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
        from mine, known where blob.id = mine.blob_id),
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
    // A writer that does not know yet may still open its key: the bytes stay until its lease would have run out.
    sql`with ended as (delete from upload where id in (${which}) returning blob_id, lease_until)
      update blob set state = 'condemned', removable_at = greatest(${now.toISOString()}::timestamptz, ended.lease_until)
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
