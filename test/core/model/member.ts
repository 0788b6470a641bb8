// A process with a memory of its own, as the program puts one together: resting sessions, facts and the feed that clears them.
import { type Contents, createContents } from "#core/cache/contents.ts";
import { createFacts } from "#core/cache/facts.ts";
import { createFeed } from "#core/cache/feed.ts";
import { createView, type View } from "#core/cache/view.ts";
import type { Context, Limits, Needs } from "#core/context.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import type { Director } from "./director.ts";
import { gateDatabase } from "./gated-database.ts";
import { gateHasher, gateStore } from "./gated-store.ts";
import type { Place } from "./place.ts";
import { Process } from "./process.ts";

export const limits: Limits = {
  manifestMaxBytes: 4_194_304,
  jsonMaxDepth: 64,
  uploadsPerCaller: 1000,
  uploadExpirySeconds: 86_400,
  condemnedHoldSeconds: 3600,
  // The scrub reads everything each time it is asked to.
  scrubBytesPerSecond: 2 ** 40,
  scrubDays: 0,
  tokenSeconds: 300,
  freeSpaceReserve: () => 0,
};

/** A process and what it needs. */
export interface Member {
  name: string;
  process: Process;
  ctx: Context;
  /** Reads the feed. */
  follow(): Promise<void>;
  /** The moment up to which it knows what others did, should it answer from memory now. */
  knows(): number;
}

/** What the rules of content need; the memory is new. */
export function contextOn(place: Place, reach: Needs<"db" | "blobs" | "hasher">): Context {
  const view: View = createView(0);
  const contents: Contents = createContents({ totalBytes: 1024 * 1024, entryBytes: 64 * 1024 });
  const memory = { view, facts: createFacts(view), contents, resting: createRestingSessions(), unsaved: null };
  // Accounts, tokens and passwords are not part of the model.
  return { ...reach, ...memory, clock: { now: place.now }, limits, report: () => {} } as unknown as Context;
}

export function startMember(place: Place, director: Director, name: string): Member {
  const process = new Process(director, name);
  const way = { director, process };
  const ctx = contextOn(place, {
    db: gateDatabase({ ...way, db: place.db }),
    blobs: gateStore(way, place.blobs),
    hasher: gateHasher(way, place.hasher),
  });
  const feed = createFeed(ctx);
  const reading = new Set<number>();
  let read = Number.POSITIVE_INFINITY;
  return {
    name,
    process,
    ctx,
    async follow() {
      const began = director.tick();
      reading.add(began);
      await feed.read().finally(() => reading.delete(began));
      read = began;
    },
    knows: () => Math.min(...reading, ctx.view.state() === "fresh" ? read : Number.POSITIVE_INFINITY),
  };
}
