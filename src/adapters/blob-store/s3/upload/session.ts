// Finds the bytes of an unfinished upload again, by what its session's row says.
import { type BlobKey, BlobStoreError, type Suspended } from "#ports/blob-store.ts";
import { freshSession, readSession, requireOffset, type Tail, type UploadSession } from "../../upload-session.ts";
import type { S3Client } from "../client.ts";
import { headObject, type ObjectHead } from "../objects.ts";
import { nameOf, tailEndings } from "../place.ts";
import { S3Problem } from "../problem.ts";
import { openS3Reader } from "../reader.ts";
import { partBytes } from "./plan.ts";

/** From where a writer goes on. */
export interface Start {
  session: UploadSession;
  /** The bytes beyond the parts, if there are any. */
  rest: ReadableStream<Uint8Array> | null;
  /** The object that was sealed already, when all its bytes were asked for. */
  sealed: ObjectHead | null;
}

/** Finds the bytes before the offset. @throws BlobStoreError "lost" */
export async function findStart(client: S3Client, key: BlobKey, from: Suspended): Promise<Start> {
  const name = nameOf(client.place, key);
  if (from.offset === 0) return { session: freshSession, rest: null, sealed: null };
  const session = readSession(from.state);
  if (!session) return findSealed(client, name, from.offset);
  requireOffset(session, from.offset);
  if (!session.tail) return { session, rest: null, sealed: null };
  const tailName = name + tailEndings[session.tail.ending];
  // A tail is deleted some time after sealing: the object is looked for too.
  const [rest, sealed] = await Promise.all([openTail(client, tailName, session.tail), headObject(client, name)]);
  if (rest && (!sealed || sealed.stamp === session.replaces)) return { session, rest, sealed: null };
  await rest?.cancel();
  return findSealed(client, name, from.offset);
}

/**
 * After a crash between seal and commit the bytes are in the sealed object. What a session had saved is the beginning of
 * whatever it sealed, so the object may be used up to the offset.
 */
async function findSealed(client: S3Client, name: string, offset: number): Promise<Start> {
  const sealed = await headObject(client, name);
  if (!sealed || sealed.sizeBytes < offset) throw new BlobStoreError("lost", "the bytes of the upload are gone");
  const session = { ...freshSession, replaces: sealed.stamp };
  // All of it, and nothing may follow: then it need not be read.
  if (sealed.sizeBytes === offset && offset > partBytes(0)) return { session, rest: null, sealed };
  if (offset > partBytes(0))
    throw new BlobStoreError("lost", "the upload was finished, and is too large to go on with");
  const rest = await openTail(client, name, { sizeBytes: offset, etag: sealed.stamp });
  if (!rest) throw new BlobStoreError("lost", "the bytes of the upload are gone");
  return { session, rest, sealed: sealed.sizeBytes === offset ? sealed : null };
}

async function openTail(
  client: S3Client,
  name: string,
  { sizeBytes, etag }: Pick<Tail, "sizeBytes" | "etag">,
): Promise<ReadableStream<Uint8Array> | null> {
  try {
    const range = { start: 0, end: sizeBytes - 1, etag, isForUpload: true as const };
    return (await openS3Reader(client, name, range))?.body ?? null;
  } catch (error) {
    // Another writer has put other bytes there: this session's are gone.
    if (error instanceof S3Problem && error.status === 412) return null;
    throw error;
  }
}
