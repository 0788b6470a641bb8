// Picks the adapters that the configuration asks for and puts the rules' context together.

import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import type { WriteFiles } from "#adapters/blob-store/fs-put.ts";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { createSystemClock } from "#adapters/clock/system.ts";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool, createPoolCompute, forFiles, forPasswords, type Pool } from "#adapters/compute/pool.ts";
import { createGuard } from "#adapters/egress/guard.ts";
import { createPinnedEgress } from "#adapters/egress/pinned.ts";
import { createKeyring } from "#core/access/keyring.ts";
import { createPasswordMemory } from "#core/access/password-memory.ts";
import { createTokenMemory } from "#core/access/token-memory.ts";
import { createIssuerMemory } from "#core/access/workload/issuer-keys.ts";
import { createContents } from "#core/cache/contents.ts";
import { createFacts } from "#core/cache/facts.ts";
import { createView } from "#core/cache/view.ts";
import type { Context, Limits } from "#core/context.ts";
import { createCounters } from "#core/repositories/counters.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import { createSmallBlobWriter } from "#core/uploads/small-blob-writer.ts";
import { createUnsavedSessions } from "#core/uploads/unsaved.ts";
import { ensureInstallation } from "#db/queries/installation.ts";
import type { Database } from "#db/queries/rows.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Config } from "../config/parse.ts";
import { limitsOf } from "../limits.ts";
import { requireStoreOf } from "../store-identity.ts";
import { keepTime } from "./database/keep-time.ts";
import type { Log } from "./log.ts";
import { openS3 } from "./s3/open.ts";
import { readSecretKey } from "./secret-key.ts";

/** The context, and what has to be closed after it. */
export interface OpenContext {
  ctx: Context;
  close(): Promise<void>;
}

/** @param database.exclusive whether this process alone may use it. */
export async function openContext(
  config: Config,
  { db, exclusive }: { db: Database; exclusive: boolean },
  log: Log,
): Promise<OpenContext> {
  const clock = createSystemClock();
  const time = await keepTime(db, clock, log);
  // Its thread is there from the first small upload on; where uploads do not stay in memory, or go elsewhere, it never is.
  let filing: Pool | null = null;
  const blobs = await openBlobStore(config, (task) => {
    filing ??= createPool(1, forFiles);
    return filing.run(task, { name: "writeFiles" });
  });
  const installationId = await ensureInstallation(db, crypto.randomUUID(), clock.now());
  await requireStoreOf(installationId, blobs, db);
  const keys = createKeyring({ db, clock, secretKey: readSecretKey(config.dataDir, config.secretKey) });
  await keys.signing();
  const hashing = createPool(config.poolThreads);
  // Uploads must not keep anyone from logging in: passwords have threads of their own, as many as may be checked at once.
  const compute = createPoolCompute(createPool(2, forPasswords));
  const view = createView(config.staleAccessSeconds);
  const content = { db, blobs, hasher: createPoolHasher(hashing), clock, facts: createFacts(view) };
  const ctx: Context = {
    ...content,
    compute,
    limits: serverLimits(config),
    keys,
    passwords: createPasswordMemory(clock),
    tokens: createTokenMemory(clock),
    egress: createPinnedEgress(createGuard(config.egressAllow)),
    issuers: createIssuerMemory(),
    view,
    contents: createContents({ totalBytes: config.memoryBytes, entryBytes: config.smallBlobBytes }),
    counters: createCounters(),
    resting: createRestingSessions(),
    unsaved: exclusive ? createUnsavedSessions(createSmallBlobWriter(content)) : null,
    installationId,
    report: (level, message, fields = {}) => log[level](fields, message),
  };
  const close = async () => {
    time.stop();
    await compute.close();
    await Promise.all([hashing.destroy(), filing?.destroy()]);
    await blobs.close();
  };
  return { ctx, close };
}

/** The store that the configuration names. */
export function openBlobStore(config: Config, writeFiles?: WriteFiles): Promise<BlobStore> {
  const { storage } = config;
  if (storage.kind === "s3") return openS3(config, storage);
  const durable = config.durability === "full";
  return storage.kind === "file"
    ? createFsBlobStore(storage.path, { durable, ...(writeFiles && { writeFiles }) })
    : Promise.resolve(createMemoryBlobStore());
}

function serverLimits(config: Config): Limits {
  const { bytes, percent } = config.freeSpaceReserve;
  return {
    ...limitsOf(config),
    redirectOver: config.s3Redirect,
    freeSpaceReserve: (total) => Math.max(bytes, (total * percent) / 100),
  };
}
