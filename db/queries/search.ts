// Queries that find repositories and accounts by a part of their names.
import { sql } from "drizzle-orm/sql";
import { type Viewer, visibleTo } from "./repositories.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";

/** The pattern of `like` for names that hold the text as it is; none holds a slash at its end, which stands for what no name can hold. */
function holding(text: string): string {
  if (text !== withoutZeros(text)) return "/";
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** Paths of repositories that the viewer sees and that hold the text, those whose own name begins with it first. */
export async function searchRepositories(
  db: Db,
  query: { viewer: Viewer; text: string; namespace: string | null; limit: number },
): Promise<string[]> {
  const within = query.namespace === null ? sql`true` : sql`a.name = ${withoutZeros(query.namespace)}`;
  const start = holding(query.text).slice(1);
  const found = await rows<{ path: string }>(
    db,
    sql`select r.path from repository r join account a on a.id = r.account_id
      where r.deleted_at is null and r.path like ${holding(query.text)} and ${within} and ${visibleTo(query.viewer)}
      order by r.name not like ${start}, r.path limit ${query.limit}`,
  );
  return found.map(({ path }) => path);
}

/** Names of accounts that hold the text, those that begin with it first. */
export async function searchAccounts(db: Db, query: { text: string; limit: number }): Promise<string[]> {
  const found = await rows<{ name: string }>(
    db,
    sql`select name from account where deleted_at is null and name like ${holding(query.text)}
      order by name not like ${holding(query.text).slice(1)}, name limit ${query.limit}`,
  );
  return found.map(({ name }) => name);
}
