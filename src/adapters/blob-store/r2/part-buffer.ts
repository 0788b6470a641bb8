// Memory for one part of an upload: it grows with what comes, so that a small object never takes a whole part's memory. Memory of
// a whole part is kept for the isolate's next upload: what is dropped stays with the isolate until its garbage is collected.

const firstBytes = 256 * 1024;
const mostKept = 2;

/** The memory of an isolate's uploads. */
export interface PartMemory {
  /** Parts beyond the first of each upload that may be in memory at once. */
  readonly most: number;
  extra: number;
  /** Memory of whole parts that nobody uses. */
  readonly kept: Uint8Array<ArrayBuffer>[];
}

/** With 128 MiB in all, three parts of 16 MiB beside the first of each upload. */
export function createPartMemory(most = 3): PartMemory {
  return { most, extra: 0, kept: [] };
}

export interface PartBuffer {
  usedBytes(): number;
  /** Copies what fits into a part. @returns how many bytes were taken. */
  add(bytes: Uint8Array): number;
  /** What was collected, which stays valid until `clear`. */
  view(): Uint8Array;
  clear(): void;
  /** Gives its memory back, which nobody reads any more. */
  release(): void;
}

export function createPartBuffer(partBytes: number, { kept }: PartMemory): PartBuffer {
  let memory = new Uint8Array(0);
  let used = 0;
  const takeKept = () => {
    const at = kept.findIndex(({ byteLength }) => byteLength === partBytes);
    return at < 0 ? null : (kept.splice(at, 1)[0] as Uint8Array<ArrayBuffer>);
  };
  const grow = (neededBytes: number) => {
    if (neededBytes <= memory.byteLength) return;
    const wanted = Math.min(Math.max(neededBytes, firstBytes, memory.byteLength * 4), partBytes);
    // What is kept is there anyway: nothing between is taken and dropped. Small objects leave it to those that need it.
    const next = (wanted > firstBytes && takeKept()) || new Uint8Array(wanted);
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
    release() {
      if (memory.byteLength === partBytes && kept.length < mostKept) kept.push(memory);
      memory = new Uint8Array(0);
      used = 0;
    },
  };
}
