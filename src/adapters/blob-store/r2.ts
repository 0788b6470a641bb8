// Keeps blobs in a bucket of Cloudflare R2 through its binding, under the names that s3/place.ts draws: the same bucket may be
// reached through the S3 API, too.
import type { BlobKey, BlobStore } from "#ports/blob-store.ts";
import type { R2Binding } from "./r2/bucket.ts";
import { removeAll } from "./r2/multipart.ts";
import { headObject, listNames, openObject, putObject, readBytes } from "./r2/objects.ts";
import type { PartMemory } from "./r2/part-buffer.ts";
import { openR2Writer } from "./r2/writer.ts";
import { keyOf, nameOf } from "./s3/place.ts";
import { planOf } from "./s3/upload/plan.ts";
import { readStoreId, storeIdName, writeStoreId } from "./store-id.ts";

export interface R2BlobStoreSettings {
  bucket: R2Binding;
  /** Shared by all stores of an isolate. */
  memory: PartMemory;
  /** The size of every part but the last: 5 MiB at least. */
  partBytes: number;
}

/** All of the bucket is the store's. */
const place = { prefix: "" };

export function createR2BlobStore({ bucket, memory, partBytes }: R2BlobStoreSettings): BlobStore {
  const unattended = new Set<Promise<unknown>>();
  const behind = (work: Promise<unknown>) => {
    const done = work.catch(() => {}).finally(() => unattended.delete(done));
    unattended.add(done);
  };
  return {
    kind: "r2",
    maxObjectBytes: planOf(partBytes).largestObjectBytes,
    ensureIdentity: (id) => ensureIdentity(bucket, id),
    openWriter: (key, from) => openR2Writer({ bucket, memory, partBytes, behind }, nameOf(place, key), from),
    read: (key, range) => openObject(bucket, nameOf(place, key), range),
    async stat(key) {
      const head = await headObject(bucket, nameOf(place, key));
      return head && { sizeBytes: head.size, stamp: head.etag };
    },
    remove: (key) => removeAll(bucket, nameOf(place, key), { object: true }),
    space: async () => null,
    keys: () => listKeys(bucket),
    async close() {
      await Promise.all(unattended);
    },
  };
}

/** Keys of objects, of tails and of unfinished uploads. */
async function* listKeys(bucket: R2Binding): AsyncGenerator<BlobKey> {
  let last: BlobKey | null = null;
  for await (const name of listNames(bucket, "")) {
    const key = keyOf(place, name);
    if (key !== null && key !== last) yield key;
    last = key;
  }
}

async function ensureIdentity<Id extends string | null>(bucket: R2Binding, id: Id): Promise<string | Id> {
  const known = await readIdentity(bucket);
  if (known !== null || id === null) return known ?? id;
  // Where another installation was faster, its id is read below.
  await putObject(bucket, storeIdName, { bytes: writeStoreId(id), replacing: { nothing: true } });
  return (await readIdentity(bucket)) ?? id;
}

async function readIdentity(bucket: R2Binding): Promise<string | null> {
  const bytes = await readBytes(bucket, storeIdName);
  return bytes && readStoreId(storeIdName, new TextDecoder().decode(bytes));
}
