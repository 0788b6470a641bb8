// Where an unfinished upload into a bucket stands, as it is kept in the session's row. One form for every way into a bucket, so
// that what began through the S3 API may go on through a binding.
import { BlobStoreError, type StoreState } from "#ports/blob-store.ts";
import { planOf } from "./s3/upload/plan.ts";

/** The bytes that are short of a part. `ending` says which of the two names holds them. */
export interface Tail {
  ending: 0 | 1;
  sizeBytes: number;
  etag: string;
}

/** The form in the row. */
export interface UploadSession {
  version: 1;
  upload: { id: string; mark: string } | null;
  /** Of the parts from number 1 on; their sizes follow from their numbers. */
  etags: string[];
  tail: Tail | null;
  /** The ETag of an object that was sealed in vain, which the next sealing replaces. */
  replaces: string | null;
  /** The size of every part, where all are equal; absent: as the S3 adapter plans them. */
  partBytes?: number;
}

/** A session of which no byte is stored. */
export const freshSession: UploadSession = { version: 1, upload: null, etags: [], tail: null, replaces: null };

/** Anything that is not of this form is as if nothing were known. */
export function readSession(state: StoreState): UploadSession | null {
  const session = state as unknown as UploadSession | null;
  return session?.version === 1 && Array.isArray(session.etags) ? session : null;
}

/** @throws BlobStoreError "lost" when the session does not stand where its writer wants to go on. */
export function requireOffset(session: UploadSession, offset: number): void {
  const sizeBytes = planOf(session.partBytes).bytesOfParts(session.etags.length) + (session.tail?.sizeBytes ?? 0);
  if (sizeBytes !== offset) throw new BlobStoreError("lost", `the upload has ${sizeBytes} of ${offset} bytes`);
}
