// Makes an object whole, and knows its own work again when the answer to that was lost.
import { BlobStoreError } from "#ports/blob-store.ts";
import type { S3Client } from "../client.ts";
import { completeMultipart, markHeader } from "../multipart.ts";
import { headObject, putObject } from "../objects.ts";
import { blobHeaders } from "../place.ts";
import { S3Problem } from "../problem.ts";
import type { Piece } from "./filler.ts";

/** Writes a small object in one request. @returns its ETag. @throws BlobStoreError "lost" when another writer was there before. */
export async function sealSmall(
  client: S3Client,
  name: string,
  input: { piece: Piece | null; headers: Record<string, string> },
): Promise<string> {
  const body = input.piece?.bytes ?? new Uint8Array();
  const mark = crypto.randomUUID();
  try {
    const headers = { ...blobHeaders(client.place), ...input.headers, [markHeader]: mark };
    return await putObject(client, name, {
      body,
      bodyHash: input.piece?.hash ?? null,
      headers,
      what: "take an object",
    });
  } catch (error) {
    if (!(error instanceof S3Problem) || error.status !== 412) throw error;
    return await recognise(client, name, { mark, sizeBytes: body.byteLength }, error);
  } finally {
    input.piece?.free();
  }
}

/** An upload with all its parts sent. */
export interface WholeUpload {
  name: string;
  id: string;
  mark: string;
  etags: readonly string[];
  sizeBytes: number;
}

/**
 * Puts a multipart upload together.
 * @param input.unchanged nothing was written since the state in the database: whoever completed the upload, these are its bytes.
 * @returns the object's ETag. @throws BlobStoreError "lost" when the upload is gone.
 */
export async function sealMultipart(
  client: S3Client,
  upload: WholeUpload,
  input: { headers: Record<string, string>; unchanged: boolean },
): Promise<string> {
  try {
    return await completeMultipart(client, upload, { etags: upload.etags, headers: input.headers });
  } catch (error) {
    const over = error instanceof S3Problem && ["PreconditionFailed", "NoSuchUpload"].includes(error.code);
    // At the first attempt it was not us who ended it: then only bytes that the database knows are certain to be in it.
    if (!over || (error.attempts === 1 && !input.unchanged)) throw error;
    return recognise(client, upload.name, upload, error);
  }
}

async function recognise(
  client: S3Client,
  name: string,
  expected: { mark: string; sizeBytes: number },
  error: S3Problem,
): Promise<string> {
  const head = await headObject(client, name);
  if (head?.mark === expected.mark && head.sizeBytes === expected.sizeBytes) return head.stamp;
  throw new BlobStoreError("lost", "another writer has finished this upload", { cause: error });
}
