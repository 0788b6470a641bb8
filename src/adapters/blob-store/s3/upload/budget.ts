// The memory that all uploads of the process may hold at once: whoever finds none left waits in line.
//
// No deadlock: an upload asks for a whole part at a time and can always fill and send what it got. Objects of at most 1 MiB
// have a share of their own, so that they need not wait behind parts; an upload that turns out to be larger asks for a part
// while it holds its place there, and who holds parts never asks for such a place.
import { largestPartBytes } from "./plan.ts";

/** An upload that brought no more than this needs no part yet. */
export const smallBytes = 1024 * 1024;
const smallShare = 1 / 8;
/** Memory kept for the next part: making it anew costs more than sending it. */
const mostSpare = 4;

/** The least that a budget can be. */
export const leastBudgetBytes = Math.ceil(largestPartBytes / (1 - smallShare));

export interface PartBudget {
  /** Waits for a place among the small ones. @returns gives it back; harmless twice. */
  small(): Promise<() => void>;
  /** Waits for the memory of a part. */
  part(sizeBytes: number): Promise<PartBuffer>;
}

export interface PartBuffer {
  memory: Uint8Array<ArrayBuffer>;
  /** Gives it back, once. @param reusable false when somebody may still be reading it. */
  free(reusable: boolean): void;
}

export function createPartBudget(totalBytes: number): PartBudget {
  const small = createShare(Math.floor(totalBytes * smallShare));
  const parts = createShare(Math.ceil(totalBytes * (1 - smallShare)));
  const spare: Uint8Array<ArrayBuffer>[] = [];
  return {
    small: () => small.take(smallBytes),
    async part(sizeBytes) {
      const give = await parts.take(sizeBytes);
      const at = spare.findIndex(({ byteLength }) => byteLength === sizeBytes);
      const [memory = new Uint8Array(sizeBytes)] = at < 0 ? [] : spare.splice(at, 1);
      return {
        memory,
        free(reusable) {
          if (reusable && spare.length < mostSpare && sizeBytes < largestPartBytes) spare.push(memory);
          give();
        },
      };
    },
  };
}

/** Bytes that are taken and given back, first come, first served. */
function createShare(totalBytes: number) {
  let free = totalBytes;
  const waiting: { sizeBytes: number; go: () => void }[] = [];
  const serve = () => {
    for (let next = waiting[0]; next && next.sizeBytes <= free; next = waiting[0]) {
      free -= next.sizeBytes;
      waiting.shift();
      next.go();
    }
  };
  return {
    async take(sizeBytes: number): Promise<() => void> {
      await new Promise<void>((go) => {
        waiting.push({ sizeBytes, go });
        serve();
      });
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        free += sizeBytes;
        serve();
      };
    },
  };
}
