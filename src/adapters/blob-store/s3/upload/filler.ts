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
  // What follows the bytes that are in the stash.
  let memory: PartMemory | null = null;
  let used = 0;
  // Whether there was a part already.
  let isLarge = false;
  let hash: BodyHash | null = null;
  let goOn = () => {};
  let moving: Promise<void> | null = null;
  const held = () => used - stash.sizeBytes();

  const stow = async (from: PartMemory) => {
    await stash.add(from.bytes.subarray(0, held()));
    memory = null;
    from.free();
  };
  /** Between two calls the upload waits for its client, and its memory may be asked back. */
  const rest = () => {
    const from = memory;
    if (!from) return;
    goOn = from.lend(() => {
      // What cannot be stowed is still in memory, which may be asked back again a little later.
      moving = stow(from).catch(() => (memory === from ? rest() : undefined));
      return moving;
    });
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
    const next = await budget.take(isLarge || memory ? partSizeBytes : neededBytes);
    if (memory) next.bytes.set(memory.bytes.subarray(0, used));
    memory?.free();
    memory = next;
  };
  /** Once bytes are in the stash, the rest of their part goes there too, with the memory of small uploads. */
  const makeRoom = async (bytes: Uint8Array, partSizeBytes: number) => {
    if (stash.sizeBytes() === 0) await grow(Math.min(used + bytes.byteLength, partSizeBytes), partSizeBytes);
    else memory ??= await budget.take(Math.min(smallBytes, partSizeBytes - used));
    return memory as PartMemory;
  };
  /** All of a part in one piece of memory. */
  const gather = async (): Promise<PartMemory> => {
    if (stash.sizeBytes() === 0) return memory as PartMemory;
    const start = stash.sizeBytes();
    const whole = await budget.take(used);
    try {
      if (memory) whole.bytes.set(memory.bytes.subarray(0, held()), start);
      await stash.readInto(whole.bytes);
    } catch (error) {
      whole.free();
      throw error;
    }
    memory?.free();
    return whole;
  };
  return {
    sizeBytes: () => used,
    async add(bytes, partSizeBytes) {
      await wake();
      const room = await makeRoom(bytes, partSizeBytes);
      const taken = bytes.subarray(0, Math.min(room.bytes.byteLength - held(), partSizeBytes - used));
      room.bytes.set(taken, held());
      used += taken.byteLength;
      hash ??= startHash?.() ?? null;
      hash?.update(taken);
      if (stash.sizeBytes() > 0 && held() === room.bytes.byteLength) await stow(room);
      rest();
      return taken.byteLength;
    },
    async take() {
      await wake();
      if (used === 0) return null;
      const { bytes, free } = await gather();
      const piece = { bytes: bytes.subarray(0, used), hash: hash?.digest() ?? null, free };
      memory = null;
      used = 0;
      hash = null;
      isLarge = true;
      return piece;
    },
    close() {
      goOn();
      memory?.free();
      memory = null;
    },
  };
}
