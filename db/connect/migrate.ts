// Brings a database to the schema this program knows: applies the generated migrations once, however many replicas start.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type postgres from "postgres";
import { type DatabaseTarget, openSql, type Sql } from "./server.ts";

/** The oldest PostgreSQL the SQL of this program is written for. */
const OLDEST_VERSION = 15;

// The same for every replica and every release; the letters of "migrate".
const LOCK_KEY = "30792318992053349";
const LOCK_WAIT_SECONDS = 300;

/** The database was brought forward by a newer Berth; it has not been touched. */
export class DatabaseNewerError extends Error {
  constructor(newestInDatabase: Date, newestHere: Date) {
    super(
      `the database was used by a newer Berth (its newest migration is of ${newestInDatabase.toISOString()}, ` +
        `this program's of ${newestHere.toISOString()}); start that version or a later one`,
    );
    this.name = "DatabaseNewerError";
  }
}

/** The server's PostgreSQL is too old. */
class DatabaseTooOldError extends Error {
  constructor(version: string) {
    super(`Berth needs PostgreSQL ${OLDEST_VERSION} or newer, the server named by DATABASE_URL is ${version}`);
    this.name = "DatabaseTooOldError";
  }
}

interface Migration {
  readonly name: string;
  readonly createdMs: number;
  readonly hash: string;
  readonly statements: readonly string[];
}

export interface MigrateOptions {
  /** How long to wait for another replica's migration. */
  readonly lockWaitSeconds?: number;
}

/**
 * Applies the migrations of `folder` (as drizzle-kit writes them, into drizzle's own table) that the database lacks, all
 * in one transaction under an advisory lock. Returns their names. Throws `DatabaseNewerError` or `DatabaseTooOldError`
 * before it changes anything.
 */
export async function migrateDatabase(target: DatabaseTarget, folder: string, options: MigrateOptions = {}) {
  const migrations = readMigrations(folder);
  // No statement timeout: rewriting a large table may take its time.
  const sql = openSql(target, { max: 1, connection: { application_name: "berth-migrate" } });
  try {
    await requireVersion(sql);
    if (findMissing(migrations, await readNewest(sql)).length === 0) return [];
    return await sql.begin((tx) => applyMissing(tx, migrations, options.lockWaitSeconds ?? LOCK_WAIT_SECONDS));
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function applyMissing(tx: postgres.TransactionSql, migrations: Migration[], lockWaitSeconds: number) {
  await tx`select set_config('lock_timeout', ${`${lockWaitSeconds}s`}, true)`;
  await tx`select pg_advisory_xact_lock(${LOCK_KEY}::bigint)`;
  const missing = findMissing(migrations, await readNewest(tx));
  await tx`create schema if not exists drizzle`;
  await tx`create table if not exists drizzle.__drizzle_migrations
    (id serial primary key, hash text not null, created_at bigint)`;
  for (const migration of missing) {
    for (const statement of migration.statements) await tx.unsafe(statement);
    await tx`insert into drizzle.__drizzle_migrations (hash, created_at)
      values (${migration.hash}, ${migration.createdMs}::bigint)`;
  }
  return missing.map((migration) => migration.name);
}

/** Migrations newer than the database's newest; refuses a database that is ahead of them. */
function findMissing(migrations: Migration[], newestMs: number): Migration[] {
  const newestHere = migrations.at(-1)?.createdMs ?? 0;
  if (newestMs > newestHere) throw new DatabaseNewerError(new Date(newestMs), new Date(newestHere));
  return migrations.filter((migration) => migration.createdMs > newestMs);
}

// The catalogue is read as a table: `to_regclass` may answer from before another replica's migration, although we waited.
async function readNewest(sql: postgres.ISql): Promise<number> {
  const found = await sql`
    select 1 from pg_catalog.pg_tables where schemaname = 'drizzle' and tablename = '__drizzle_migrations'`;
  if (found.length === 0) return 0;
  const [row] = await sql<{ newest: number }[]>`
    select coalesce(max(created_at), 0) as newest from drizzle.__drizzle_migrations`;
  return row?.newest ?? 0;
}

async function requireVersion(sql: Sql): Promise<void> {
  const [row] = await sql<{ number: string; version: string }[]>`
    select current_setting('server_version_num') as number, current_setting('server_version') as version`;
  if (Number(row?.number) < OLDEST_VERSION * 10_000) throw new DatabaseTooOldError(row?.version ?? "older");
}

function readMigrations(folder: string): Migration[] {
  const journal = JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8")) as {
    entries: { tag: string }[];
  };
  const migrations = readMigrationFiles({ migrationsFolder: folder }).map((file, index) => ({
    name: journal.entries[index]?.tag ?? String(index),
    createdMs: file.folderMillis,
    hash: file.hash,
    statements: file.sql.filter((statement) => statement.trim() !== ""),
  }));
  return migrations.sort((a, b) => a.createdMs - b.createdMs);
}
