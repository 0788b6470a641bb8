// What an isolate remembers between requests: facts, tokens, keys, and what it found out about its database. Everything that
// reaches the network belongs to one request and is made anew for each.
import argon2 from "@phi-ag/argon2/argon2.wasm";
import { createPartMemory } from "#adapters/blob-store/r2/part-buffer.ts";
import type { ServerAbilities } from "#adapters/blob-store/s3/check.ts";
import { createSystemClock } from "#adapters/clock/system.ts";
import { createInlineCompute } from "#adapters/compute/inline.ts";
import { createArgon2id } from "#adapters/compute/wasm/argon2.ts";
import { createFetchEgress } from "#adapters/egress/fetch.ts";
import { createGuard } from "#adapters/egress/guard.ts";
import { createKeyMemory } from "#core/access/keyring.ts";
import { createPasswordMemory } from "#core/access/password-memory.ts";
import { createTokenMemory } from "#core/access/token-memory.ts";
import { createIssuerMemory } from "#core/access/workload/issuer-keys.ts";
import { createContents } from "#core/cache/contents.ts";
import { createFacts } from "#core/cache/facts.ts";
import type { FeedMemory } from "#core/cache/feed.ts";
import { createView } from "#core/cache/view.ts";
import { createCounters } from "#core/repositories/counters.ts";
import type { EdgeConfig } from "./env.ts";
import { createBundledConsole } from "./platform/console-files.ts";

export type Isolate = ReturnType<typeof createIsolate>;

/** What was found out about the database, and when, by `performance.now`. */
export interface Known {
  installationId: string;
  atMs: number;
}

export function createIsolate(config: EdgeConfig) {
  const clock = createSystemClock();
  const view = createView(config.staleAccessSeconds);
  const feed: FeedMemory = { position: null };
  return {
    config,
    clock,
    view,
    feed,
    /** When the feed was last asked, by `performance.now`. */
    feedAskedMs: Number.NEGATIVE_INFINITY,
    facts: createFacts(view),
    contents: createContents({ totalBytes: config.memoryBytes, entryBytes: config.smallBlobBytes }),
    tokens: createTokenMemory(clock),
    egress: createFetchEgress(createGuard(config.egressAllow)),
    issuers: createIssuerMemory(),
    keys: createKeyMemory(),
    // One password after the other, since there is one thread: nobody may wait for another request, which may be cut off.
    passwords: createPasswordMemory(clock, { running: Number.POSITIVE_INFINITY, waiting: 0 }),
    compute: createInlineCompute(createArgon2id(argon2)),
    counters: createCounters(),
    /** When somebody undertook to write the counts, by `performance.now`. */
    foldingSinceMs: Number.NEGATIVE_INFINITY,
    parts: createPartMemory(),
    consoleFiles: createBundledConsole(),
    /** What a bucket that is reached by S3 can do, once it was tried. */
    bucket: null as ServerAbilities | null,
    known: null as Known | null,
  };
}
