// The advisory lock that makes one Berth the owner of the embedded database: a session of its own, held for life.
import postgres from "postgres";
import { systemCode } from "./error.ts";

// Any constant will do as long as it never changes; these are the letters of "berth".
const LOCK_KEY = 0x62_65_72_74_68;

/** The lock, until it is released or its session ends (`lost`). */
export interface SessionLock {
  readonly lost: Promise<void>;
  release(): Promise<void>;
}

/** `starting`: a server is there but takes no sessions now (recovery, shutdown). `unreachable`: nobody answers. */
export type LockAttempt = SessionLock | "taken" | "starting" | "unreachable";

const NOT_NOW = new Set(["53300", "57P01", "57P02", "57P03", "CONNECT_TIMEOUT", "CONNECTION_CLOSED", "ECONNRESET"]);
const NOBODY = new Set(["ENOENT", "ECONNREFUSED"]);

/** Tries once, and waits for nobody. It locks in the database `postgres`, which every cluster has. */
export async function trySessionLock(socketPath: string): Promise<LockAttempt> {
  const { promise: lost, resolve: onclose } = Promise.withResolvers<void>();
  const sql = maintenanceSession(socketPath, onclose);
  try {
    const [row] = await sql<{ locked: boolean }[]>`select pg_try_advisory_lock(${LOCK_KEY}::bigint) as locked`;
    if (row?.locked) return { lost, release: () => sql.end({ timeout: 1 }) };
    await sql.end({ timeout: 1 });
    return "taken";
  } catch (error) {
    await sql.end({ timeout: 0 }).catch(() => {});
    const code = systemCode(error);
    if (NOBODY.has(code)) return "unreachable";
    if (NOT_NOW.has(code)) return "starting";
    throw error;
  }
}

/** One connection to the maintenance database, kept open until it is ended. */
export function maintenanceSession(socketPath: string, onclose: () => void = () => {}): postgres.Sql {
  return postgres({
    path: socketPath,
    username: "berth",
    database: "postgres",
    password: "",
    ssl: false,
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    connect_timeout: 5,
    fetch_types: false,
    connection: { application_name: "berth-owner" },
    onnotice: () => {},
    onclose,
  });
}
