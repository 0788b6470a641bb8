// Makes a sealed upload a blob: a new one, another link to one that is there, or the bytes that heal one that is damaged.
import { type SQL, sql } from "drizzle-orm/sql";
import { insertEventSql, type NewEvent } from "../events.ts";
import { type Db, rows } from "../rows.ts";

/** A sealed object that becomes a blob. */
interface UploadCommit {
  digest: { algorithm: string; hex: string };
  sizeBytes: number;
  stamp: string | null;
  now: Date;
  event: NewEvent;
}

/** Whose object it is: a session's, which ends, or that of a key which was registered for a blob that came whole. */
type Origin = { session: string; writer: string } | { blobId: number; repositoryId: string };

/** How an object became a blob: under its own key, as another link to one that is there, or as the new bytes of one. */
export type Committed = "new" | "known" | "healed";

/**
 * Makes a sealed object a blob of its repository, in one statement: the session ends, the digest names the key (or, when
 * it names another live blob already, that one is linked and this key is condemned), the link is made, the event written.
 * A blob that is marked as damaged is healed instead, by a statement of its own.
 * @returns null when the session is no longer this writer's, or the key was given up.
 */
export async function commitUpload(db: Db, origin: Origin, commit: UploadCommit): Promise<Committed | null> {
  // What is marked may be healed by another push before this one comes to it, and the other way round.
  for (let attempt = 0; attempt < 3; attempt++) {
    const sound = await commitSound(db, origin, commit);
    if (sound) return sound;
    if (await healByUpload(db, origin, commit)) return "healed";
  }
  return null;
}

/** The object's row, with its repository, from now on the statement's own. */
function mine(origin: Origin, beside: SQL, condition: SQL): SQL {
  return "session" in origin
    ? sql`delete from upload ${beside} where upload.id = ${origin.session} and upload.writer = ${origin.writer} and ${condition}
        returning upload.blob_id, upload.repository_id`
    : sql`select k.id as blob_id, ${origin.repositoryId}::uuid as repository_id from blob k
        where k.id = ${origin.blobId} and k.state = 'writing' and ${condition} for update of k`;
}

async function commitSound(db: Db, origin: Origin, commit: UploadCommit): Promise<Committed | null> {
  const now = commit.now.toISOString();
  const { algorithm, hex } = commit.digest;
  const isSound = sql`not exists (
    select 1 from blob_digest d join blob b on b.id = d.blob_id and b.marked_at is not null
    where d.hex = ${hex} and d.algorithm = ${algorithm})`;
  const committed = await rows<{ isNew: boolean }>(
    db,
    sql`with mine as (${mine(origin, sql``, isSound)}),
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
      select exists (select 1 from named) as "isNew" from mine`,
  );
  return committed[0] ? (committed[0].isNew ? "new" : "known") : null;
}

/**
 * Gives the key to the marked blob that the digest names, so that every link to it is good again; its old key is condemned
 * under a new row. The three changes hang on each other's rows, because a key is unique at every moment. The damaged row is
 * locked first: what another push has healed meanwhile is not healed twice.
 * @returns false when there is no such blob, or the session is no longer this writer's.
 */
async function healByUpload(db: Db, origin: Origin, commit: UploadCommit): Promise<boolean> {
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
      mine as (${mine(origin, sql`using damaged`, sql`exists (select 1 from damaged)`)}),
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
