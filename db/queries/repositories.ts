// Queries on repositories and the namespaces they are in.
import { type SQL, sql } from "drizzle-orm/sql";
import { accountIdOf } from "./accounts/accounts.ts";
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

/** The repository of that path, or the one that had it: then it answers with the path that it has now. */
export async function findRepository(db: Db, path: string): Promise<RepositoryRow | null> {
  if (path !== withoutZeros(path)) return null;
  return (await findOne(db, sql`r.path = ${path}`)) ?? findFormerRepository(db, path);
}

/** The repository that a path led to: by its own former name, by one of its namespace, or by both. What has the name now comes first. */
async function findFormerRepository(db: Db, path: string): Promise<RepositoryRow | null> {
  const slash = path.indexOf("/");
  if (slash < 0) return null;
  const [namespace, name] = [path.slice(0, slash), path.slice(slash + 1)];
  const present = sql`select p.id from repository p where p.path = n.name || '/' || ${name} and p.deleted_at is null`;
  const former = sql`select f.repository_id from repository_alias f where f.account_id = n.id and f.name = ${name}`;
  return findOne(
    db,
    sql`r.id = (select coalesce((${present}), (${former})) from account n where n.id = ${accountIdOf(namespace)})`,
  );
}

export function findRepositoryById(db: Db, id: string): Promise<RepositoryRow | null> {
  return findOne(db, sql`r.id = ${id}`);
}

async function findOne(db: Db, where: SQL): Promise<RepositoryRow | null> {
  const found = await rows<RepositoryRow>(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id where ${where} and r.deleted_at is null`,
  );
  return found[0] ?? null;
}

/**
 * Creates a repository unless one has, or another is held, that name, or its account was deleted meanwhile. In a transaction nobody
 * renames anything in the namespace meanwhile.
 * @returns its path, in the namespace as that is called by then, or null.
 */
export async function insertRepository(
  db: Db,
  row: { id: string; accountId: string; name: string; visibility: "public" | "private"; now: Date },
  more: {
    shortDescription?: string;
    longDescription?: string;
    immutableTags?: boolean;
    tagLimit?: number;
    sparse?: boolean;
  } = {},
): Promise<string | null> {
  // A statement of its own: the next one then sees what somebody renamed while this one waited for him.
  const [account] = await rows<{ name: string }>(
    db,
    sql`select name from account where id = ${row.accountId} and deleted_at is null for share`,
  );
  if (!account) return null;
  const made = await rows<{ path: string }>(
    db,
    sql`insert into repository (id, account_id, name, path, visibility, short_description, long_description, immutable_tags, tag_limit, sparse, created_at)
      select ${row.id}::uuid, ${row.accountId}::uuid, ${row.name}, ${`${account.name}/${row.name}`}, ${row.visibility},
        ${more.shortDescription ?? ""}, ${more.longDescription ?? ""}, ${more.immutableTags ?? false}::boolean, ${more.tagLimit ?? 0}::int, ${more.sparse ?? false}::boolean,
        ${row.now.toISOString()}::timestamptz
      where not exists (select 1 from repository_alias f where f.account_id = ${row.accountId} and f.name = ${row.name})
      on conflict (path) where deleted_at is null do nothing returning path`,
  );
  return made[0]?.path ?? null;
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

/** Makes a repository invisible, and ends its former names; its content is cleared by the periodic work. */
export async function markRepositoryDeleted(tx: Db, id: string, now: Date): Promise<boolean> {
  const marked = await rows(
    tx,
    sql`update repository set deleted_at = ${now.toISOString()} where id = ${id} and deleted_at is null returning id`,
  );
  if (marked.length === 0) return false;
  await deleteAliasesOf(tx, [id]);
  return true;
}

/** Ends every repository of a namespace. @returns their ids and paths. */
export async function markRepositoriesDeleted(
  tx: Db,
  accountId: string,
  now: Date,
): Promise<{ id: string; path: string }[]> {
  const gone = await rows<{ id: string; path: string }>(
    tx,
    sql`update repository set deleted_at = ${now.toISOString()} where account_id = ${accountId} and deleted_at is null returning id, path`,
  );
  await deleteAliasesOf(
    tx,
    gone.map(({ id }) => id),
  );
  return gone;
}

/** Ends the former names of repositories that are gone. A statement of its own: it sees the names of those that were renamed until then. */
async function deleteAliasesOf(tx: Db, repositoryIds: readonly string[]): Promise<void> {
  if (repositoryIds.length === 0) return;
  await tx.execute(
    sql`delete from repository_alias where repository_id in (select jsonb_array_elements_text(${JSON.stringify(repositoryIds)}::jsonb)::uuid)`,
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
