// Keeps memory that was given back for whoever comes next: what is dropped instead stays with the process until its garbage
// is collected, which may be long after others have taken its room.

export interface MemoryPool {
  /** Memory of exactly that size, with whatever was in it. */
  take(sizeBytes: number): Uint8Array<ArrayBuffer>;
  give(memory: Uint8Array<ArrayBuffer>): void;
}

/** What was not used for so long is dropped, but for a little. */
const idleMs = 15_000;
const keptBytes = 32 * 1024 * 1024;

/** @param freeBytes how much may be kept now: what nobody has. */
export function createMemoryPool(freeBytes: () => number): MemoryPool {
  // What was given back last is at the end, and is taken first.
  let kept: Uint8Array<ArrayBuffer>[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const sizeOf = (all: readonly Uint8Array[]) => all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const dropTo = (mostBytes: number) => {
    let at = 0;
    for (let left = sizeOf(kept); left > mostBytes; at++) left -= kept[at]?.byteLength ?? 0;
    kept = kept.slice(at);
  };
  return {
    take(sizeBytes) {
      const at = kept.findLastIndex(({ byteLength }) => byteLength === sizeBytes);
      const [memory = new Uint8Array(sizeBytes)] = at < 0 ? [] : kept.splice(at, 1);
      dropTo(Math.max(0, freeBytes()));
      return memory;
    },
    give(memory) {
      kept.push(memory);
      clearTimeout(timer);
      timer = setTimeout(() => dropTo(keptBytes), idleMs);
      // A process that has nothing else to do may end.
      (timer as { unref?(): void }).unref?.();
    },
  };
}
