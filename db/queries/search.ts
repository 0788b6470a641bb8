// Queries that find repositories and accounts by a part of their names.
import { type SQL, sql } from "drizzle-orm/sql";
import { type AccountRow, accountColumns } from "./accounts/accounts.ts";
import { type RepositoryRow, repositoryColumns } from "./repositories.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";
import { isVisible, needsNoList, type Viewer, withinNamespace } from "./visible.ts";

/** The pattern of `like` for names that hold the text as it is. */
function holding(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** Repositories that the viewer sees and whose path holds the text, those whose own name begins with it first. */
export async function searchRepositories(
  db: Db,
  query: { viewer: Viewer; text: string; namespace: string | null; limit: number },
): Promise<RepositoryRow[]> {
  const { viewer, text, namespace, limit } = query;
  if (text !== withoutZeros(text)) return [];
  if (namespace === null && needsNoList(viewer)) return rows(db, amongAll({ isPublic: viewer === null, text, limit }));
  const pattern = holding(text);
  const where = sql`r.path like ${pattern} and ${withinNamespace(namespace)}`;
  const first = { order: sql`r.name not like ${pattern.slice(1)}, r.path`, limit };
  return rows(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id
      where ${isVisible(viewer, { where, first })} order by ${first.order} limit ${first.limit}`,
  );
}

/** Of so many names that follow a text in their order those that begin with it are sorted; more are soon found in the order of paths. */
const fewNames = 1000;

/**
 * Among repositories that are all seen, however many: what is asked most is read first from an index in its order, and nothing after
 * the page is full. A text that few names hold makes it go through all of them, once, in an index that has nothing but them. `strpos`
 * takes two thirds of the time of `like`, and lets the planner expect many: it would sort the whole table for few.
 */
function amongAll({ isPublic, text, limit }: { isPublic: boolean; text: string; limit: number }): SQL {
  const seen = isPublic ? sql`r.visibility = 'public'` : sql`true`;
  const inOrder = (condition: SQL) =>
    sql`select r.path from repository r where ${condition} and r.deleted_at is null and ${seen}`;
  // The first slash ends the namespace. No sign of a name comes after the tilde.
  const begins = sql`strpos(r.path, ${`/${text}`}) = strpos(r.path, '/')`;
  const page = sql`order by path limit ${limit}::int`;
  return sql`with following as (
      select r.name, r.path, ${seen} as seen from repository r
      where r.name >= ${text} and r.deleted_at is null order by r.name, r.path limit ${fewNames}::int),
    candidate as (select path, seen from following where name < ${`${text}~`}),
    names as (select count(*) < ${fewNames}::int as are_few from candidate),
    beginning as (
      (select path from candidate where seen and (select are_few from names) ${page})
      union all
      (${inOrder(sql`not (select are_few from names) and ${begins}`)} ${page})),
    other as (
      ${inOrder(sql`(select count(*) from beginning) < ${limit}::int and strpos(r.path, ${text}) > 0 and not ${begins}`)} ${page})
    select ${repositoryColumns}
      from (select path, 0 as place from beginning union all select path, 1 from other order by place, path limit ${limit}::int) found
      cross join lateral (select * from repository where path = found.path and deleted_at is null limit 1) r
      join account a on a.id = r.account_id order by found.place, found.path`;
}

/** Users and organizations whose name holds the text, those that begin with it first. */
export async function searchAccounts(db: Db, query: { text: string; limit: number }): Promise<AccountRow[]> {
  if (query.text !== withoutZeros(query.text)) return [];
  const pattern = holding(query.text);
  return rows(
    db,
    sql`select ${accountColumns} from account where deleted_at is null and kind <> 'service' and name like ${pattern}
      order by name not like ${pattern.slice(1)}, name limit ${query.limit}`,
  );
}
