// Opens the database that the configuration names: a server, or the embedded one in the data folder.
import fs from "node:fs";
import path from "node:path";
import { EmbeddedDatabaseError } from "#db/connect/embedded/error.ts";
import { startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { migrateDatabase } from "#db/connect/migrate.ts";
import { connectDatabase, type DatabaseClient, type DatabaseTarget } from "#db/connect/server.ts";
import type { Config } from "../config/parse.ts";
import { StartError } from "../start-error.ts";
import type { Log } from "./log.ts";

/** The database, migrated and connected. */
export interface OpenDatabase extends DatabaseClient {
  /** How pg-boss, which has a driver of its own, reaches the same database. */
  jobs: { connectionString: string } | { host: string; user: string; database: string };
  /** Whether this process alone may use it. */
  exclusive: boolean;
  stop(): Promise<void>;
  /** Settles when the embedded server is gone for good although nobody stopped it; never for a server. */
  lost: Promise<Error>;
}

const migrations = path.join(import.meta.dirname, "../../../db/migrations");

// The database answers a commit before its log is on disk.
const relaxed = { synchronous_commit: "off" };

export async function openDatabase(config: Config, log: Log): Promise<OpenDatabase> {
  const max = config.dbConnections;
  const settings = config.durability === "relaxed" ? relaxed : {};
  if (config.databaseUrl !== undefined) {
    const target = { url: config.databaseUrl };
    const client = await connected(target, { max, settings });
    return {
      ...client,
      jobs: { connectionString: config.databaseUrl },
      exclusive: false,
      stop: client.close,
      lost: new Promise(() => {}),
    };
  }
  const embedded = await startEmbeddedDatabase({ dataDir: config.dataDir, log, settings });
  const { host, username, database } = embedded.connection;
  const client = await connected(embedded.connection, { max }).catch(async (error) => {
    await embedded.stop();
    throw error;
  });
  const stop = async () => {
    await client.close();
    await embedded.stop();
  };
  const lost = new Promise<Error>((resolve) => void embedded.closed.then((error) => error && resolve(error)));
  return { ...client, jobs: { host, user: username, database }, exclusive: true, stop, lost };
}

async function connected(
  target: DatabaseTarget,
  pool: { max: number; settings?: Readonly<Record<string, string>> },
): Promise<DatabaseClient> {
  await migrateDatabase(target, migrations).catch((error) => {
    throw "url" in target
      ? new StartError(`the database named by DATABASE_URL: ${(error as Error).message.split("\n")[0]}`)
      : error;
  });
  return connectDatabase(target, { ...pool });
}

/**
 * Opens the database for a command on the host, also while the server runs: then over the socket in the data folder.
 */
export async function openForCommand(config: Config, log: Log): Promise<Pick<OpenDatabase, "db" | "stop">> {
  try {
    return await openDatabase(config, log);
  } catch (error) {
    if (!(error instanceof EmbeddedDatabaseError) || error.code !== "IN_USE") throw error;
    const socket = path.join(config.dataDir, "run", ".s.PGSQL.5432");
    if (!fs.existsSync(socket)) throw error;
    const client = connectDatabase({ path: socket, username: "berth", database: "berth" }, { max: 1 });
    return { db: client.db, stop: client.close };
  }
}
