// Keeps blobs in memory: for tests and for trying things out; everything is gone with the process.
import { type BlobKey, type BlobStore, BlobStoreError, type BlobWriter, type Suspended } from "#ports/blob-store.ts";

const readChunkBytes = 256 * 1024;

export function createMemoryBlobStore(): BlobStore {
  const objects = new Map<BlobKey, Uint8Array[]>();
  let identity: string | null = null;
  return {
    kind: "memory",
    async ensureIdentity<Id extends string | null>(id: Id): Promise<string | Id> {
      identity ??= id;
      return identity ?? id;
    },
    openWriter: async (key, from) => openWriter(objects, key, from),
    read: async (key, range) => {
      const parts = objects.get(key);
      return parts ? { body: stream(join(parts), range), sizeBytes: sizeOf(parts), stamp: null } : null;
    },
    stat: async (key) => {
      const parts = objects.get(key);
      return parts ? { sizeBytes: sizeOf(parts), stamp: null } : null;
    },
    remove: async (key) => void objects.delete(key),
    space: async () => null,
    async *keys() {
      yield* objects.keys();
    },
    close: async () => objects.clear(),
  };
}

function openWriter(objects: Map<BlobKey, Uint8Array[]>, key: BlobKey, from: Suspended): BlobWriter {
  const before = join(objects.get(key) ?? []);
  if (before.byteLength < from.offset) throw new BlobStoreError("lost", "the object of the upload is gone");
  const parts = [before.slice(0, from.offset)];
  objects.set(key, parts);
  return {
    write: async (bytes) => void parts.push(bytes.slice()),
    suspend: async () => ({ offset: sizeOf(parts), state: null }),
    seal: async () => ({ sizeBytes: sizeOf(parts), stamp: null }),
    abort: async () => {},
  };
}

function stream(bytes: Uint8Array, range: { start: number; end: number }): ReadableStream<Uint8Array> {
  let at = range.start;
  return new ReadableStream(
    {
      pull(controller) {
        if (at > range.end) return controller.close();
        const chunk = bytes.slice(at, Math.min(at + readChunkBytes, range.end + 1));
        if (chunk.byteLength === 0)
          return controller.error(new BlobStoreError("lost", "the object is shorter than its blob"));
        at += chunk.byteLength;
        controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
