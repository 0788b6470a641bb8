// The one way in which the query files run SQL and name the shape of its rows.
import type { SQL } from "drizzle-orm";
import type { PgTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsDatabase, PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { ExtractTablesWithRelations } from "drizzle-orm/relations";
import type * as tables from "../schema/tables.ts";

type Tables = typeof tables;

/** A transaction: what a transaction's callback may use, and nothing else. */
type Tx = PgTransaction<PostgresJsQueryResultHKT, Tables, ExtractTablesWithRelations<Tables>>;

/** The database, or a transaction on it: queries run on either. */
export type Db = PostgresJsDatabase<Tables> | Tx;

/** The database itself, which can begin transactions. */
export type Database = PostgresJsDatabase<Tables>;

/** Runs a statement and names its rows; int8 comes as number, timestamps as text. */
export async function rows<Row>(db: Db, query: SQL): Promise<Row[]> {
  return (await db.execute(query)) as unknown as Row[];
}

/** PostgreSQL's text holds no zero byte. A name that has one is nobody's; elsewhere it may go. */
export function withoutZeros(text: string): string {
  return text.replaceAll("\0", "");
}

/** The code and constraint of a database error, wherever drizzle or the driver put them; null for other errors. */
export function databaseError(error: unknown): { code: string; constraint: string | null } | null {
  for (let at: unknown = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code, constraint_name: constraint } = at as { code?: unknown; constraint_name?: unknown };
    if (typeof code === "string" && /^([0-9A-Z]{5}|CONNECTION_\w+|CONNECT_TIMEOUT|ECONN\w+|ENOENT|EPIPE)$/.test(code))
      return { code, constraint: typeof constraint === "string" ? constraint : null };
  }
  return null;
}

/** Whether another try of the same statement can succeed: a race lost to a deletion, a deadlock, a serialization failure. */
export function isRetryable(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === "23503" || code === "40P01" || code === "40001" || code === "23505";
}
