// Queries on the installation: its id, its settings, its signing keys.
import { sql } from "drizzle-orm/sql";
import { type Database, type Db, rows } from "./rows.ts";

/** The installation's id, made on the first call. */
export async function ensureInstallation(db: Db, id: string, now: Date): Promise<string> {
  await db.execute(
    sql`insert into installation (id, created_at) values (${id}, ${now.toISOString()}) on conflict do nothing`,
  );
  const found = await rows<{ id: string }>(db, sql`select id from installation`);
  return found[0]?.id ?? id;
}

/** What a process has to know before it serves. */
export interface Standing {
  /** Null before the first process made it. */
  installationId: string | null;
  /** When the newest migration was written that the database has, in milliseconds since 1970. */
  newestMigrationMs: number;
  hasAdmin: boolean;
  /** The database's clock, in milliseconds since 1970. */
  nowMs: number;
}

/** All of it in one statement. @throws StatementError with code 42P01 or 3F000 where nothing was ever migrated. */
export async function readStanding(db: Db): Promise<Standing> {
  const found = await rows<Standing>(
    db,
    sql`select (select id from installation) as "installationId",
      (select max(created_at)::float8 from drizzle.__drizzle_migrations) as "newestMigrationMs",
      exists (select 1 from account where is_admin and kind = 'user') as "hasAdmin",
      extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs"`,
  );
  return found[0] as Standing;
}

export async function readSettings(db: Db): Promise<Record<string, unknown>> {
  const found = await rows<{ name: string; value: unknown }>(db, sql`select name, value from setting`);
  return Object.fromEntries(found.map((row) => [row.name, row.value]));
}

export async function writeSetting(db: Db, name: string, value: unknown, now: Date): Promise<void> {
  await db.execute(
    sql`insert into setting (name, value, updated_at) values (${name}, ${JSON.stringify(value)}::jsonb, ${now.toISOString()})
      on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`,
  );
}

export interface SigningKeyRow {
  kid: string;
  publicJwk: Record<string, string>;
  privateSealed: Uint8Array;
  createdAt: Date;
  retiredAt: Date | null;
}

export async function listSigningKeys(db: Db): Promise<SigningKeyRow[]> {
  const found = await rows<
    Omit<SigningKeyRow, "createdAt" | "retiredAt"> & { created: number; retired: number | null }
  >(
    db,
    sql`select kid, public_jwk as "publicJwk", private_sealed as "privateSealed",
      extract(epoch from created_at)::float8 as created, extract(epoch from retired_at)::float8 as retired
      from signing_key order by created_at desc`,
  );
  return found.map(({ created, retired, ...row }) => ({
    ...row,
    createdAt: new Date(created * 1000),
    retiredAt: retired === null ? null : new Date(retired * 1000),
  }));
}

/** Adds a key that signs from now on and retires the others, unless another process did so since `after`. */
export async function rotateSigningKey(
  db: Database,
  key: { kid: string; publicJwk: unknown; privateSealed: Uint8Array; now: Date; newerThan: Date },
): Promise<boolean> {
  const now = key.now.toISOString();
  const insert = sql`with made as (insert into signing_key (kid, public_jwk, private_sealed, created_at)
        select ${key.kid}, ${JSON.stringify(key.publicJwk)}::jsonb, ${key.privateSealed}, ${now}::timestamptz
        where not exists (select 1 from signing_key where retired_at is null and created_at > ${key.newerThan.toISOString()}) returning kid),
      retired as (update signing_key set retired_at = ${now} where retired_at is null and exists (select 1 from made))
      select kid from made`;
  // Two statements: the second sees what was committed while the first waited for the lock.
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(4271019, 1)`);
    return (await rows(tx, insert)).length > 0;
  });
}

/** Forgets keys retired before the cutoff: no token signed with them is valid any more. */
export async function deleteRetiredKeys(db: Db, cutoff: Date): Promise<void> {
  await db.execute(sql`delete from signing_key where retired_at < ${cutoff.toISOString()}`);
}

/** The database's clock, in milliseconds since 1970. Also the question that shows whether the database answers. */
export async function askTime(db: Db): Promise<number> {
  const found = await rows<{ ms: number }>(db, sql`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`);
  return found[0]?.ms ?? Date.now();
}
