// Multipart uploads into an R2 bucket. A binding cannot list those that are unfinished, so each is written down beside its
// object before its first part: whoever removes the key, or takes the upload over, finds it there.
import { BlobStoreError } from "#ports/blob-store.ts";
import { uploadName } from "../s3/place.ts";
import type { R2Binding, R2Head } from "./bucket.ts";
import { headObject, listNames, markName, putObject, readBytes } from "./objects.ts";
import { asking, bucketProblem, isUploadGone } from "./problem.ts";

/** An upload as its session's row names it. */
export interface Upload {
  id: string;
  mark: string;
}

/** Begins an upload, and ends all others of its name: a writer that lost its session must not complete one later. */
export async function beginUpload(bucket: R2Binding, name: string): Promise<Upload> {
  const mark = crypto.randomUUID();
  try {
    const { uploadId: id } = await bucket.createMultipartUpload(name, { customMetadata: { [markName]: mark } });
    const note = new TextEncoder().encode(JSON.stringify({ id }));
    await putObject(bucket, uploadName(name, mark.slice(0, 8)), { bytes: note, replacing: { anything: true } });
    await abortOthers(bucket, name, id);
    return { id, mark };
  } catch (error) {
    throw bucketProblem("begin a multipart upload", error);
  }
}

/** Sends a part. @param index from 0. @returns its ETag. */
export async function sendPart(
  bucket: R2Binding,
  { name, id }: { name: string; id: string },
  { index, bytes }: { index: number; bytes: Uint8Array },
): Promise<string> {
  const upload = bucket.resumeMultipartUpload(name, id);
  const part = await asking("take a part of an upload", () => upload.uploadPart(index + 1, bytes));
  return part.etag;
}

/** An upload with all its parts sent. */
export interface WholeUpload extends Upload {
  name: string;
  etags: readonly string[];
  sizeBytes: number;
  /** Nothing was written since the state in the database: whoever completed the upload, these are its bytes. */
  unchanged: boolean;
}

/** Puts the parts together. @throws BlobStoreError "lost" when another writer has ended the upload. */
export async function completeUpload(bucket: R2Binding, upload: WholeUpload): Promise<R2Head> {
  const { name, id, mark, etags, sizeBytes, unchanged } = upload;
  const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }));
  let asked = 0;
  try {
    return await asking("put an upload together", () => {
      asked++;
      return bucket.resumeMultipartUpload(name, id).complete(parts);
    });
  } catch (error) {
    // At the first attempt it was not us who ended it: then only bytes that the database knows are certain to be in it.
    if (!isLost(error) || (asked === 1 && !unchanged)) throw error;
    const present = await headObject(bucket, name);
    if (present?.customMetadata?.[markName] === mark && present.size === sizeBytes) return present;
    throw error;
  }
}

function isLost(error: unknown): boolean {
  return error instanceof BlobStoreError && error.problem === "lost";
}

/** Aborts the uploads that are written down beside an object, but for one, and removes their notes. */
async function abortOthers(bucket: R2Binding, name: string, keep: string): Promise<void> {
  for await (const note of listNames(bucket, uploadName(name, ""))) {
    const id = await readNote(bucket, note);
    if (id === keep) continue;
    if (id !== null) await abortUpload(bucket, name, id);
    await asking("delete an object", () => bucket.delete(note));
  }
}

/** Removes everything that lies beside an object: tails, stashes, unfinished uploads with their parts; and the object, if it is to go too. */
export async function removeAll(bucket: R2Binding, name: string, { object }: { object: boolean }): Promise<void> {
  const names = object ? [name] : [];
  for await (const beside of listNames(bucket, `${name}.`)) {
    names.push(beside);
    if (!beside.startsWith(uploadName(name, ""))) continue;
    const id = await readNote(bucket, beside);
    if (id !== null) await abortUpload(bucket, name, id);
  }
  if (names.length > 0) await asking("delete objects", () => bucket.delete(names));
}

export async function abortUpload(bucket: R2Binding, name: string, id: string): Promise<void> {
  try {
    await bucket.resumeMultipartUpload(name, id).abort();
  } catch (error) {
    if (!isUploadGone(error)) throw bucketProblem("abort an upload", error);
  }
}

async function readNote(bucket: R2Binding, note: string): Promise<string | null> {
  const bytes = await readBytes(bucket, note);
  if (!bytes) return null;
  const { id } = JSON.parse(new TextDecoder().decode(bytes)) as { id?: unknown };
  return typeof id === "string" ? id : null;
}
