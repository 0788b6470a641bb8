// Queries on tags with everything that is known of them: for the management API, never for the protocol.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";

export interface TagRecord {
  name: string;
  digest: string;
  /** The account that last pushed it, by its name of today; the empty string when it is gone. */
  author: string;
  createdAt: string;
  updatedAt: string;
}

const columns = sql`t.name, t.digest, coalesce(a.name, '') as author, t.created_at as "createdAt", t.updated_at as "updatedAt"`;
const source = sql`tag t left join account a on a.id = t.pushed_by and a.deleted_at is null`;

/** A page of tags in byte order, from a name on. */
export async function listTagRecords(
  db: Db,
  page: { repositoryId: string; from: string; limit: number },
): Promise<TagRecord[]> {
  return rows<TagRecord>(
    db,
    sql`select ${columns} from ${source}
      where t.repository_id = ${page.repositoryId} and t.name >= ${withoutZeros(page.from)} order by t.name limit ${page.limit}`,
  );
}

/** The tag of a name, or those that name a digest in byte order. */
export async function findTagRecords(
  db: Db,
  repositoryId: string,
  by: { tag: string } | { digest: string },
  limit: number,
): Promise<TagRecord[]> {
  const those = "tag" in by ? sql`t.name = ${by.tag}` : sql`t.digest = ${by.digest}`;
  return rows<TagRecord>(
    db,
    sql`select ${columns} from ${source} where t.repository_id = ${repositoryId} and ${those} order by t.name limit ${limit}`,
  );
}

export async function countTags(db: Db, repositoryId: string): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from tag where repository_id = ${repositoryId}`,
  );
  return found[0]?.count ?? 0;
}
