// Reaches PostgreSQL from a Worker, through Hyperdrive: connections of one request, which end with it. Sockets there belong to
// the request that opened them, so nothing is kept between requests; Hyperdrive keeps the connections to the server.
import postgres from "postgres";
import type { Database } from "../queries/rows.ts";
import { databaseOn } from "./database.ts";
import { connectionError } from "./loss.ts";
import { setWireForms, WIRE_TYPES } from "./wire-types.ts";

/** The database, for one request. */
export interface RequestDatabase {
  readonly db: Database;
  /** Waits for the statements under way and closes the connections. */
  end(): Promise<void>;
}

/** Of the six that a request may have open. */
const CONNECTIONS = 5;
const CONNECT_SECONDS = 3;
const END_SECONDS = 5;

/** Nothing is connected before the first statement. @param url as the binding gives it. */
export function connectHyperdrive(url: string): RequestDatabase {
  const sql = postgres(url, {
    max: CONNECTIONS,
    // Asked of every new connection otherwise.
    fetch_types: false,
    types: WIRE_TYPES,
    prepare: true,
    connect_timeout: CONNECT_SECONDS,
    connection: { application_name: "berth-edge" },
    onnotice: () => {},
  });
  setWireForms(sql);
  return { db: databaseOn(sql, named), end: () => sql.end({ timeout: END_SECONDS }) };
}

/** What workerd says of a connection has words and no code: neither PostgreSQL's nor the driver's. */
function named(error: unknown): unknown {
  if (!(error instanceof Error) || "severity" in error || "code" in error || error.name !== "Error") return error;
  return connectionError("CONNECTION_FAILED", error.message);
}
