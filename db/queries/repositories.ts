// Queries on repositories and the namespaces they are in.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "./rows.ts";
import { isVisible, type Viewer, visibleIds, withinNamespace } from "./visible.ts";

/** What the rules need of a repository. */
export interface RepositoryRow {
  id: string;
  accountId: string;
  accountKind: "user" | "organization";
  namespace: string;
  name: string;
  path: string;
  kind: "local" | "mirror" | "cache";
  visibility: "public" | "private";
  shortDescription: string;
  longDescription: string;
  immutableTags: boolean;
  /** 0 for none. */
  tagLimit: number;
  sparse: boolean;
  pulls: number;
  pushes: number;
}

export const repositoryColumns = sql`r.id, r.account_id as "accountId", a.kind as "accountKind", a.name as namespace, r.name, r.path, r.kind,
  r.visibility, r.short_description as "shortDescription", r.long_description as "longDescription",
  r.immutable_tags as "immutableTags", r.tag_limit as "tagLimit", r.sparse, r.pulls, r.pushes`;

export async function findRepository(db: Db, path: string): Promise<RepositoryRow | null> {
  if (path !== withoutZeros(path)) return null;
  const found = await rows<RepositoryRow>(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id where r.path = ${path} and r.deleted_at is null`,
  );
  return found[0] ?? null;
}

/** Creates a repository unless one of that path exists, or its account was deleted meanwhile. @returns whether it was created. */
export async function insertRepository(
  db: Db,
  row: { id: string; accountId: string; namespace: string; name: string; visibility: "public" | "private"; now: Date },
  more: {
    shortDescription?: string;
    longDescription?: string;
    immutableTags?: boolean;
    tagLimit?: number;
    sparse?: boolean;
  } = {},
): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into repository (id, account_id, name, path, visibility, short_description, long_description, immutable_tags, tag_limit, sparse, created_at)
      select ${row.id}::uuid, a.id, ${row.name}, ${`${row.namespace}/${row.name}`}, ${row.visibility},
        ${more.shortDescription ?? ""}, ${more.longDescription ?? ""}, ${more.immutableTags ?? false}::boolean, ${more.tagLimit ?? 0}::int, ${more.sparse ?? false}::boolean,
        ${row.now.toISOString()}::timestamptz from account a where a.id = ${row.accountId} and a.deleted_at is null for key share
      on conflict (path) where deleted_at is null do nothing returning id`,
  );
  return made.length > 0;
}

export interface RepositoryChange {
  visibility?: "public" | "private";
  shortDescription?: string;
  longDescription?: string;
  immutableTags?: boolean;
  tagLimit?: number;
  sparse?: boolean;
}

/** @returns false when it is gone, or would have a limit of tags and immutable tags: neither could be kept then. */
export async function updateRepository(db: Db, id: string, change: RepositoryChange): Promise<boolean> {
  const touches = change.tagLimit !== undefined || change.immutableTags !== undefined;
  const [tagLimit, immutable] = [sql`${change.tagLimit ?? null}::int`, sql`${change.immutableTags ?? null}::boolean`];
  const fits = touches
    ? sql`(coalesce(${tagLimit}, tag_limit) = 0 or not coalesce(${immutable}, immutable_tags))`
    : sql`true`;
  const changed = await rows(
    db,
    sql`update repository set visibility = coalesce(${change.visibility ?? null}, visibility),
      short_description = coalesce(${change.shortDescription ?? null}, short_description),
      long_description = coalesce(${change.longDescription ?? null}, long_description),
      immutable_tags = coalesce(${immutable}, immutable_tags), tag_limit = coalesce(${tagLimit}, tag_limit),
      sparse = coalesce(${change.sparse ?? null}::boolean, sparse)
      where id = ${id} and deleted_at is null and ${fits} returning id`,
  );
  return changed.length > 0;
}

/**
 * Lets nobody else count or change the tags of a repository until the transaction ends.
 * @returns its limit of tags, 0 for none (immutable tags never go), and when a tag was last pushed.
 */
export async function lockTagLimit(db: Db, id: string): Promise<{ tagLimit: number; latest: Date | null }> {
  // A statement that waits for a lock sees the rows of others as they were before: the tags are looked at by the next one.
  const found = await rows<{ tagLimit: number }>(
    db,
    sql`select case when immutable_tags then 0 else tag_limit end as "tagLimit" from repository where id = ${id} for no key update`,
  );
  const tagLimit = found[0]?.tagLimit ?? 0;
  if (tagLimit === 0) return { tagLimit, latest: null };
  const newest = await rows<{ ms: number | null }>(
    db,
    sql`select extract(epoch from max(updated_at))::float8 * 1000 as ms from tag where repository_id = ${id}`,
  );
  const ms = newest[0]?.ms ?? null;
  return { tagLimit, latest: ms === null ? null : new Date(Math.ceil(ms)) };
}

/** Makes a repository invisible; its content is cleared by the periodic work. */
export async function markRepositoryDeleted(db: Db, id: string, now: Date): Promise<boolean> {
  const marked = await rows(
    db,
    sql`update repository set deleted_at = ${now.toISOString()} where id = ${id} and deleted_at is null returning id`,
  );
  return marked.length > 0;
}

/** Ends every repository of a namespace. @returns their ids and paths. */
export async function markRepositoriesDeleted(
  db: Db,
  accountId: string,
  now: Date,
): Promise<{ id: string; path: string }[]> {
  return rows(
    db,
    sql`update repository set deleted_at = ${now.toISOString()} where account_id = ${accountId} and deleted_at is null returning id, path`,
  );
}

/** A page of repositories in byte order of their paths. */
export async function listRepositories(
  db: Db,
  page: { viewer: Viewer; after: string; limit: number; namespace?: string },
): Promise<RepositoryRow[]> {
  const where = sql`r.path > ${withoutZeros(page.after)} and ${withinNamespace(page.namespace ?? null)}`;
  const first = { order: sql`r.path`, limit: page.limit };
  return rows<RepositoryRow>(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id
      where ${isVisible(page.viewer, { where, first })} order by r.path limit ${page.limit}`,
  );
}

export async function countRepositories(db: Db, page: { viewer: Viewer; namespace?: string }): Promise<number> {
  const where = withinNamespace(page.namespace ?? null);
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from (${visibleIds(page.viewer, { where })}) v`,
  );
  return found[0]?.count ?? 0;
}

/** Adds what was counted in memory. */
export async function addRepositoryCounts(
  db: Db,
  counts: { id: string; pulls: number; pushes: number }[],
): Promise<void> {
  if (counts.length === 0) return;
  await db.execute(
    sql`update repository r set pulls = r.pulls + c.pulls, pushes = r.pushes + c.pushes
      from jsonb_to_recordset(${JSON.stringify(counts)}::jsonb) as c(id uuid, pulls int, pushes int) where r.id = c.id`,
  );
}
