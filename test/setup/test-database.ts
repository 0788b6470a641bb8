// Gives a test file a database of its own, cloned from the template of the run.
import { randomBytes } from "node:crypto";
import * as vitest from "vitest";
import { connectDatabase, type DatabaseClient, type DatabaseTarget, openSql, type Sql } from "#db/connect/server.ts";
import { dropDatabase } from "#test/setup/drop-database.ts";

/** The database every test database is a copy of. */
export const TEMPLATE = "template_berth";

declare module "vitest" {
  interface ProvidedContext {
    database: DatabaseTarget;
  }
}

/** A database for one test file, with every migration applied and no rows. */
export interface TestDatabase extends Pick<DatabaseClient, "sql" | "db"> {
  readonly connection: DatabaseTarget;
  /** Ends the connections and removes the database; call it in `afterAll`. */
  drop(): Promise<void>;
}

/** Clones the template. `onStatement` sees the text of every statement sent through `sql` and `db`. */
export async function createTestDatabase(onStatement?: (text: string) => void): Promise<TestDatabase> {
  const server = findServer();
  const name = `test_${randomBytes(6).toString("hex")}`;
  // Its files are copied: writing them page by page to the log as well takes three times as long.
  await administer(server, (sql) => sql.unsafe(`create database ${name} template ${TEMPLATE} strategy = file_copy`));
  const connection = withDatabase(server, name);
  const client = connectDatabase(connection, { max: 5, ...(onStatement && { onStatement }) });
  const drop = async () => {
    await client.close();
    await administer(server, (sql) => dropDatabase(sql, name));
  };
  return { sql: client.sql, db: client.db, connection, drop };
}

/** The same server, another database on it. */
export function withDatabase(target: DatabaseTarget, database: string): DatabaseTarget {
  if (!("url" in target)) return { ...target, database };
  const url = new URL(target.url);
  url.pathname = `/${database}`;
  return { url: url.href };
}

// `bun test` maps "vitest" to itself and knows no `inject`: a run under it finds its server in the environment.
function findServer(): DatabaseTarget {
  const given = process.env.BERTH_TEST_DATABASE;
  if (given) return JSON.parse(given) as DatabaseTarget;
  const url = process.env.BERTH_TEST_DATABASE_URL;
  if (url) return { url };
  if ("inject" in vitest) return vitest.inject("database");
  throw new Error("no test database: run `npm test`, `npm run test:bun` or `npm run test:deno`");
}

/** Works on a server's own database, beside those of the tests. */
export async function administer(server: DatabaseTarget, work: (sql: Sql) => PromiseLike<unknown>): Promise<void> {
  const admin = openSql(withDatabase(server, "postgres"), { max: 1 });
  try {
    await work(admin);
  } finally {
    await admin.end({ timeout: 1 });
  }
}
