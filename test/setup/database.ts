// Starts one PostgreSQL per test run, with fsync off, and prepares the template that every test file's database is cloned from.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { migrateDatabase } from "#db/connect/migrate.ts";
import { type DatabaseTarget, openSql } from "#db/connect/server.ts";
import { dropDatabase } from "#test/setup/drop-database.ts";
import { scratchFolder } from "#test/setup/scratch.ts";
import { TEMPLATE, withDatabase } from "#test/setup/test-database.ts";

const MIGRATIONS = join(import.meta.dirname, "../../db/migrations");
const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "100" };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** vitest's global setup. `BERTH_TEST_DATABASE_URL` names a server to use instead of the embedded one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.BERTH_TEST_DATABASE_URL;
  const { target, stop } = url ? { target: { url }, stop: async () => {} } : await startTestServer();
  try {
    await makeTemplate(target);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide("database", target);
  return stop;
}

/** A cluster in a temporary folder; `stop` removes it. Other test runners than vitest call this and `makeTemplate`. */
export async function startTestServer(): Promise<{ target: DatabaseTarget; stop: () => Promise<void> }> {
  const dataDir = await mkdtemp(join(scratchFolder(), "berth-test-"));
  const remove = () => rm(dataDir, { recursive: true, force: true });
  try {
    const database = await startEmbeddedDatabase({ dataDir, log: quiet, settings: FAST });
    const stop = async () => {
      await database.stop();
      await remove();
    };
    return { target: database.connection, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Makes the template with today's migrations anew, and closes it to sessions: one of them would forbid cloning. */
export async function makeTemplate(target: DatabaseTarget): Promise<void> {
  const admin = openSql(withDatabase(target, "postgres"), { max: 1 });
  try {
    await dropDatabase(admin, TEMPLATE);
    await admin.unsafe(`create database ${TEMPLATE} encoding 'UTF8' template template0`);
    if (existsSync(join(MIGRATIONS, "meta"))) await migrateDatabase(withDatabase(target, TEMPLATE), MIGRATIONS);
    await admin.unsafe(`alter database ${TEMPLATE} allow_connections false`);
  } finally {
    await admin.end({ timeout: 1 });
  }
}
