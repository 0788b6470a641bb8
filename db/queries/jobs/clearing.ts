// Queries that clear a deleted repository in slices, children before what they hang on.
import { sql } from "drizzle-orm/sql";
import { enterContent } from "../gate.ts";
import { type Db, rows } from "../rows.ts";

/** A repository that is marked deleted and not yet cleared. */
export async function findDeletedRepository(db: Db): Promise<string | null> {
  const found = await rows<{ id: string }>(
    db,
    sql`select id from repository where deleted_at is not null order by deleted_at limit 1`,
  );
  return found[0]?.id ?? null;
}

/** Removes up to `limit` tags, edges or manifests. @returns the digests of manifests that went, or null when none is left. */
export async function clearManifests(db: Db, repositoryId: string, limit: number): Promise<string[] | null> {
  const few = (
    table: string,
    key: string,
  ) => sql`delete from ${sql.identifier(table)} where ${enterContent} and repository_id = ${repositoryId}
    and (${sql.raw(key)}) in (select ${sql.raw(key)} from ${sql.identifier(table)} where repository_id = ${repositoryId} limit ${limit}) returning 1`;
  if ((await rows(db, few("tag", "name"))).length > 0) return [];
  if ((await rows(db, few("manifest_edge", "parent, position"))).length > 0) return [];
  const gone = await rows<{ digest: string }>(
    db,
    sql`delete from manifest where ${enterContent} and repository_id = ${repositoryId}
      and digest in (select digest from manifest where repository_id = ${repositoryId} limit ${limit}) returning digest`,
  );
  return gone.length > 0 ? gone.map((row) => row.digest) : null;
}

/** Removes up to `limit` links. @returns the blobs that were linked. */
export async function clearLinks(db: Db, repositoryId: string, limit: number): Promise<number[]> {
  const gone = await rows<{ blobId: number }>(
    db,
    sql`delete from link where ${enterContent} and repository_id = ${repositoryId}
      and blob_id in (select blob_id from link where repository_id = ${repositoryId} limit ${limit}) returning blob_id as "blobId"`,
  );
  return gone.map((row) => row.blobId);
}

/** Forgets a repository whose content is gone. */
export async function deleteClearedRepository(db: Db, repositoryId: string): Promise<void> {
  await db.execute(
    sql`delete from repository where id = ${repositoryId} and deleted_at is not null and ${enterContent}`,
  );
}
