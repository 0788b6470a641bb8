// Memory for one part of an upload: it grows with what comes, so that a small object never takes a whole part's memory.

const firstBytes = 256 * 1024;

export interface PartBuffer {
  usedBytes(): number;
  /** Copies what fits into a part. @returns how many bytes were taken. */
  add(bytes: Uint8Array): number;
  /** What was collected, which stays valid until `clear`. */
  view(): Uint8Array;
  clear(): void;
}

export function createPartBuffer(partBytes: number): PartBuffer {
  let memory = new Uint8Array(0);
  let used = 0;
  const grow = (neededBytes: number) => {
    if (neededBytes <= memory.byteLength) return;
    const next = new Uint8Array(Math.min(partBytes, Math.max(neededBytes, firstBytes, memory.byteLength * 4)));
    next.set(memory.subarray(0, used));
    memory = next;
  };
  return {
    usedBytes: () => used,
    add(bytes) {
      const taken = bytes.subarray(0, partBytes - used);
      grow(used + taken.byteLength);
      memory.set(taken, used);
      used += taken.byteLength;
      return taken.byteLength;
    },
    view: () => memory.subarray(0, used),
    clear() {
      used = 0;
    },
  };
}
