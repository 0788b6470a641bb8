// Starts PostgreSQL as a child process in the data folder, for installations that name no database server.
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { chooseAccount } from "./embedded/account.ts";
import { ensureCluster } from "./embedded/cluster.ts";
import { makeDataFolder, makeSocketFolder, openDataFolder, ownerOf, SOCKET_NAME } from "./embedded/data-folder.ts";
import { prepareEngine } from "./embedded/engine.ts";
import { EmbeddedDatabaseError } from "./embedded/error.ts";
import { clearLeftover } from "./embedded/leftover.ts";
import { type ServerPlace, startServer } from "./embedded/postmaster.ts";
import { rotateServerLog } from "./embedded/server-log.ts";
import { maintenanceSession } from "./embedded/session-lock.ts";
import { type StartLock, takeStartLock } from "./embedded/start-lock.ts";
import { type EmbeddedLog, supervise } from "./embedded/supervisor.ts";

export interface EmbeddedOptions {
  /** The data folder: the database is `<dataDir>/postgres`, its socket `<dataDir>/run`, its log `<dataDir>/postgres.log`. */
  readonly dataDir: string;
  readonly log: EmbeddedLog;
  /** PostgreSQL settings that win over ours (`{ fsync: "off" }` in tests). */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How to reach the database: `path` is for postgres.js, `host` (the socket's folder) for `pg`. No password is asked. */
export interface EmbeddedConnection {
  readonly path: string;
  readonly host: string;
  readonly username: string;
  readonly database: string;
}

export interface EmbeddedDatabase {
  readonly connection: EmbeddedConnection;
  /** Ends every session and the server cleanly. */
  stop(): Promise<void>;
  /** Settles when the server is gone for good: undefined after `stop`, an error when it was lost to another owner. */
  readonly closed: Promise<EmbeddedDatabaseError | undefined>;
}

/**
 * Starts the embedded database, which from then on belongs to this process alone and is restarted when it dies.
 * A server left over by a killed Berth is replaced. Throws `EmbeddedDatabaseError`, always one line.
 */
export async function startEmbeddedDatabase(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { log, settings = {} } = options;
  const { startLock, ...place } = await claimFolder(options.dataDir);
  try {
    const engine = await prepareEngine(place.dataDir, place.account);
    const server: ServerPlace = { ...place, engine, settings, sync: settings.fsync !== "off" };
    if (await clearLeftover(server)) log.warn({}, "stopped the PostgreSQL that an earlier Berth had left running");
    if (await ensureCluster(server)) log.info({ folder: server.pgdata }, "made a new database");
    rotateServerLog(server.logPath);
    const running = await startServer(server);
    const supervisor = supervise(server, running, log);
    await ensureDatabase(server.socketPath).catch(async (error) => {
      await supervisor.stop();
      throw error;
    });
    const closed = supervisor.closed.finally(() => giveBack(place, startLock));
    const connection = { path: place.socketPath, host: place.socketDir, username: "berth", database: "berth" };
    const stop = async () => {
      await supervisor.stop();
      await closed;
    };
    return { connection, stop, closed };
  } catch (error) {
    giveBack(place, startLock);
    throw error;
  }
}

async function claimFolder(wanted: string) {
  const dataDir = makeDataFolder(wanted);
  const pgdata = join(dataDir, "postgres");
  const owner = ownerOf(pgdata);
  const account = chooseAccount(owner);
  if (account !== null) openDataFolder(dataDir, account);
  else refuseForeignCluster(pgdata, owner);
  const socketDir = makeSocketFolder(dataDir, account);
  const startLock = await takeStartLock(socketDir, dataDir);
  const socketPath = join(socketDir, SOCKET_NAME);
  return { dataDir, pgdata, account, socketDir, socketPath, logPath: join(dataDir, "postgres.log"), startLock };
}

function refuseForeignCluster(pgdata: string, owner: number | null): void {
  if (owner === null || owner === (process.getuid?.() ?? owner)) return;
  throw new EmbeddedDatabaseError(
    "NOT_REACHABLE",
    `the database ${pgdata} belongs to the user with id ${owner}; start Berth as that user, or set BERTH_DATA_DIR`,
  );
}

async function ensureDatabase(socketPath: string): Promise<void> {
  const sql = maintenanceSession(socketPath);
  try {
    const found = await sql`select 1 from pg_database where datname = 'berth'`;
    if (found.length === 0) await sql`create database berth encoding 'UTF8'`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function giveBack(place: { dataDir: string; socketDir: string }, startLock: StartLock): void {
  startLock.release();
  if (dirname(place.socketDir) !== place.dataDir) rmSync(place.socketDir, { recursive: true, force: true });
}
