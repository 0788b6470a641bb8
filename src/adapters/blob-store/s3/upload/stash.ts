// Keeps the bytes of an unfinished part in the bucket while others need the memory: piece by piece, and read back once.
import { BlobStoreError } from "#ports/blob-store.ts";
import type { S3Client } from "../client.ts";
import { deleteObject, putObject } from "../objects.ts";
import { stashName } from "../place.ts";
import { openS3Reader } from "../reader.ts";

export interface Stash {
  sizeBytes(): number;
  /** Writes the bytes that follow those that are there. */
  add(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Reads all of them to the beginning of the memory, and begins anew. @throws BlobStoreError */
  readInto(memory: Uint8Array): Promise<void>;
  /** Removes every object that was made. */
  remove(): Promise<void>;
}

interface StashedPiece {
  name: string;
  sizeBytes: number;
  etag: string;
}

/** @param name of the object that the bytes are meant for. */
export function createStash(client: S3Client, name: string, signal: AbortSignal): Stash {
  // Of this writer alone: one that lost its session must not overwrite what its successor has stashed.
  const writer = crypto.randomUUID().slice(0, 8);
  const made = new Set<string>();
  let pieces: StashedPiece[] = [];
  return {
    sizeBytes: () => pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    async add(bytes) {
      const piece = stashName(name, writer, pieces.length);
      made.add(piece);
      const what = "keep part of a slow upload";
      // What hashes whole bodies works on a copy of them, of which many uploads would need one at a time when memory is short.
      const hash = client.startHash?.();
      hash?.update(bytes);
      const bodyHash = hash?.digest() ?? null;
      const etag = await putObject(client, piece, { body: bytes, bodyHash, headers: {}, what, signal });
      pieces.push({ name: piece, sizeBytes: bytes.byteLength, etag });
    },
    async readInto(memory) {
      let at = 0;
      for (const piece of pieces) {
        for await (const chunk of await openPiece(client, piece)) {
          memory.set(chunk, at);
          at += chunk.byteLength;
        }
      }
      pieces = [];
    },
    async remove() {
      for (const piece of made) await deleteObject(client, piece);
    },
  };
}

async function openPiece(client: S3Client, { name, sizeBytes, etag }: StashedPiece) {
  const reading = await openS3Reader(client, name, { start: 0, end: sizeBytes - 1, etag, isForUpload: true });
  if (!reading) throw new BlobStoreError("lost", "part of a slow upload is gone from the bucket");
  return reading.body;
}
