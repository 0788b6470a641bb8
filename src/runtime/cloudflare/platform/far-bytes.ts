// Keeps small blobs in Workers KV, by digest and nothing else: a Worker at another place finds them nearer than the bucket.
// Whether a caller may see them was asked before, and what is found there is hashed before it is given.
import type { FarBytes } from "#core/cache/contents.ts";
import type { Waiting } from "../answer.ts";
import type { Log } from "../log.ts";

/** What is used of a KV namespace. */
export interface KvBinding {
  get(key: string, type: "arrayBuffer"): Promise<ArrayBuffer | null>;
  put(key: string, value: ArrayBuffer, options: { expirationTtl: number }): Promise<void>;
}

/** Nothing removes them when a blob is deleted, so they go by themselves. */
const keepSeconds = 7 * 86_400;

export function createFarBytes(kv: KvBinding, waiting: Waiting, log: Log): FarBytes {
  const note = (error: unknown) => log("warn", "the namespace BYTES does not answer", { error: String(error) });
  return {
    async get(digest) {
      try {
        const found = await kv.get(digest, "arrayBuffer");
        return found && new Uint8Array(found);
      } catch (error) {
        note(error);
        return null;
      }
    },
    put(digest, bytes) {
      waiting.waitUntil(kv.put(digest, bytes.slice().buffer, { expirationTtl: keepSeconds }).catch(note));
    },
  };
}
