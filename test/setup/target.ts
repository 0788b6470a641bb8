// A Berth for tests: the whole application on a database of its own, reached by fetch or through a real socket, with a clock
// that the test moves.
import { describe } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool, createPoolCompute } from "#adapters/compute/pool.ts";
import { createGuard } from "#adapters/egress/guard.ts";
import { createPinnedEgress } from "#adapters/egress/pinned.ts";
import { ensureFirstAdmin } from "#core/access/first-admin.ts";
import { createKeyring } from "#core/access/keyring.ts";
import { createPasswordMemory } from "#core/access/password-memory.ts";
import { createTokenMemory } from "#core/access/token-memory.ts";
import { createIssuerMemory } from "#core/access/workload/issuer-keys.ts";
import { createContents } from "#core/cache/contents.ts";
import { createFacts } from "#core/cache/facts.ts";
import type { View } from "#core/cache/view.ts";
import type { Context, Limits } from "#core/context.ts";
import { createCounters } from "#core/repositories/counters.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import { createSmallBlobWriter } from "#core/uploads/small-blob-writer.ts";
import { createUnsavedSessions } from "#core/uploads/unsaved.ts";
import { insertAccount } from "#db/queries/accounts/accounts.ts";
import { ensureInstallation } from "#db/queries/installation.ts";
import { createApp } from "#http/app.ts";
import type { RequestRecord, Surroundings } from "#http/environment.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { openConsoleFiles } from "#runtime/console-files.ts";
import { drainedBytes } from "#runtime/drain.ts";
import { createProxyCheck } from "#runtime/node/proxies.ts";
import { pickMachine } from "#runtime/pick-machine.ts";
import { lackOf, type Need, skippedName, type TargetKind } from "./needs.ts";
import { quickPasswords } from "./quick-passwords.ts";
import { createTestDatabase } from "./test-database.ts";
import { byCall, byWorker, overSocket } from "./ways.ts";

export type { TargetKind } from "./needs.ts";

/**
 * By call, through the socket of the runtime that the tests run on in the fastest way that it has, through the same socket by
 * web streams only, and as a Worker in workerd.
 */
const targetKinds = (process.env.BERTH_TEST_KINDS ?? "fetch,socket").split(",") as TargetKind[];

export interface TestClock {
  now(): Date;
  /** Moves the time on. */
  advance(seconds: number): void;
}

export interface TargetOptions {
  blobs?: BlobStore;
  /** Where the store's files lie, if it is one of local files. */
  blobFolder?: string;
  limits?: Partial<Limits>;
  around?: Partial<Surroundings>;
  trustedProxies?: string[];
  /** Private addresses and ranges that may be asked. */
  egressAllow?: string[];
  /** Hashes passwords as the program does: for tests of just that. */
  realPasswords?: boolean;
  /** Sees the text of every statement. */
  onStatement?: (text: string) => void;
}

export interface Target {
  /** Sends a request to a path such as `/v2/`. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  ctx: Context;
  clock: TestClock;
  /** What was recorded of each request. */
  records: RequestRecord[];
  /** `Authorization` of the system admin. */
  admin: string;
  /** Makes a user (not an admin) and gives its `Authorization`. */
  addUser(name: string): Promise<string>;
  close(): Promise<void>;
}

const password = "correct horse battery staple";

/** The header of Basic credentials. */
export function basic(name: string, word: string = password): string {
  return `Basic ${btoa(`${name}:${word}`)}`;
}

/** Starts a target; close it in `afterAll`. */
export async function startTarget(kind: TargetKind, options: TargetOptions = {}): Promise<Target> {
  const database = await createTestDatabase(options.onStatement);
  // Its thread is started by the first large body: most tests send none.
  const pool = createPool(1, { tasksPerThread: 4096, idleThreads: 0 });
  const compute = createPoolCompute(pool);
  const clock = createTestClock();
  // Over the socket all is kept in memory that may be, by fetch nothing is.
  const view: View = { state: () => (kind === "fetch" ? "unsure" : "fresh"), read() {}, failed() {} };
  const content = {
    db: database.db,
    blobs: options.blobs ?? createMemoryBlobStore(),
    hasher: createPoolHasher(pool),
    clock,
    facts: createFacts(view),
  };
  const ctx: Context = {
    ...content,
    // A Worker checks passwords by itself, and knows no other hashes than real ones.
    compute: options.realPasswords || kind === "workerd" ? compute : quickPasswords(compute),
    limits: { ...defaultLimits, ...options.limits },
    keys: createKeyring({ db: database.db, clock, secretKey: new Uint8Array(32).fill(7) }),
    passwords: createPasswordMemory(clock),
    tokens: createTokenMemory(clock),
    egress: createPinnedEgress(createGuard(options.egressAllow ?? [])),
    issuers: createIssuerMemory(),
    view,
    contents: createContents({ totalBytes: 8 * 1024 * 1024, entryBytes: 64 * 1024 }),
    counters: createCounters(),
    resting: createRestingSessions(),
    unsaved: kind === "fetch" ? null : createUnsavedSessions(createSmallBlobWriter(content)),
    installationId: await ensureInstallation(database.db, crypto.randomUUID(), clock.now()),
    report: () => {},
  };
  await ensureFirstAdmin(ctx, { name: "admin", password, keepGenerated: async () => {} });
  const records: RequestRecord[] = [];
  const surface = { ctx, around: surroundings(options, records, (await pickMachine()).connection) };
  const app = createApp(surface);
  const fast = kind === "socket" ? { surface, blobFolder: options.blobFolder ?? null } : undefined;
  const way =
    kind === "workerd"
      ? await byWorker(database, { ...options.limits, ...options.around }, options.egressAllow)
      : kind === "fetch"
        ? byCall(app)
        : await overSocket(app, fast);
  const addUser = async (name: string) => {
    const passwordHash = await ctx.compute.run("hashPassword", { password });
    await insertAccount(ctx.db, {
      id: crypto.randomUUID(),
      name,
      kind: "user",
      isAdmin: false,
      passwordHash,
      now: clock.now(),
    });
    return basic(name);
  };
  const close = async () => {
    await way.close();
    await ctx.compute.close();
    await database.drop();
  };
  return { fetch: way.fetch, ctx, clock, records, admin: basic("admin"), addUser, close };
}

/** Runs the same tests through every way in that meets the need. */
export function describeMatrix(name: string, tests: (kind: TargetKind) => void, need?: Need): void {
  for (const kind of targetKinds) {
    const reason = need && lackOf(need, kind);
    if (need && reason !== undefined) describe.skip(skippedName(`${name} (${kind})`, need, reason), () => tests(kind));
    else describe(`${name} (${kind})`, () => tests(kind));
  }
}

function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
  };
}

const defaultLimits: Limits = {
  manifestMaxBytes: 4_194_304,
  jsonMaxDepth: 64,
  uploadsPerCaller: 100,
  uploadExpirySeconds: 86_400,
  condemnedHoldSeconds: 3600,
  scrubBytesPerSecond: 0,
  scrubDays: 30,
  tokenSeconds: 300,
  freeSpaceReserve: () => 0,
};

function surroundings(
  options: TargetOptions,
  records: RequestRecord[],
  connection: Surroundings["connection"],
): Surroundings {
  return {
    publicUrl: null,
    ingestOrigin: null,
    bodyLimitBytes: null,
    connection: (c) => {
      const { address, secure } = connection(c);
      return { address: address ?? "127.0.0.1", secure };
    },
    isTrustedProxy: createProxyCheck(options.trustedProxies ?? []),
    record: (request) => void records.push(request),
    drainedBytes,
    minRate: { bytesPerSecond: 1024, seconds: 30 },
    metrics: { token: null, render: async () => ({ contentType: "text/plain", body: "" }) },
    consoleFiles: openConsoleFiles(),
    problem: async () => null,
    draining: () => false,
    ...options.around,
  };
}
