// Makes a sealed upload a blob: a new one, another link to one that is there, or the bytes that heal one that is damaged.
import { sql } from "drizzle-orm";
import { insertEventSql, type NewEvent } from "./events.ts";
import { type Db, rows } from "./rows.ts";

/** A sealed upload that becomes a blob. */
interface UploadCommit {
  id: string;
  writer: string;
  digest: { algorithm: string; hex: string };
  sizeBytes: number;
  stamp: string | null;
  now: Date;
  event: NewEvent;
}

/**
 * Makes a sealed upload a blob of its repository, in one statement: the session ends, the digest names the key (or, when
 * it names another live blob already, that one is linked and this key is condemned), the link is made, the event written.
 * A blob that is marked as damaged is healed instead, by a statement of its own.
 * @returns false when the session is no longer this writer's.
 */
export async function commitUpload(db: Db, commit: UploadCommit): Promise<boolean> {
  // What is marked may be healed by another push before this one comes to it, and the other way round.
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await commitSound(db, commit)) return true;
    if (await healByUpload(db, commit)) return true;
  }
  return false;
}

async function commitSound(db: Db, commit: UploadCommit): Promise<boolean> {
  const now = commit.now.toISOString();
  const { algorithm, hex } = commit.digest;
  const committed = await rows(
    db,
    sql`with mine as (
        delete from upload where id = ${commit.id} and writer = ${commit.writer} and not exists (
          select 1 from blob_digest d join blob b on b.id = d.blob_id and b.marked_at is not null
          where d.hex = ${hex} and d.algorithm = ${algorithm})
        returning blob_id, repository_id),
      sealed as (
        update blob set state = 'live', size_bytes = ${commit.sizeBytes}, stamp = ${commit.stamp}
        from mine where blob.id = mine.blob_id
          and not exists (select 1 from blob_digest where hex = ${hex} and algorithm = ${algorithm})
        returning blob.id),
      named as (
        insert into blob_digest (algorithm, hex, blob_id)
        select ${algorithm}, ${hex}, id from sealed returning blob_id),
      known as (
        select d.blob_id from blob_digest d, mine where d.hex = ${hex} and d.algorithm = ${algorithm}),
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

/**
 * Gives the key to the marked blob that the digest names, so that every link to it is good again; its old key is condemned
 * under a new row. The three changes hang on each other's rows, because a key is unique at every moment. The damaged row is
 * locked first: what another push has healed meanwhile is not healed twice.
 * @returns false when there is no such blob, or the session is no longer this writer's.
 */
async function healByUpload(db: Db, commit: UploadCommit): Promise<boolean> {
  const now = commit.now.toISOString();
  const { algorithm, hex } = commit.digest;
  const object = `${algorithm}:${hex}`;
  const detail = { digests: [object], reason: "pushed" };
  const healing: NewEvent = { ...commit.event, type: "blob.heal", repositoryId: null, object, detail };
  const healed = await rows(
    db,
    sql`with damaged as (
        select b.id, b.key, b.size_bytes from blob_digest d join blob b on b.id = d.blob_id
        where d.hex = ${hex} and d.algorithm = ${algorithm} and b.state = 'live' and b.marked_at is not null
        for update of b),
      mine as (
        delete from upload using damaged where upload.id = ${commit.id} and upload.writer = ${commit.writer}
        returning upload.blob_id, upload.repository_id),
      freed as (
        delete from blob using mine where blob.id = mine.blob_id returning blob.key),
      healed as (
        update blob set key = freed.key, size_bytes = ${commit.sizeBytes}, stamp = ${commit.stamp},
          marked_at = null, mark_reason = null, verified_at = ${now}
        from freed, damaged where blob.id = damaged.id returning blob.id),
      kept as (
        insert into blob (key, state, size_bytes, created_at, removable_at)
        select damaged.key, 'condemned', damaged.size_bytes, ${now}::timestamptz, ${now}::timestamptz
        from damaged join healed on healed.id = damaged.id),
      linked as (
        insert into link (repository_id, blob_id, created_at)
        select mine.repository_id, healed.id, ${now}::timestamptz from mine, healed on conflict do nothing),
      heard as (${insertEventSql(healing, sql`from healed`)}),
      told as (${insertEventSql(commit.event, sql`from healed`)})
      select id from healed`,
  );
  return healed.length > 0;
}
