// Keeps blobs in a bucket of any server that speaks S3; the names in it are drawn in s3/place.ts.
import type { BlobKey, BlobStore } from "#ports/blob-store.ts";
import { checkBucket, type ServerAbilities } from "./s3/check.ts";
import { type ClientSettings, createS3Client, type S3Client } from "./s3/client.ts";
import { abortOthers, listMultiparts } from "./s3/multipart.ts";
import { deleteBelow, deleteObject, headObject, listObjects, openObject, putObject } from "./s3/objects.ts";
import { besideName, inPlace, keyOf, nameOf } from "./s3/place.ts";
import { S3Problem } from "./s3/problem.ts";
import { openS3Reader } from "./s3/reader.ts";
import { createPartBudget } from "./s3/upload/budget.ts";
import { largestObjectBytes } from "./s3/upload/plan.ts";
import { openS3Writer } from "./s3/upload/writer.ts";
import { readStoreId, storeIdName, writeStoreId } from "./store-id.ts";

export interface S3BlobStoreSettings extends ClientSettings {
  /** Memory for the parts of all uploads together. */
  budgetBytes: number;
}

/** Opens the store after trying what it needs of the bucket, unless that was tried before. @throws BlobStoreError whose message tells the operator what is missing. */
export async function createS3BlobStore(settings: S3BlobStoreSettings, tried?: ServerAbilities): Promise<BlobStore> {
  const client = createS3Client(settings);
  const { place } = client;
  const { conditions } = tried ?? (await checkBucket(client));
  const budget = createPartBudget(settings.budgetBytes);
  const unattended = new Set<Promise<unknown>>();
  const behind = (work: Promise<unknown>) => {
    // What fails here is only untidy: it goes when the key is removed.
    const done = work.catch(() => {}).finally(() => unattended.delete(done));
    unattended.add(done);
  };
  return {
    kind: "s3",
    maxObjectBytes: largestObjectBytes,
    ensureIdentity: (id) => ensureIdentity(client, id, conditions),
    openWriter: (key, from) => openS3Writer({ client, budget, conditions, behind }, key, from),
    read: async (key, range) => openS3Reader(client, nameOf(place, key), range),
    presign: (key, { seconds }) => client.presign(nameOf(place, key), seconds),
    async stat(key) {
      const head = await headObject(client, nameOf(place, key));
      return head && { sizeBytes: head.sizeBytes, stamp: head.stamp };
    },
    remove: (key) => remove(client, key),
    space: async () => null,
    keys: () => listKeys(client),
    async close() {
      await Promise.all(unattended);
    },
  };
}

async function remove(client: S3Client, key: BlobKey): Promise<void> {
  const name = nameOf(client.place, key);
  const beside = deleteBelow(client, besideName(name));
  await Promise.all([abortOthers(client, name, null), deleteObject(client, name), beside]);
}

/** Keys of objects, of tails and of unfinished uploads; one may come more than once while its upload is under way. */
async function* listKeys(client: S3Client): AsyncGenerator<BlobKey> {
  const start = inPlace(client.place, "");
  let last: BlobKey | null = null;
  for await (const name of listObjects(client, start)) {
    const key = keyOf(client.place, name);
    if (key !== null && key !== last) yield key;
    last = key;
  }
  for await (const upload of listMultiparts(client, start)) {
    const key = keyOf(client.place, upload.name);
    if (key !== null) yield key;
  }
}

async function ensureIdentity<Id extends string | null>(
  client: S3Client,
  id: Id,
  conditions: boolean,
): Promise<string | Id> {
  const name = inPlace(client.place, storeIdName);
  const known = await readIdentity(client, name);
  if (known !== null || id === null) return known ?? id;
  try {
    const headers = conditions ? { "if-none-match": "*" } : {};
    await putObject(client, name, { body: writeStoreId(id), headers, what: "take the store's identity" });
  } catch (error) {
    // Another installation was faster: its id is read below.
    if (!(error instanceof S3Problem) || error.status !== 412) throw error;
  }
  return (await readIdentity(client, name)) ?? id;
}

async function readIdentity(client: S3Client, name: string): Promise<string | null> {
  const range = { start: 0, end: 999 };
  const response = await openObject(client, name, { range, etag: null, signal: new AbortController().signal });
  return response && readStoreId(name, await response.text());
}
