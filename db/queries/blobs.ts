// Queries on blobs: where the bytes of a digest lie, and in which repositories they are linked. A blob that is marked as
// damaged (see integrity.ts) is to all who ask for content as if it were not there.
import { sql } from "drizzle-orm/sql";
import type { DigestAlgorithm } from "#oci/digest.ts";

import { enterContent } from "./gate.ts";
import { type Db, rows } from "./rows.ts";
import { type Viewer, visibleTo } from "./visible.ts";

/** A digest in its parts. */
interface DigestParts {
  algorithm: string;
  hex: string;
}

/** A live blob, and a digest that names it. */
export interface BlobRow {
  id: number;
  key: string;
  sizeBytes: number;
  /** What the store said of the object when its bytes were last known to be right. */
  stamp: string | null;
  algorithm: DigestAlgorithm;
  hex: string;
}

/** The columns of a BlobRow, from `b` and `d`. */
export const blobColumns = sql`b.id, b.key, b.size_bytes as "sizeBytes", b.stamp, d.algorithm, d.hex`;

/** The blob of a digest, if it is linked in the repository: "this blob is here" means nothing else. */
export async function findLinkedBlob(db: Db, repositoryId: string, digest: DigestParts): Promise<BlobRow | null> {
  const found = await rows<BlobRow>(
    db,
    sql`select ${blobColumns}
      from blob_digest d join link l on l.blob_id = d.blob_id and l.repository_id = ${repositoryId}
      join blob b on b.id = d.blob_id and b.marked_at is null
      where d.hex = ${digest.hex} and d.algorithm = ${digest.algorithm}`,
  );
  return found[0] ?? null;
}

/** Which of the digests are linked in the repository, and as which blob. */
export async function findLinkedBlobs(
  db: Db,
  repositoryId: string,
  digests: readonly DigestParts[],
): Promise<Map<string, number>> {
  if (digests.length === 0) return new Map();
  // A list in `any` is looked up by index however the tables grow; a table made of it is taken for large, and all is read.
  const hexes = digests.map(({ hex }) => hex);
  const names = digests.map(({ algorithm, hex }) => `${algorithm}:${hex}`);
  const found = await rows<{ digest: string; blobId: number }>(
    db,
    sql`select d.algorithm || ':' || d.hex as digest, d.blob_id as "blobId"
      from blob_digest d join link l on l.blob_id = d.blob_id and l.repository_id = ${repositoryId}
      join blob b on b.id = d.blob_id and b.marked_at is null
      where d.hex = any(${sql.param(hexes)}::text[]) and d.algorithm || ':' || d.hex = any(${sql.param(names)}::text[])`,
  );
  return new Map(found.map((row) => [row.digest, row.blobId]));
}

/**
 * Links a digest's blob into a repository if it is linked in a source that the viewer may pull from.
 * @param from the id of one source repository, or null for any that the viewer sees.
 * @returns whether the blob is linked now.
 */
export async function mountBlob(
  db: Db,
  mount: { repositoryId: string; digest: DigestParts; from: string | null; viewer: Viewer; now: Date },
): Promise<boolean> {
  const source = mount.from === null ? sql`${visibleTo(mount.viewer)}` : sql`r.id = ${mount.from}`;
  const linked = await rows(
    db,
    sql`with found as (
        select d.blob_id from blob_digest d join blob b on b.id = d.blob_id and b.marked_at is null
        where d.hex = ${mount.digest.hex} and d.algorithm = ${mount.digest.algorithm} and exists (
          select 1 from link l join repository r on r.id = l.repository_id
          where l.blob_id = d.blob_id and r.deleted_at is null and ${source})
        for key share of d),
      linked as (
        insert into link (repository_id, blob_id, created_at)
        select ${mount.repositoryId}, blob_id, ${mount.now.toISOString()} from found on conflict do nothing)
      select blob_id from found`,
  );
  return linked.length > 0;
}

/** Removes the link. A manifest that refers to the blob holds it by foreign key: error 23503. @returns the blob's id, or null. */
export async function unlinkBlob(db: Db, repositoryId: string, digest: DigestParts): Promise<number | null> {
  const gone = await rows<{ blobId: number }>(
    db,
    sql`delete from link l using blob_digest d
      where l.repository_id = ${repositoryId} and l.blob_id = d.blob_id and d.hex = ${digest.hex} and d.algorithm = ${digest.algorithm}
      returning l.blob_id as "blobId"`,
  );
  return gone[0]?.blobId ?? null;
}

/** A manifest of the repository that refers to the digest, or null. */
export async function findReferringManifest(db: Db, repositoryId: string, digest: string): Promise<string | null> {
  const found = await rows<{ parent: string }>(
    db,
    sql`select parent from manifest_edge where repository_id = ${repositoryId} and digest = ${digest} order by parent limit 1`,
  );
  return found[0]?.parent ?? null;
}

/**
 * Condemns a blob that is linked nowhere: its digests name nothing from now on, its bytes stay until `removableAt`.
 * A link made meanwhile makes the statement fail by foreign key (23503), and the blob lives.
 * Lock order: the digest's row, then the blob's, as a commit takes them.
 */
export async function condemnUnlinkedBlob(db: Db, blobId: number, removableAt: Date): Promise<boolean> {
  const condemned = await rows(
    db,
    sql`with names as (
        delete from blob_digest where blob_id = ${blobId} and not exists (select 1 from link where blob_id = ${blobId}) returning 1)
      update blob set state = 'condemned', removable_at = ${removableAt.toISOString()}
      from (select count(*) from names) as first
      where ${enterContent} and id = ${blobId} and state = 'live' and not exists (select 1 from link where blob_id = ${blobId})
      returning id`,
  );
  return condemned.length > 0;
}

/** Live blobs that no repository links. */
export async function listUnlinkedBlobs(db: Db, limit: number): Promise<number[]> {
  const found = await rows<{ id: number }>(
    db,
    sql`select id from blob b where state = 'live' and not exists (select 1 from link l where l.blob_id = b.id) limit ${limit}`,
  );
  return found.map((row) => row.id);
}

/** Keys whose bytes may go now. */
export async function listRemovableKeys(db: Db, now: Date, limit: number): Promise<{ id: number; key: string }[]> {
  return rows(
    db,
    sql`select id, key from blob where state = 'condemned' and removable_at <= ${now.toISOString()} order by removable_at limit ${limit}`,
  );
}

/** Forgets a key whose bytes are gone. */
export async function deleteCondemnedKey(db: Db, id: number): Promise<void> {
  await db.execute(sql`delete from blob where id = ${id} and state = 'condemned' and ${enterContent}`);
}
