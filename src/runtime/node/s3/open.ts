// Opens the bucket that the configuration names.
import { createHash } from "node:crypto";
import type { BodyHash } from "#adapters/blob-store/s3/client.ts";
import { createS3BlobStore } from "#adapters/blob-store/s3.ts";
import { type BlobStore, BlobStoreError } from "#ports/blob-store.ts";
import type { Config } from "../../config/parse.ts";
import type { S3Storage } from "../../config/storage-s3.ts";
import { StartError } from "../../start-error.ts";
import { createCredentials } from "./credentials.ts";
import { createNodeTransport } from "./transport.ts";

/** @throws StartError that says in one line what the bucket lacks. */
export async function openS3(config: Config, storage: S3Storage): Promise<BlobStore> {
  const { s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey, s3SessionToken } = config;
  const own =
    accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken: s3SessionToken ?? null } : null;
  const { transport, close } = createNodeTransport();
  try {
    const store = await createS3BlobStore({
      place: storage,
      credentials: createCredentials(own, process.env, storage.region),
      transport,
      startHash,
      budgetBytes: config.s3BufferBytes,
    });
    return { ...store, close: () => store.close().finally(close) };
  } catch (error) {
    close();
    throw error instanceof BlobStoreError ? new StartError(`BERTH_STORAGE: ${error.message}`) : error;
  }
}

function startHash(): BodyHash {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest("hex") };
}
