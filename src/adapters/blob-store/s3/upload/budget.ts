// The memory that all uploads of the process may hold at once: whoever finds none left waits in line, first come, first served.
//
// No deadlock: an upload asks for a whole part at a time and can always fill and send what it got. Objects of at most 1 MiB
// have a share of their own, so that they need not wait behind parts; an upload that turns out to be larger asks for a part
// while it holds its place there, and nobody who holds a part that is not yet on its way asks for such a place.
//
// No starving: memory whose holder waits for a slow client is asked back when somebody else needs it.
import { partBytes } from "./plan.ts";
import { createShare, type Place } from "./share.ts";

/** An upload that brought no more than this needs no part yet. */
export const smallBytes = 1024 * 1024;
const smallShare = 1 / 8;
/** Memory of parts that is kept for the next ones: making it anew costs more than sending it. */
const mostSpare = 4;
const spareBytes = partBytes(0);

/** Memory that is counted. */
export interface PartMemory extends Place {
  /** Of the size that was asked for; what was in it before is still there. */
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
  const spare: Uint8Array<ArrayBuffer>[] = [];
  /** Spare memory counts too: a part of another size takes its room. */
  const allocate = (sizeBytes: number) => {
    if (sizeBytes === spareBytes) return spare.pop() ?? new Uint8Array(sizeBytes);
    while (spare.length > 0 && spare.length * spareBytes > parts.freeBytes()) spare.pop();
    return new Uint8Array(sizeBytes);
  };
  return {
    async take(sizeBytes) {
      if (sizeBytes <= smallBytes) return { ...(await small.take(sizeBytes)), bytes: new Uint8Array(sizeBytes) };
      const place = await parts.take(sizeBytes);
      const bytes = allocate(sizeBytes);
      let held = true;
      return {
        ...place,
        bytes,
        free() {
          if (held && sizeBytes === spareBytes && spare.length < mostSpare) spare.push(bytes);
          held = false;
          place.free();
        },
      };
    },
  };
}
