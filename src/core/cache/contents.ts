// Keeps small contents in memory, bounded by their bytes. What a name stands for never changes: a manifest's digest, or a
// blob's key; whether a caller may see it is asked before.
import { createKept } from "./kept.ts";

/** What an entry takes beside its bytes, about. */
const entryBytes = 512;

/** Bytes by digest that lie farther away than memory and nearer than the store, for all processes of a place; lost at any time. */
export interface FarBytes {
  /** What is kept under the digest, right or not. Null when nothing is, or it cannot be had. */
  get(digest: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Keeps them some time later, or not. */
  put(digest: string, bytes: Uint8Array<ArrayBuffer>): void;
}

export interface Contents {
  /** Absent where there is no such thing. */
  readonly far?: FarBytes;
  /** Larger ones are not kept. */
  readonly maxEntryBytes: number;
  get(name: string): Uint8Array<ArrayBuffer> | undefined;
  put(name: string, bytes: Uint8Array<ArrayBuffer>): void;
  drop(name: string): void;
}

export function createContents(limits: { totalBytes: number; entryBytes: number }): Contents {
  const { totalBytes } = limits;
  const maxEntryBytes = Math.min(limits.entryBytes, totalBytes - entryBytes);
  const kept = createKept<Uint8Array<ArrayBuffer>>(totalBytes);
  return {
    maxEntryBytes,
    get: (name) => kept.get(name),
    put(name, bytes) {
      if (bytes.byteLength <= maxEntryBytes) kept.set(name, bytes, bytes.byteLength + entryBytes);
    },
    drop: (name) => kept.delete(name),
  };
}
