// Opens the pool of connections to PostgreSQL, be it a server named by URL or the embedded one behind its socket.
import postgres from "postgres";
import type { Database } from "../queries/rows.ts";
import { databaseOn } from "./database.ts";
import { Pool } from "./pool/pool.ts";
import type { Place } from "./pool/socket.ts";
import { tagOver } from "./pool/statement.ts";
import { transact } from "./pool/transaction.ts";
import { setWireForms, WIRE_TYPES } from "./wire-types.ts";

/**
 * A postgres.js client on connections of our own: `sql` as tag, `unsafe`, `begin`, `json`, `end`. Its other ways to use a
 * connection (`listen`, `reserve`) are the driver's own. It returns timestamps as text and int8 as number.
 */
export type Sql = postgres.Sql;

/** A database server by URL, or the socket file of the embedded one. */
export type DatabaseTarget =
  | { readonly url: string }
  | { readonly path: string; readonly username: string; readonly database: string };

export interface ConnectOptions {
  /** Connections of the pool at most. */
  readonly max: number;
  /** PostgreSQL settings of every connection (`{ synchronous_commit: "off" }`). */
  readonly settings?: Readonly<Record<string, string>>;
  /** Called with the text of every statement sent, for counting and tracing. */
  readonly onStatement?: (text: string) => void;
}

export interface DatabaseClient {
  readonly sql: Sql;
  readonly db: Database;
  /**
   * The same database by one more connection, on which no other statement can be in the way: for asking whether the database
   * answers. On `db` that question might wait behind slow statements, and a busy database would pass for one that is gone.
   */
  readonly aside: Database;
  /**
   * Cuts off every connection, for a server that does not answer any more. Statements under way or waiting fail at once, those
   * of the next quarter of a second as well; later ones connect anew.
   */
  dropConnections(): void;
  /** Waits up to 5 s for running statements, then ends every connection. */
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * Opens a pool; nothing is sent before the first statement, and a lost connection is made anew by itself.
 * - int8 comes back as a number, as text beyond 2^53.
 * - Timestamps come back as text from `sql`; as parameters both accept a `Date`.
 * - JSON parameters may be objects or JSON text. Flat arrays of common types come back as lists, and lists of text and
 *   numbers may be parameters: `= any(${names})`, in drizzle's `sql`, which takes lists apart, `any(${sql.param(names)})`.
 */
export function connectDatabase(target: DatabaseTarget, options: ConnectOptions): DatabaseClient {
  const { sql, db, pool } = open(target, options);
  const aside = open(target, { ...options, max: 1 });
  const dropConnections = () => {
    for (const each of [pool, aside.pool]) each.drop();
  };
  const close = async () => void (await Promise.all([sql.end({ timeout: 5 }), aside.sql.end({ timeout: 5 })]));
  return { sql, db, aside: aside.db, dropConnections, close };
}

function open(target: DatabaseTarget, { max, settings, onStatement }: ConnectOptions) {
  const { sql, pool } = openPool(target, {
    max,
    idle_timeout: 60,
    max_lifetime: 30 * 60,
    connection: { application_name: "berth", statement_timeout: STATEMENT_TIMEOUT_MS, ...settings },
    ...(onStatement && { debug: (_connection: number, text: string) => onStatement(text) }),
  });
  setWireForms(sql);
  return { sql, db: databaseOn(sql), pool };
}

/** What a client may be told; the times are seconds. */
type SqlOptions = Pick<
  postgres.Options<Record<string, postgres.PostgresType>>,
  "connection" | "debug" | "idle_timeout" | "max_lifetime"
> & { max: number };

/** A client with the options that hold for every connection of ours. */
export function openSql(target: DatabaseTarget, options: SqlOptions): Sql {
  return openPool(target, options).sql;
}

function openPool(target: DatabaseTarget, { max, idle_timeout, max_lifetime, ...options }: SqlOptions) {
  const common = { prepare: true, fetch_types: false, types: WIRE_TYPES, onnotice: () => {}, ...options, max: 1 };
  const base: Sql =
    "url" in target ? postgres(target.url, common) : postgres({ ...common, ...target, password: "", ssl: false });
  const pool = new Pool({
    base,
    places: placesOf(base.options),
    max,
    idleSeconds: idle_timeout ?? null,
    lifeSeconds: max_lifetime ?? null,
  });
  const begin = (...args: unknown[]) => {
    const mode = args.length > 1 ? String(args[0]) : "";
    const work = args.at(-1) as (sql: postgres.TransactionSql) => unknown;
    return pool.lend((connection) => transact({ base, connection, mode, work }));
  };
  const end = async ({ timeout = null }: { timeout?: number | null } = {}) => {
    await Promise.all([pool.end(timeout), base.end({ timeout: timeout ?? undefined })]);
  };
  const sql = Object.assign(
    tagOver<Sql>(base, (statement) => pool.run(statement)),
    { begin, end },
  );
  return { sql: sql as unknown as Sql, pool };
}

function placesOf({ path, host, port }: Sql["options"]): Place[] {
  return path ? [{ path }] : host.map((name, index) => ({ host: name, port: port[index] ?? 5432 }));
}
