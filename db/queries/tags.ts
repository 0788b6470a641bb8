// Queries on tags.
import { type SQL, sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "./rows.ts";

/** Tags to point at a manifest. */
export interface TagPut {
  repositoryId: string;
  names: readonly string[];
  digest: string;
  pushedBy: string | null;
  now: Date;
  /** Of the names, those that may not move to another digest, save from a digest in `mayLeave`. */
  frozen: readonly string[];
  mayLeave: readonly string[];
}

/** SQL that points tags at a manifest and returns the names that now name the digest; a name that is missing was held back. */
export function putTagsSql(put: TagPut): SQL {
  const now = put.now.toISOString();
  return sql`insert into tag (repository_id, name, digest, pushed_by, created_at, updated_at)
      select ${put.repositoryId}::uuid, q.name, ${put.digest}, ${put.pushedBy}::uuid, ${now}::timestamptz, ${now}::timestamptz
      from jsonb_array_elements_text(${JSON.stringify(put.names)}::jsonb) as q(name) order by q.name
      on conflict (repository_id, name) do update set digest = excluded.digest, pushed_by = excluded.pushed_by, updated_at = excluded.updated_at
        where tag.digest = excluded.digest or not ${JSON.stringify(put.frozen)}::jsonb ? tag.name or ${JSON.stringify(put.mayLeave)}::jsonb ? tag.digest
      returning name`;
}

/** @returns the digest that the tag named, or null when there was none. */
export async function deleteTag(db: Db, repositoryId: string, name: string): Promise<string | null> {
  const gone = await rows<{ digest: string }>(
    db,
    sql`delete from tag where repository_id = ${repositoryId} and name = ${name} returning digest`,
  );
  return gone[0]?.digest ?? null;
}

/** The condition that `tag` is none in which clients keep signatures of a manifest of its repository: as `findTaggedSubject` tells. */
const isPlain = sql`not (tag.name ~ '^sha256-[0-9a-f]{64}([.](sig|att|sbom))?$' and exists (
  select 1 from manifest m where m.repository_id = tag.repository_id and m.digest = 'sha256:' || substr(tag.name, 8, 64)))`;

/**
 * Deletes the tags that were pushed longest ago until as many are left as there may be; those of signatures do not count.
 * @param keep.names are the last to go. @returns what went, up to a bound.
 */
export async function deleteOldestTags(
  db: Db,
  repositoryId: string,
  keep: { count: number; names: readonly string[] },
): Promise<{ name: string; digest: string }[]> {
  return rows(
    db,
    sql`with plain as materialized (select name, updated_at from tag where repository_id = ${repositoryId} and ${isPlain})
      delete from tag where repository_id = ${repositoryId} and name in (
        select name from plain order by name = any(${sql.param([...keep.names])}::text[]), updated_at, name
        limit least(1000, greatest(0, (select count(*) from plain) - ${keep.count}::int)))
      returning name, digest`,
  );
}

/** A page of tag names in byte order. */
export async function listTags(
  db: Db,
  page: { repositoryId: string; after: string; limit: number },
): Promise<string[]> {
  const found = await rows<{ name: string }>(
    db,
    sql`select name from tag where repository_id = ${page.repositoryId} and name > ${withoutZeros(page.after)} order by name limit ${page.limit}`,
  );
  return found.map((row) => row.name);
}

/** Notes when tags were last pulled by name. */
export async function noteTagPulls(db: Db, pulls: { repositoryId: string; name: string; at: Date }[]): Promise<void> {
  if (pulls.length === 0) return;
  await db.execute(
    sql`update tag t set last_pulled_at = greatest(t.last_pulled_at, p.at)
      from jsonb_to_recordset(${JSON.stringify(pulls)}::jsonb) as p("repositoryId" uuid, name text, at timestamptz)
      where t.repository_id = p."repositoryId" and t.name = p.name`,
  );
}
