// Puts the rules' context together for one request: its own way to the database and the bucket, and the isolate's memory.
import { createInlineHasher } from "#adapters/compute/inline-hasher.ts";
import { createKeyring } from "#core/access/keyring.ts";
import type { Context } from "#core/context.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import { connectHyperdrive } from "#db/connect/hyperdrive.ts";
import { limitsOf } from "../limits.ts";
import type { Waiting } from "./answer.ts";
import type { Env } from "./env.ts";
import type { Isolate } from "./isolate.ts";
import type { Log } from "./log.ts";
import { openBucket } from "./platform/bucket.ts";
import { createFarBytes } from "./platform/far-bytes.ts";
import { workerdHashing } from "./platform/hashing.ts";

/** Everything but what the database says. */
export type Unopened = Omit<Context, "installationId">;

/** A context for one request, and what ends what it opened. */
export interface RequestContext {
  ctx: Unopened;
  close(): Promise<void>;
}

/** @throws StartError when the bucket cannot be used. */
export async function openRequest(
  isolate: Isolate,
  env: Env,
  { log, waiting }: { log: Log; waiting?: Waiting },
): Promise<RequestContext> {
  const { config, clock, view, facts, contents, tokens, passwords, compute, counters, egress, issuers } = isolate;
  const blobs = await openBucket(isolate, env);
  const { db, end } = connectHyperdrive(env.HYPERDRIVE.connectionString);
  const ctx: Unopened = {
    db,
    blobs,
    hasher: createInlineHasher(workerdHashing),
    compute,
    clock,
    // A bucket has no end.
    limits: { ...limitsOf(config), redirectOver: null, freeSpaceReserve: () => 0 },
    keys: createKeyring({ db, clock, secretKey: config.secretKey }, isolate.keys),
    passwords,
    tokens,
    egress,
    issuers,
    view,
    facts,
    contents: env.BYTES && waiting ? { ...contents, far: createFarBytes(env.BYTES, waiting, log) } : contents,
    counters,
    // A request may be cut off at any moment, and a session that it had would pass for busy in this isolate for ever.
    resting: createRestingSessions(),
    unsaved: null,
    report: (level, message, fields = {}) => log(level, message, fields),
  };
  const close = async () => {
    await blobs.close();
    await end();
  };
  return { ctx, close };
}
