// Queries on the names that repositories had. A name is held in its namespace, whatever that is called now.
import { sql } from "drizzle-orm/sql";
import { type RepositoryRow, repositoryColumns } from "../repositories.ts";
import { type Db, rows, withoutZeros } from "../rows.ts";

export interface RepositoryAliasRow {
  /** As it is within the namespace. */
  name: string;
  /** With the namespace's name as it is now. */
  path: string;
  createdAt: string;
}

const columns = sql`f.name, n.name || '/' || f.name as path, f.created_at as "createdAt"`;

/** The former names of a repository, the newest first. They are few. */
export async function listRepositoryAliases(db: Db, repositoryId: string): Promise<RepositoryAliasRow[]> {
  return rows(
    db,
    sql`select ${columns} from repository_alias f join account n on n.id = f.account_id where f.repository_id = ${repositoryId}
      order by f.created_at desc, path`,
  );
}

/** The names that are held in a namespace, in byte order, with the repositories that they lead to. */
export async function listHeldNames(
  db: Db,
  accountId: string,
  page: { from: string; limit: number },
): Promise<(RepositoryAliasRow & { repository: RepositoryRow })[]> {
  const found = await rows<RepositoryRow & { aliasName: string; aliasPath: string; aliasCreatedAt: string }>(
    db,
    sql`select ${repositoryColumns}, f.name as "aliasName", n.name || '/' || f.name as "aliasPath", f.created_at as "aliasCreatedAt"
      from repository_alias f join account n on n.id = f.account_id join repository r on r.id = f.repository_id join account a on a.id = r.account_id
      where f.account_id = ${accountId} and f.name >= ${withoutZeros(page.from)} and r.deleted_at is null order by f.name limit ${page.limit}`,
  );
  return found.map(({ aliasName, aliasPath, aliasCreatedAt, ...repository }) => ({
    name: aliasName,
    path: aliasPath,
    createdAt: aliasCreatedAt,
    repository,
  }));
}

/** The repository for which a name is held in a namespace. */
export async function findHolder(db: Db, accountId: string, name: string): Promise<RepositoryRow | null> {
  if (name !== withoutZeros(name)) return null;
  const found = await rows<RepositoryRow>(
    db,
    sql`select ${repositoryColumns} from repository_alias f join repository r on r.id = f.repository_id join account a on a.id = r.account_id
      where f.account_id = ${accountId} and f.name = ${name} and r.deleted_at is null`,
  );
  return found[0] ?? null;
}

/** Frees a name. @returns whether it was held. */
export async function deleteRepositoryAlias(db: Db, accountId: string, name: string): Promise<boolean> {
  const gone = await rows(
    db,
    sql`delete from repository_alias where account_id = ${accountId} and name = ${name} returning name`,
  );
  return gone.length > 0;
}

/** Which repository gets which name, in which namespace. */
export interface Move {
  repository: Pick<RepositoryRow, "id" | "accountId" | "name">;
  accountId: string;
  name: string;
  by: string | null;
  now: Date;
}

/**
 * Gives a repository another name, and holds the old one for it. Meanwhile nobody creates anything in either namespace.
 * @returns its new path and how many names are held for it now; null when it, or the namespace, is gone, or the name is another's.
 */
export async function moveRepository(tx: Db, move: Move): Promise<{ path: string; aliases: number } | null> {
  const { repository, accountId, name, by } = move;
  const { id } = repository;
  // Whoever creates a repository shares the row; so what the next statement sees stays as it is.
  await tx.execute(
    sql`select id from account where id in (${repository.accountId}, ${accountId}) order by id for no key update`,
  );
  const moved = await rows<{ path: string }>(
    tx,
    sql`update repository r set account_id = n.id, name = ${name}, path = n.name || '/' || ${name} from account n
      where n.id = ${accountId} and n.deleted_at is null and r.id = ${id} and r.account_id = ${repository.accountId} and r.name = ${repository.name}
        and r.deleted_at is null
        and not exists (select 1 from repository o where o.path = n.name || '/' || ${name} and o.deleted_at is null)
        and not exists (select 1 from repository_alias h where h.account_id = n.id and h.name = ${name} and h.repository_id <> r.id)
      returning r.path`,
  );
  if (!moved[0]) return null;
  await tx.execute(sql`delete from repository_alias where account_id = ${accountId} and name = ${name}`);
  await tx.execute(
    sql`insert into repository_alias (account_id, name, repository_id, created_at, created_by)
      values (${repository.accountId}, ${repository.name}, ${id}, ${move.now.toISOString()}, ${by})`,
  );
  const held = await rows<{ count: number }>(
    tx,
    sql`select count(*) as count from repository_alias where repository_id = ${id}`,
  );
  return { path: moved[0].path, aliases: held[0]?.count ?? 0 };
}

/**
 * Takes along to its new namespace what users were granted on a repository; what teams and service accounts were granted ends, since
 * they belong to the old one. @returns who lost something.
 */
export async function moveGrants(
  tx: Db,
  repositoryId: string,
  accountId: string,
): Promise<{ team: string | null; serviceAccount: string | null; level: string }[]> {
  const ended = await rows<{ team: string | null; serviceAccount: string | null; level: string }>(
    tx,
    sql`with ended as (
        delete from access_grant g where g.repository_id = ${repositoryId}
          and (g.team_id is not null or g.user_id in (select id from account where kind = 'service')) returning g.team_id, g.user_id, g.level)
      select (select t.name from team t where t.id = team_id) as team, (select s.name from account s where s.id = user_id) as "serviceAccount", level
      from ended order by 1, 2`,
  );
  await tx.execute(sql`update access_grant set namespace_id = ${accountId} where repository_id = ${repositoryId}`);
  return ended;
}
