// Collects the bytes of one upload into parts, in memory that the budget gives, and moves them to the stash when it wants it back.
import type { BodyHash } from "../client.ts";
import { type PartBudget, type PartMemory, smallBytes } from "./budget.ts";
import type { Stash } from "./stash.ts";

/** Bytes that were collected. Whoever has them gives their memory back, once nobody reads it any more. */
export interface Piece {
  bytes: Uint8Array<ArrayBuffer>;
  /** Their SHA-256 as hex, where requests are signed with it. */
  hash: string | null;
  /** Harmless twice. */
  free(): void;
}

export interface Filler {
  sizeBytes(): number;
  /** Copies bytes up to a part's size, waiting for memory. @returns how many were taken. */
  add(bytes: Uint8Array, partSizeBytes: number): Promise<number>;
  /** Hands over what was collected, and begins anew; null when that is nothing. */
  take(): Promise<Piece | null>;
  /** Gives the memory back. */
  close(): void;
}

export interface FillerNeeds {
  budget: PartBudget;
  stash: Stash;
  startHash: (() => BodyHash) | null;
}

export function createFiller({ budget, stash, startHash }: FillerNeeds): Filler {
  let memory: PartMemory | null = null;
  let used = 0;
  let hash: BodyHash | null = null;
  let goOn = () => {};
  let moving: Promise<void> | null = null;

  /** Between two calls the upload waits for its client, and its memory may be asked back. */
  const rest = () => {
    const held = memory;
    if (held) goOn = held.lend(() => (moving = move(held)));
  };
  const move = async (held: PartMemory) => {
    try {
      await stash.add(held.bytes.subarray(0, used));
      memory = null;
      held.free();
    } catch {
      // The bytes are still in memory, which may be asked back again a little later.
      if (memory === held) rest();
    }
  };
  const wake = async () => {
    goOn();
    await moving;
    moving = null;
    goOn();
  };
  /** Memory for so many bytes, with what was collected so far at its beginning. */
  const grow = async (neededBytes: number, partSizeBytes: number) => {
    if (memory && memory.bytes.byteLength >= neededBytes) return;
    const next = await budget.take(memory || neededBytes > smallBytes ? partSizeBytes : neededBytes);
    if (memory) next.bytes.set(memory.bytes.subarray(0, used));
    memory?.free();
    memory = next;
  };
  /** What follows stashed bytes goes there too, without the memory of a part. It is copied: the caller's may be shared by threads. */
  const follow = async (bytes: Uint8Array) => {
    const copy = await budget.take(bytes.byteLength);
    copy.bytes.set(bytes);
    await stash.add(copy.bytes).finally(copy.free);
  };
  return {
    sizeBytes: () => used,
    async add(bytes, partSizeBytes) {
      await wake();
      const stashed = stash.sizeBytes() > 0;
      const taken = bytes.subarray(0, Math.min(partSizeBytes - used, stashed ? smallBytes : Number.POSITIVE_INFINITY));
      if (stashed) await follow(taken);
      else {
        await grow(used + taken.byteLength, partSizeBytes);
        memory?.bytes.set(taken, used);
      }
      used += taken.byteLength;
      hash ??= startHash?.() ?? null;
      hash?.update(taken);
      rest();
      return taken.byteLength;
    },
    async take() {
      await wake();
      if (used === 0) return null;
      if (stash.sizeBytes() > 0) {
        memory = await budget.take(used);
        await stash.readInto(memory.bytes);
      }
      const { bytes, free } = memory as PartMemory;
      const piece = { bytes: bytes.subarray(0, used), hash: hash?.digest() ?? null, free };
      memory = null;
      used = 0;
      hash = null;
      return piece;
    },
    close() {
      goOn();
      memory?.free();
      memory = null;
    },
  };
}
