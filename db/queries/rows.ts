// The one way in which the query files run SQL and name the shape of its rows.
import type { SQL } from "drizzle-orm/sql";

/** The database, or a transaction on it: queries run on either. */
export interface Db {
  /** Runs a statement. @returns its rows; int8 comes as number, timestamps as text. @throws StatementError */
  execute(query: SQL): Promise<Record<string, unknown>[]>;
}

/** The database itself, which can begin transactions. */
export interface Database extends Db {
  /** Runs the work in a transaction, which is rolled back when it fails. It uses nothing but `tx`, and waits for nothing else. */
  transaction<T>(work: (tx: Db) => Promise<T>): Promise<T>;
}

/** A statement failed; the cause is the driver's error. */
export class StatementError extends Error {
  /** Its text, without the values of its parameters, which may be secrets. */
  readonly statement: string;
  constructor(statement: string, cause: unknown) {
    super("a statement failed", { cause });
    this.name = "StatementError";
    this.statement = statement;
  }
}

/** Runs a statement and names its rows. */
export async function rows<Row>(db: Db, query: SQL): Promise<Row[]> {
  return (await db.execute(query)) as Row[];
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
