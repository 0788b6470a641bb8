// Memory for the bytes of bodies: shared with the hashing threads, used again, and in small pieces once many are out.
//
// Nothing is dropped while it may be needed: memory that threads share is gone only when the last of them has collected its
// garbage, and a thread that hashes makes so little that hundreds of dropped pieces can lie there until then.

/** Hands pieces out and takes them back. */
export interface Slabs {
  take(): SharedArrayBuffer;
  /** Other memory than that which was handed out is ignored. */
  give(memory: ArrayBufferLike): void;
}

const largeBytes = 1024 * 1024;
/** A body gets this much at a time when the large pieces are all out: hundreds of slow bodies must not fill the memory. */
const smallBytes = 64 * 1024;
/** Large pieces that may be out at once, over all bodies. */
const maxLarge = 48;
/** What was not used for so long is dropped, but for a little of each size. */
const idleMs = 15_000;
const keptBytes = 16 * 1024 * 1024;

export function createSlabs(): Slabs {
  const [large, small] = [createShelf(largeBytes), createShelf(smallBytes)];
  let largeOut = 0;
  return {
    take() {
      if (largeOut >= maxLarge) return small.take();
      largeOut++;
      return large.take();
    },
    give(memory) {
      if (!(memory instanceof SharedArrayBuffer)) return;
      if (memory.byteLength === smallBytes) small.give(memory);
      if (memory.byteLength !== largeBytes) return;
      largeOut--;
      large.give(memory);
    },
  };
}

/** Spare pieces of one size. */
function createShelf(sizeBytes: number): Slabs {
  const spare: SharedArrayBuffer[] = [];
  const kept = keptBytes / sizeBytes;
  /** So many were on the shelf all the time since it was looked at. */
  let unused = 0;
  let isWatched = false;
  const watch = () => {
    isWatched = spare.length > kept;
    if (isWatched) setTimeout(look, idleMs).unref();
  };
  const look = () => {
    spare.splice(0, Math.min(unused, spare.length - kept));
    unused = spare.length;
    watch();
  };
  return {
    take() {
      const known = spare.pop();
      unused = Math.min(unused, spare.length);
      return known ?? new SharedArrayBuffer(sizeBytes);
    },
    give(memory) {
      spare.push(memory as SharedArrayBuffer);
      if (!isWatched) watch();
    },
  };
}
