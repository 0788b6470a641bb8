// Knows how much room there is: looks at the file system now and then, and counts what is written in between.
import fs from "node:fs/promises";
import { storeProblem } from "./fs-problem.ts";

const lookEveryMs = 200;

export interface Room {
  look(): Promise<{ freeBytes: number; totalBytes: number }>;
  /** Bytes that a writer is about to write: many uploads at once must not all count on the same room. */
  take(bytes: number): void;
}

export function createRoom(root: string): Room {
  let taken = 0;
  let known: { at: number; taken: number; space: ReturnType<typeof measure> } | null = null;
  return {
    async look() {
      if (!known || performance.now() - known.at > lookEveryMs)
        known = { at: performance.now(), taken, space: measure(root) };
      const { taken: before, space } = known;
      const { freeBytes, totalBytes } = await space;
      return { freeBytes: Math.max(0, freeBytes - (taken - before)), totalBytes };
    },
    take(bytes) {
      taken += bytes;
    },
  };
}

async function measure(root: string) {
  const { bavail, bsize, blocks } = await fs.statfs(root).catch(storeProblem);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
