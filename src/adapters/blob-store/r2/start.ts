// Finds the bytes of an unfinished upload again, by what its session's row says.
import { BlobStoreError, type Suspended } from "#ports/blob-store.ts";
import { tailEndings } from "../s3/place.ts";
import { freshSession, readSession, requireOffset, type UploadSession } from "../upload-session.ts";
import type { R2Binding, R2Head } from "./bucket.ts";
import { headObject } from "./objects.ts";

/** From where a writer goes on. */
export interface Start {
  session: UploadSession;
  /** The object with the bytes beyond the parts, if there are any: read when they are needed. */
  rest: { name: string; sizeBytes: number; etag: string } | null;
  /** The object that was sealed already, when all its bytes were asked for. */
  sealed: R2Head | null;
}

/** @param partBytes the size of the parts of what begins now. @throws BlobStoreError "lost" when bytes before the offset are gone. */
export async function findStart(
  bucket: R2Binding,
  name: string,
  { from, partBytes }: { from: Suspended; partBytes: number },
): Promise<Start> {
  if (from.offset === 0) return { session: { ...freshSession, partBytes }, rest: null, sealed: null };
  const session = readSession(from.state);
  if (!session) return findSealed(bucket, name, { offset: from.offset, partBytes });
  const { tail } = session;
  requireOffset(session, from.offset);
  if (!tail) return { session, rest: null, sealed: null };
  const tailName = name + tailEndings[tail.ending];
  // A tail is deleted some time after sealing: the object is looked for too.
  const [there, sealed] = await Promise.all([headObject(bucket, tailName), headObject(bucket, name)]);
  const isOurs = there?.etag === tail.etag && (!sealed || sealed.etag === session.replaces);
  if (isOurs) return { session, rest: { ...tail, name: tailName }, sealed: null };
  return findSealed(bucket, name, { offset: from.offset, partBytes });
}

/**
 * A small object is sealed when its writer rests, and after a crash between seal and commit the bytes are in the sealed object.
 * What a session had saved is the beginning of whatever it sealed, so the object may be used up to the offset.
 */
async function findSealed(
  bucket: R2Binding,
  name: string,
  { offset, partBytes }: { offset: number; partBytes: number },
): Promise<Start> {
  const object = await headObject(bucket, name);
  if (!object || object.size < offset) throw new BlobStoreError("lost", "the bytes of the upload are gone");
  const sealed = object.size === offset ? object : null;
  const session = { ...freshSession, partBytes, replaces: object.etag };
  const rest = offset <= partBytes ? { name, sizeBytes: offset, etag: object.etag } : null;
  if (!rest && !sealed) throw new BlobStoreError("lost", "the upload was finished, and is too large to go on with");
  return { session, rest, sealed };
}
