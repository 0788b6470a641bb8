// The database of `npm run dev:edge`: the server that DATABASE_URL names, else the embedded one; migrated either way.
import path from "node:path";
import { edgeAccessSettings, openEdgeAccess } from "#db/connect/embedded/edge-access.ts";
import { startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { migrateDatabase } from "#db/connect/migrate.ts";
import { StartError } from "../../start-error.ts";

const migrations = path.join(import.meta.dirname, "../../../../db/migrations");

export interface DevDatabase {
  /** By TCP, with a password: what Hyperdrive wants. */
  url: string;
  stop(): Promise<void>;
}

export async function openDevDatabase(databaseUrl: string | undefined, dataDir: string): Promise<DevDatabase> {
  if (databaseUrl !== undefined) {
    requirePassword(databaseUrl);
    await migrateDatabase({ url: databaseUrl }, migrations).catch((error) => {
      throw new StartError(`the database named by DATABASE_URL: ${(error as Error).message.split("\n")[0]}`);
    });
    return { url: databaseUrl, stop: async () => {} };
  }
  const say = (_: object, message: string) => console.log(`berth: ${message}`);
  const log = { info: say, warn: say, error: say };
  const database = await startEmbeddedDatabase({ dataDir, log, settings: edgeAccessSettings(dataDir) });
  try {
    await migrateDatabase(database.connection, migrations);
    const access = await openEdgeAccess(database.connection);
    const stop = async () => {
      await access.close();
      await database.stop();
    };
    return { url: access.url, stop };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Local Hyperdrive takes no address without one. */
function requirePassword(databaseUrl: string): void {
  const { hostname, password, username } = new URL(databaseUrl);
  if (hostname === "" || username === "" || password === "")
    throw new StartError(
      "DATABASE_URL: for the edge it needs a host, a user and a password, as in postgres://user:password@host:5432/berth",
    );
}
