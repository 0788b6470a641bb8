// The memory that all uploads of the process may hold at once: whoever finds none left waits in line, first come, first served.
//
// No deadlock: an upload asks for a whole part at a time and can always fill and send what it got. Objects of at most 1 MiB
// have a share of their own, so that they need not wait behind parts; an upload that turns out to be larger asks for a part
// while it holds its place there, and nobody who holds a part that is not yet on its way asks for such a place.
//
// No starving: memory whose holder waits for a slow client is asked back when somebody else needs it.
import { createMemoryPool, type MemoryPool } from "./memory-pool.ts";
import { largestPartBytes, partBytes } from "./plan.ts";
import { createShare, type Place, type Share } from "./share.ts";

/** An upload that brought no more than this needs no part yet. */
export const smallBytes = 1024 * 1024;
const smallShare = 1 / 8;
/** A first piece of less than this is all that there is of an upload: requests are cut into pieces of at least this size. */
const tinyBytes = 64 * 1024;
/** Few sizes, so that memory can be used again. */
const sizes = [smallBytes, partBytes(0), largestPartBytes];

/** Memory that is counted. */
export interface PartMemory extends Place {
  /** As many as were asked for, or more; what was in them before is still there. */
  bytes: Uint8Array<ArrayBuffer>;
}

export interface PartBudget {
  /** Waits for memory: for a whole part, or for no more than `smallBytes`. */
  take(sizeBytes: number): Promise<PartMemory>;
}

/** The size of the largest part must fit beside the share of the small ones. */
export function createPartBudget(totalBytes: number): PartBudget {
  const small = createShare(Math.floor(totalBytes * smallShare));
  const parts = createShare(Math.ceil(totalBytes * (1 - smallShare)));
  const pools = new Map([small, parts].map((share) => [share, createMemoryPool(share.freeBytes)]));
  return {
    async take(neededBytes) {
      const share = neededBytes <= smallBytes ? small : parts;
      if (neededBytes < tinyBytes) return { ...(await share.take(neededBytes)), bytes: new Uint8Array(neededBytes) };
      const sizeBytes = sizes.find((size) => size >= neededBytes) ?? neededBytes;
      return pooled(share, pools.get(share) as MemoryPool, sizeBytes);
    },
  };
}

async function pooled(share: Share, pool: MemoryPool, sizeBytes: number): Promise<PartMemory> {
  const place = await share.take(sizeBytes);
  const bytes = pool.take(sizeBytes);
  let held = true;
  return {
    ...place,
    bytes,
    free() {
      if (held) pool.give(bytes);
      held = false;
      place.free();
    },
  };
}
