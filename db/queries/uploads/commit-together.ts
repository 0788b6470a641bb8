// Makes many objects blobs in one statement: what a statement costs is hardly more for many rows than for one.
import { sql } from "drizzle-orm/sql";
import { mayTell, type NewEvent } from "../events.ts";
import { type Db, rows } from "../rows.ts";

/** An object under a registered key that becomes a blob of a repository. */
export interface NewBlob {
  blobId: number;
  repositoryId: string;
  digest: { algorithm: string; hex: string };
  sizeBytes: number;
  stamp: string | null;
  event: NewEvent;
}

/**
 * Links each object as a new blob, unless its digest names a blob already: those are left as they are.
 * A key that was given up makes the statement fail for all by foreign key (23503). Their rows are made in one order, so that
 * two statements with the same digests do not wait for each other.
 * @param blobs of different digests.
 * @returns the ids of those that are blobs now.
 */
export async function commitNewBlobs(db: Db, blobs: readonly NewBlob[], now: Date): Promise<Set<number>> {
  const given = blobs.map(({ blobId, repositoryId, digest, sizeBytes, stamp, event }) => ({
    blob_id: blobId,
    repository_id: repositoryId,
    ...digest,
    size_bytes: sizeBytes,
    stamp,
    type: event.type,
    actor_id: event.actorId,
    actor_name: event.actorName ?? null,
    credential: event.credential ?? null,
    address: event.address ?? null,
    object: event.object,
    detail: event.detail ?? {},
  }));
  // Looked up by index however large the table is.
  const ids = blobs.map(({ blobId }) => blobId);
  const at = sql`${now.toISOString()}::timestamptz`;
  const named = await rows<{ blobId: number }>(
    db,
    sql`with given as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(
          blob_id bigint, repository_id uuid, algorithm text, hex text, size_bytes bigint, stamp text,
          type text, actor_id uuid, actor_name text, credential text, address text, object text, detail jsonb)),
      named as (
        insert into blob_digest (algorithm, hex, blob_id) select algorithm, hex, blob_id from given
        order by algorithm, hex
        on conflict do nothing returning blob_id),
      fresh as (select g.* from given g join named on named.blob_id = g.blob_id),
      sealed as (
        update blob set state = 'live', size_bytes = fresh.size_bytes, stamp = fresh.stamp
        from fresh where blob.id = fresh.blob_id and blob.id = any(${sql.param(ids)}::bigint[]) and blob.state = 'writing'),
      linked as (
        insert into link (repository_id, blob_id, created_at) select repository_id, blob_id, ${at} from fresh),
      told as (
        insert into event (at, type, actor_id, actor_name, credential, address, repository_id, object, detail)
        select ${at}, type, actor_id, actor_name, credential, address, repository_id, object, detail from fresh
        ${mayTell(blobs.map(({ event }) => event.type))})
      select blob_id as "blobId" from named`,
  );
  return new Set(named.map(({ blobId }) => blobId));
}
