// Processes of a Berth that share one database and one folder, each of which can be killed without a word.
import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm/sql";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool } from "#adapters/compute/pool.ts";
import { createFacts } from "#core/cache/facts.ts";
import { createView } from "#core/cache/view.ts";
import type { Needs } from "#core/context.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import type { Database } from "#db/queries/rows.ts";
import { type BlobStore, BlobStoreError, type BlobWriter } from "#ports/blob-store.ts";
import { createTestDatabase } from "#test/setup/test-database.ts";

/** What the rules of uploads need. */
export type ProcessContext = Needs<
  "db" | "blobs" | "hasher" | "clock" | "limits" | "report" | "resting" | "facts" | "unsaved"
>;

/** One process. */
export interface Process {
  ctx: ProcessContext;
  /** From now on it reaches neither the database nor its files. */
  kill(): void;
  /** From now on it reaches its files alone. */
  loseDatabase(): void;
}

/** The place that processes share, and the time. */
export interface World {
  db: Database;
  root: string;
  advance(seconds: number): void;
  now(): Date;
  start(): Promise<Process>;
  close(): Promise<void>;
}

const limits = {
  manifestMaxBytes: 4_194_304,
  jsonMaxDepth: 64,
  uploadsPerCaller: 1000,
  uploadExpirySeconds: 86_400,
  condemnedHoldSeconds: 3600,
  scrubBytesPerSecond: 0,
  scrubDays: 30,
  tokenSeconds: 300,
  freeSpaceReserve: () => 0,
};

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase();
  const root = await fs.mkdtemp(path.join(tmpdir(), "berth-world-"));
  const pool = createPool(1);
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const start = async (): Promise<Process> => {
    let dead = false;
    let cutOff = false;
    const alive = () => {
      if (dead) throw new BlobStoreError("unavailable", "the process was killed");
    };
    const connected = () => {
      if (dead || cutOff) throw new Error("the database cannot be reached");
    };
    const db = guarded(database.db, connected);
    const blobs = guardedStore(await createFsBlobStore(root), alive);
    const ctx = {
      db,
      blobs,
      hasher: createPoolHasher(pool),
      clock: { now },
      limits,
      report: () => {},
      resting: createRestingSessions(),
      unsaved: null,
      facts: createFacts(createView(0)),
    };
    const kill = () => {
      dead = true;
    };
    const loseDatabase = () => {
      cutOff = true;
    };
    return { ctx, kill, loseDatabase };
  };
  return {
    db: database.db,
    root,
    now,
    start,
    advance(seconds) {
      ahead += seconds * 1000;
    },
    async close() {
      await pool.destroy();
      await database.drop();
      await fs.rm(root, { recursive: true, force: true });
    },
  };
}

/** The keys that rows of table blob name. */
export async function registeredKeys(world: World): Promise<string[]> {
  const found = await world.db.execute(sql`select key from blob order by key`);
  return found.map((row) => row.key as string);
}

/** Asks before every use. */
function guarded<T extends object>(thing: T, alive: () => void): T {
  return new Proxy(thing, {
    get(target, name) {
      alive();
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function guardedStore(store: BlobStore, alive: () => void): BlobStore {
  const openWriter: BlobStore["openWriter"] = async (key, from) => {
    alive();
    const writer = await store.openWriter(key, from);
    // A killed process closes its files, and that is all it does.
    return { ...guardedWriter(writer, alive), abort: () => writer.abort() };
  };
  return { ...storeMethods(store, alive), openWriter };
}

function guardedWriter(writer: BlobWriter, alive: () => void): BlobWriter {
  const ask =
    <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      alive();
      return method(...args);
    };
  return { write: ask(writer.write), suspend: ask(writer.suspend), seal: ask(writer.seal), abort: writer.abort };
}

function storeMethods(store: BlobStore, alive: () => void): Omit<BlobStore, "openWriter"> {
  const ask =
    <A extends unknown[], R>(method: (...args: A) => R) =>
    (...args: A): R => {
      alive();
      return method(...args);
    };
  return {
    kind: store.kind,
    ensureIdentity: ask(store.ensureIdentity),
    read: ask(store.read),
    stat: ask(store.stat),
    remove: ask(store.remove),
    space: ask(store.space),
    keys: ask(store.keys),
    close: store.close,
  };
}
