// Queries that find repositories and accounts by a part of their names.
import { sql } from "drizzle-orm/sql";
import { type AccountRow, accountColumns } from "./accounts/accounts.ts";
import { type RepositoryRow, repositoryColumns } from "./repositories.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";
import { isVisible, type Viewer, withinNamespace } from "./visible.ts";

/** The pattern of `like` for names that hold the text as it is; none holds a slash at its end, which stands for what no name can hold. */
function holding(text: string): string {
  if (text !== withoutZeros(text)) return "/";
  return `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** Repositories that the viewer sees and whose path holds the text, those whose own name begins with it first. */
export async function searchRepositories(
  db: Db,
  query: { viewer: Viewer; text: string; namespace: string | null; limit: number },
): Promise<RepositoryRow[]> {
  const pattern = holding(query.text);
  const where = sql`r.path like ${pattern} and ${withinNamespace(query.namespace)}`;
  const first = { order: sql`r.name not like ${pattern.slice(1)}, r.path`, limit: query.limit };
  return rows(
    db,
    sql`select ${repositoryColumns} from repository r join account a on a.id = r.account_id
      where ${isVisible(query.viewer, { where, first })} order by ${first.order} limit ${first.limit}`,
  );
}

/** Users and organizations whose name holds the text, those that begin with it first. */
export async function searchAccounts(db: Db, query: { text: string; limit: number }): Promise<AccountRow[]> {
  const pattern = holding(query.text);
  return rows(
    db,
    sql`select ${accountColumns} from account where deleted_at is null and kind <> 'service' and name like ${pattern}
      order by name not like ${pattern.slice(1)}, name limit ${query.limit}`,
  );
}
