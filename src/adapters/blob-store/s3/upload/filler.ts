// Collects the bytes of one upload into parts, in memory that the budget gives.
import { type PartBudget, smallBytes } from "./budget.ts";

/** Bytes that were collected. Whoever has them gives their memory back. */
export interface Piece {
  bytes: Uint8Array<ArrayBuffer>;
  /** @param reusable false when somebody may still be reading it. */
  free(reusable: boolean): void;
}

export interface Filler {
  sizeBytes(): number;
  /** Copies bytes up to a part's size, waiting for memory. @returns how many were taken. */
  add(bytes: Uint8Array, partSizeBytes: number): Promise<number>;
  /** Hands over what was collected, and begins anew; null when that is nothing. */
  take(): Piece | null;
}

export function createFiller(budget: PartBudget): Filler {
  let held: (Piece & { memory: Uint8Array<ArrayBuffer> }) | null = null;
  const hold = (memory: Uint8Array<ArrayBuffer>, used: number, free: Piece["free"]) => {
    held = { memory, bytes: memory.subarray(0, used), free };
  };
  /** Memory for a whole part, with what was collected so far at its beginning. */
  const grow = async (partSizeBytes: number) => {
    const part = await budget.part(partSizeBytes);
    const before = held?.bytes ?? new Uint8Array();
    part.memory.set(before);
    held?.free(false);
    hold(part.memory, before.byteLength, part.free);
  };
  return {
    sizeBytes: () => held?.bytes.byteLength ?? 0,
    async add(bytes, partSizeBytes) {
      if (!held && bytes.byteLength <= smallBytes) {
        const give = await budget.small();
        hold(bytes.slice(), bytes.byteLength, give);
        return bytes.byteLength;
      }
      if (!held || held.memory.byteLength < partSizeBytes) await grow(partSizeBytes);
      const { memory, bytes: before, free } = held as unknown as NonNullable<typeof held>;
      const taken = Math.min(bytes.byteLength, partSizeBytes - before.byteLength);
      memory.set(bytes.subarray(0, taken), before.byteLength);
      hold(memory, before.byteLength + taken, free);
      return taken;
    },
    take() {
      const piece = held;
      held = null;
      return piece;
    },
  };
}
