// A blob store whose objects can be changed behind the registry's back: with or without a trace, or so that they cannot be read.
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { type BlobKey, type BlobStore, BlobStoreError, type Sealed } from "#ports/blob-store.ts";

interface StoredObject {
  bytes: Uint8Array;
  stamp: string;
  /** Where reading fails, as a bad sector does. */
  badAt: number;
}

export interface DamageableStore extends BlobStore {
  objects: Map<BlobKey, StoredObject>;
  /** How large the chunks of its streams are. */
  chunkBytes: number;
  /** Keys that were opened for reading, in order. */
  reads: BlobKey[];
  /** Puts other bytes there. A change that `hides` leaves the stamp as it was. */
  change(key: BlobKey, how: (bytes: Uint8Array) => Uint8Array, hides?: boolean): void;
  /** Changes the stamp alone, as chmod or a restored backup does. */
  touch(key: BlobKey): void;
}

/** Bytes with one bit of the byte at that place turned over. */
export function flipped(bytes: Uint8Array, at = bytes.byteLength >> 1): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ 4;
  return copy;
}

export function createDamageableStore(): DamageableStore {
  const memory = createMemoryBlobStore();
  const objects: DamageableStore["objects"] = new Map();
  let stamps = 0;
  const look = (key: BlobKey): Sealed | null => {
    const object = objects.get(key);
    return object ? { sizeBytes: object.bytes.byteLength, stamp: object.stamp } : null;
  };
  const store: DamageableStore = {
    ...memory,
    kind: "damageable",
    objects,
    chunkBytes: 1000,
    reads: [],
    async openWriter(key, from) {
      const writer = await memory.openWriter(key, from);
      const seal = async () => {
        const { sizeBytes } = await writer.seal();
        const reading = await memory.read(key, { start: 0, end: sizeBytes - 1 });
        const bytes = new Uint8Array(await new Response(reading?.body ?? null).arrayBuffer());
        objects.set(key, { bytes, stamp: `s${++stamps}`, badAt: Number.POSITIVE_INFINITY });
        return look(key) as Sealed;
      };
      return { ...writer, seal };
    },
    async read(key, { start, end }) {
      const object = objects.get(key);
      const seen = look(key);
      if (!object || !seen) return null;
      store.reads.push(key);
      if (seen.sizeBytes <= end) throw new BlobStoreError("lost", "the object is shorter than its blob");
      return { ...seen, body: stream(object, { start, end }, store.chunkBytes) };
    },
    stat: async (key) => look(key),
    async remove(key) {
      objects.delete(key);
      await memory.remove(key);
    },
    async *keys() {
      yield* objects.keys();
    },
    change(key, how, hides = false) {
      const object = objects.get(key) as StoredObject;
      objects.set(key, { ...object, bytes: how(object.bytes), stamp: hides ? object.stamp : `s${++stamps}` });
    },
    touch: (key) => store.change(key, (bytes) => bytes),
  };
  return store;
}

function stream(object: StoredObject, range: { start: number; end: number }, chunkBytes: number) {
  let at = range.start;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (at > range.end) return controller.close();
        const to = Math.min(at + chunkBytes, range.end + 1);
        if (to > object.badAt) throw new BlobStoreError("unavailable", "the file store cannot read: EIO");
        controller.enqueue(object.bytes.slice(at, to));
        at = to;
      },
    },
    { highWaterMark: 0 },
  );
}
