// What went wrong in a bucket, from what R2 says: its errors end with a number.
import { BlobStoreError } from "#ports/blob-store.ts";

/** The number at the end of an error of R2, or null. */
export function codeOf(error: unknown): number | null {
  const found = /\((\d{5})\)\s*$/.exec(error instanceof Error ? error.message : "");
  return found ? Number(found[1]) : null;
}

const noSuchUpload = 10024;
/** The range begins behind the object's end. */
export const rangeBeyond = 10039;

/** Whether a multipart upload was completed or aborted before. */
export function isUploadGone(error: unknown): boolean {
  return codeOf(error) === noSuchUpload || /multipart upload does not exist/i.test(String(error));
}

/** @param what was asked of the bucket, as in "take an object". */
export function bucketProblem(what: string, error: unknown): BlobStoreError {
  if (error instanceof BlobStoreError) return error;
  if (isUploadGone(error)) return new BlobStoreError("lost", "the upload is gone from the bucket", { cause: error });
  return new BlobStoreError("unavailable", `the bucket could not ${what}`, { cause: error });
}

/** Asks, and asks once more when the bucket failed: whoever asks makes sure that asking twice does no harm. */
export async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isUploadGone(error) || codeOf(error) === rangeBeyond) throw bucketProblem(what, error);
  }
  try {
    return await ask();
  } catch (error) {
    throw bucketProblem(what, error);
  }
}
