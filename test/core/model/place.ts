// What the processes of a run share: one database with 8 connections, one memory store, and the time, which moves only when it is moved.
import { sql } from "drizzle-orm/sql";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool } from "#adapters/compute/pool.ts";
import type { Caller } from "#core/access/caller.ts";
import type { Where } from "#core/content/where.ts";
import { connectDatabase } from "#db/connect/server.ts";
import { findAccountById, insertAccount } from "#db/queries/accounts/accounts.ts";
import { findRepository, insertRepository } from "#db/queries/repositories.ts";
import type { Database } from "#db/queries/rows.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Hasher } from "#ports/hasher.ts";
import { createTestDatabase } from "#test/setup/test-database.ts";
import { holdTime } from "./still-time.ts";
import type { Probe } from "./under-way.ts";

const connections = 8;

/** Faster than to truncate: what one run leaves is little. */
const emptied = sql`with a as (delete from event), b as (delete from tag), c as (delete from manifest_edge), d as (delete from manifest),
  e as (delete from manifest_bytes), f as (delete from link), g as (delete from blob_digest), h as (delete from blob_scrub),
  i as (delete from upload) delete from blob`;

export interface Place {
  /** For the processes. */
  db: Database;
  /** For the test itself, beside them. */
  watch: Database;
  probe: Probe;
  blobs: BlobStore;
  hasher: Hasher;
  caller: Caller;
  /** Two repositories; tags of the second do not move. */
  repositories: readonly Where[];
  now(): Date;
  advance(seconds: number): void;
  /** Empties everything for another run. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function createPlace(): Promise<Place> {
  const database = await createTestDatabase();
  // Deadlocks are part of the play: nobody should wait for them.
  const settings = { deadlock_timeout: "20ms" };
  const client = connectDatabase(database.connection, { max: connections, settings });
  const pool = createPool(1);
  const furniture = await furnish(database.db);
  // The pool of connections has its timers by now, and keeps them.
  await client.db.execute(sql`select 1`);
  // Time stands still from now on; what wants to be done at intervals is done as time is moved.
  const began = Date.now();
  const time = holdTime();
  const place: Place = {
    ...furniture,
    now: () => new Date(began + time.passedMs()),
    advance: time.advance,
    db: client.db,
    watch: database.db,
    probe: { connections, lockWaiters: () => lockWaiters(database.db) },
    blobs: createMemoryBlobStore(),
    hasher: createPoolHasher(pool),
    async clear() {
      await database.db.execute(emptied);
      place.blobs = createMemoryBlobStore();
    },
    async close() {
      time.release();
      await Promise.all([pool.destroy(), client.close()]);
      await database.drop();
    },
  };
  return place;
}

async function furnish(db: Database): Promise<Pick<Place, "caller" | "repositories">> {
  const now = new Date();
  const account = { id: crypto.randomUUID(), name: "owner", kind: "user", isAdmin: false, passwordHash: null } as const;
  await insertAccount(db, { ...account, now });
  const caller: Caller = { account: await findAccountById(db, account.id), grants: null, how: "basic" };
  const make = async (name: string, immutableTags: boolean): Promise<Where> => {
    const row = {
      id: crypto.randomUUID(),
      accountId: account.id,
      name,
      visibility: "private",
    } as const;
    await insertRepository(db, { ...row, now }, { immutableTags });
    return { repository: (await findRepository(db, `owner/${name}`))!, caller };
  };
  return { caller, repositories: [await make("first", false), await make("second", true)] };
}

async function lockWaiters(db: Database): Promise<number> {
  const found = await db.execute(
    sql`select count(*)::int as waiters from pg_stat_activity a where a.datname = current_database()
      and exists (select 1 from pg_locks l where l.pid = a.pid and not l.granted)`,
  );
  return found[0]?.waiters as number;
}
