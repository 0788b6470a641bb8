// Each file leaves nothing: what it made in the run's folder and on its server is gone after its tests, for no disk is endless.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import type { Sql } from "#db/connect/server.ts";
import { dropDatabase } from "#test/setup/drop-database.ts";
import { onServer } from "./postgres.ts";
import { sweep } from "./sweep.ts";

const { folder } = inject("run");
let before: { entries: string[]; databases: string[] };

beforeAll(async () => {
  before = { entries: readdirSync(folder), databases: await onServer(listDatabases) };
});

// Registered before the file's own hooks, and so called after them.
afterAll(async () => {
  const entries = readdirSync(folder).filter((entry) => !before.entries.includes(entry));
  await sweep(entries.map((entry) => join(folder, entry)));
  await onServer(async (sql) => {
    for (const name of await listDatabases(sql)) if (!before.databases.includes(name)) await dropDatabase(sql, name);
  });
});

/** Their names, quoted where they need it. */
async function listDatabases(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select quote_ident(datname) as name from pg_database`;
  return rows.map(({ name }) => name);
}
