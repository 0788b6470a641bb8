// Where a Worker keeps blobs: in R2 by its binding, or in the bucket that BERTH_STORAGE names, by S3.
import { createR2BlobStore } from "#adapters/blob-store/r2.ts";
import { checkBucket } from "#adapters/blob-store/s3/check.ts";
import { createS3Client } from "#adapters/blob-store/s3/client.ts";
import { createS3BlobStore } from "#adapters/blob-store/s3.ts";
import { type BlobStore, BlobStoreError } from "#ports/blob-store.ts";
import type { S3Storage } from "../../config/storage-s3.ts";
import { StartError } from "../../start-error.ts";
import type { EdgeConfig, Env } from "../env.ts";
import type { Isolate } from "../isolate.ts";

/** For the parts of one request: it may not wait for another's, which may never be given back. */
const budgetBytes = 80 * 1024 * 1024;

/** The store, for one request. @throws StartError that says in one line what the bucket lacks. */
export async function openBucket(isolate: Isolate, env: Env): Promise<BlobStore> {
  const { config, parts } = isolate;
  if (config.storage.kind !== "s3")
    return createR2BlobStore({ bucket: env.BLOBS, memory: parts, partBytes: config.r2PartBytes });
  const settings = settingsOf(config, config.storage);
  try {
    // What the server can do is found out once by an isolate.
    isolate.bucket ??= await checkBucket(createS3Client(settings));
    return await createS3BlobStore({ ...settings, budgetBytes }, isolate.bucket);
  } catch (error) {
    throw error instanceof BlobStoreError ? new StartError(`BERTH_STORAGE: ${error.message}`) : error;
  }
}

function settingsOf({ s3AccessKey, s3SecretKey, s3SessionToken }: EdgeConfig, place: S3Storage) {
  const keys = {
    accessKeyId: s3AccessKey as string,
    secretAccessKey: s3SecretKey as string,
    sessionToken: s3SessionToken ?? null,
  };
  return { place, credentials: async () => keys, transport: null, startHash: null };
}
