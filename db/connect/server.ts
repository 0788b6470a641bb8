// Opens the pool of connections to PostgreSQL, be it a server named by URL or the embedded one behind its socket.
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { WIRE_TYPES } from "./wire-types.ts";

/** A postgres.js client. Its `sql` tag returns timestamps as text and int8 as number (see `connectDatabase`). */
export type Sql = postgres.Sql;

/** A database server by URL, or the socket file of the embedded one. */
export type DatabaseTarget =
  | { readonly url: string }
  | { readonly path: string; readonly username: string; readonly database: string };

export interface ConnectOptions<Schema extends Record<string, unknown>> {
  readonly schema: Schema;
  /** Connections of the pool at most. */
  readonly max: number;
  /** Called with the text of every statement sent, for counting and tracing. */
  readonly onStatement?: (text: string) => void;
}

export interface DatabaseClient<Schema extends Record<string, unknown>> {
  readonly sql: Sql;
  readonly db: PostgresJsDatabase<Schema>;
  /** Waits up to 5 s for running statements, then ends every connection. */
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const TIMESTAMP_TYPES = [1082, 1083, 1114, 1184];
const JSON_TYPES = [114, 3802];

/**
 * Opens a pool; nothing is sent before the first statement, and a lost connection is made anew by itself.
 * - int8 comes back as a number, as text beyond 2^53.
 * - Timestamps come back as text from `sql` (drizzle converts its columns); as parameters both accept a `Date`.
 * - JSON parameters may be objects or JSON text. Flat arrays of common types come back as lists, and lists of text and
 *   numbers may be parameters: `= any(${names})`, in drizzle's `sql`, which takes lists apart, `any(${sql.param(names)})`.
 */
export function connectDatabase<Schema extends Record<string, unknown>>(
  target: DatabaseTarget,
  { schema, max, onStatement }: ConnectOptions<Schema>,
): DatabaseClient<Schema> {
  const sql = openSql(target, {
    max,
    idle_timeout: 60,
    max_lifetime: 30 * 60,
    connection: { application_name: "berth", statement_timeout: STATEMENT_TIMEOUT_MS },
    ...(onStatement && { debug: (_connection: number, text: string) => onStatement(text) }),
  });
  const db = drizzle(sql, { schema });
  // drizzle makes the client pass timestamps and JSON as the text it wrote itself, which breaks `sql` with other values.
  for (const type of TIMESTAMP_TYPES) sql.options.serializers[type] = toTimestampText;
  for (const type of JSON_TYPES) sql.options.serializers[type] = toJsonText;
  return { sql, db, close: () => sql.end({ timeout: 5 }) };
}

type PoolOptions = Omit<postgres.Options<Record<string, postgres.PostgresType>>, "types">;

/** A postgres.js client with the options that hold for every connection of ours. */
export function openSql(target: DatabaseTarget, options: PoolOptions): Sql {
  const common = {
    prepare: true,
    fetch_types: false,
    types: WIRE_TYPES,
    connect_timeout: 5,
    // After an outage the next statement tries again within a second, whatever the outage's length.
    backoff: (attempt: number) => Math.min(2 ** attempt / 50, 1),
    onnotice: () => {},
    ...options,
  };
  if ("url" in target) return postgres(target.url, common);
  return postgres({ ...common, ...target, password: "", ssl: false });
}

function toTimestampText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

function toJsonText(value: unknown): unknown {
  return typeof value === "string" ? value : JSON.stringify(value);
}
