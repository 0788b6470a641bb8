// Migrations: applied once however many start at once, refused when the database is ahead, all or nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { DatabaseNewerError, migrateDatabase } from "#db/connect/migrate.ts";
import { connectDatabase, type DatabaseClient, type DatabaseTarget } from "#db/connect/server.ts";

const FIRST = "create table a (id int primary key);--> statement-breakpoint\ninsert into a values (1);";
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

let folder: string;
let server: EmbeddedDatabase;
let admin: DatabaseClient;
let target: DatabaseTarget;
let databases = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-migrate-"));
  server = await startEmbeddedDatabase({ dataDir: folder, log: quiet, settings: { fsync: "off" } });
  admin = connectDatabase(server.connection, { max: 1 });
});

afterAll(async () => {
  await admin?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  const database = `m${databases++}`;
  await admin.sql.unsafe(`create database ${database}`);
  target = { ...server.connection, database };
});

function migrations(...texts: string[]): string {
  const path = mkdtempSync(join(folder, "migrations-"));
  mkdirSync(join(path, "meta"));
  const entries = texts.map((_, idx) => ({
    idx,
    version: "7",
    when: 1_000 + idx,
    tag: `000${idx}_m`,
    breakpoints: true,
  }));
  writeFileSync(join(path, "meta", "_journal.json"), JSON.stringify({ version: "7", dialect: "postgresql", entries }));
  for (const [index, text] of texts.entries()) writeFileSync(join(path, `000${index}_m.sql`), text);
  return path;
}

async function query(text: string): Promise<unknown[]> {
  const client = connectDatabase(target, { max: 1 });
  try {
    return [...(await client.sql.unsafe(text))];
  } finally {
    await client.close();
  }
}

test("applies what is missing, in order, and nothing twice", async () => {
  expect(await migrateDatabase(target, migrations(FIRST))).toEqual(["0000_m"]);
  expect(await migrateDatabase(target, migrations(FIRST))).toEqual([]);
  expect(await migrateDatabase(target, migrations(FIRST, "insert into a values (2)"))).toEqual(["0001_m"]);
  expect(await query("select id from a order by id")).toEqual([{ id: 1 }, { id: 2 }]);
});

test("is applied once when many replicas start at the same time", async () => {
  const path = migrations(`select pg_sleep(0.2);--> statement-breakpoint\n${FIRST}`);
  const applied = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(target, path)));
  expect(applied.flat()).toEqual(["0000_m"]);
  expect(await query("select count(*)::int as n from drizzle.__drizzle_migrations")).toEqual([{ n: 1 }]);
});

test("refuses a database that a newer program has migrated, and leaves it untouched", async () => {
  await migrateDatabase(target, migrations(FIRST, "insert into a values (2)"));
  const before = await query("select * from drizzle.__drizzle_migrations");
  await expect(migrateDatabase(target, migrations(FIRST))).rejects.toThrow(DatabaseNewerError);
  await expect(migrateDatabase(target, migrations(FIRST))).rejects.toThrow(/newer Berth/);
  expect(await query("select * from drizzle.__drizzle_migrations")).toEqual(before);
});

test("leaves nothing behind when one statement fails", async () => {
  await expect(migrateDatabase(target, migrations(FIRST, "insert into nowhere values (1)"))).rejects.toThrow(/nowhere/);
  expect(await query("select to_regclass('a') is null as gone, to_regnamespace('drizzle') is null as clean")).toEqual([
    { gone: true, clean: true },
  ]);
});

test("gives up waiting for another replica's migration after a time", async () => {
  const slow = migrateDatabase(target, migrations(`select pg_sleep(2.5);--> statement-breakpoint\n${FIRST}`));
  await new Promise((resolve) => setTimeout(resolve, 500));
  await expect(migrateDatabase(target, migrations(FIRST), { lockWaitSeconds: 1 })).rejects.toThrow(/lock timeout/);
  expect(await slow).toEqual(["0000_m"]);
});
