// Writes one object through an R2 binding: a small one in one request, a larger one in equal parts; what is short of a part
// waits in a tail. A small object that is all there is when its writer rests is sealed at once: most uploads end there.
import { BlobStoreError, type BlobWriter, type Rest, type Sealed, type Suspended } from "#ports/blob-store.ts";
import { tailEndings } from "../s3/place.ts";
import { planOf } from "../s3/upload/plan.ts";
import type { UploadSession } from "../upload-session.ts";
import type { R2Binding, R2Head } from "./bucket.ts";
import { completeUpload, removeAll } from "./multipart.ts";
import { headObject, markName, openObject, putObject, type Replacing } from "./objects.ts";
import type { PartMemory } from "./part-buffer.ts";
import { createParts, type Parts } from "./parts.ts";
import { findStart, type Start } from "./start.ts";

/** What writers share. */
export interface WriterNeeds {
  bucket: R2Binding;
  memory: PartMemory;
  partBytes: number;
  /** Takes work that nobody waits for; what fails there goes when the key is removed. */
  behind: (work: Promise<unknown>) => void;
}

/** One upload while it is written. */
interface Writing extends WriterNeeds {
  name: string;
  from: Suspended;
  start: Start;
  parts: Parts;
  offset: number;
}

export async function openR2Writer(needs: WriterNeeds, name: string, from: Suspended): Promise<BlobWriter> {
  const start = await findStart(needs.bucket, name, { from, partBytes: needs.partBytes });
  const writing: Writing = {
    ...needs,
    name,
    from,
    start,
    parts: createParts(needs, name, start.session),
    offset: from.offset,
  };
  const { parts } = writing;
  return {
    write: (bytes) => write(writing, bytes),
    suspend: () => suspend(writing).finally(parts.close),
    seal: () => seal(writing).finally(parts.close),
    async abort() {
      parts.close();
      await parts.abandon();
    },
  };
}

async function write(writing: Writing, bytes: Uint8Array): Promise<void> {
  const { start, parts } = writing;
  if (bytes.byteLength === 0) return;
  const { largestObjectBytes } = planOf(start.session.partBytes);
  if (writing.offset + bytes.byteLength > largestObjectBytes)
    throw new BlobStoreError("too large", `an object in this bucket has at most ${largestObjectBytes} bytes`);
  await takeRest(writing);
  await parts.add(bytes);
  writing.offset += bytes.byteLength;
}

/** Reads what an earlier writer left beyond its parts, once, as the beginning of the next part. */
async function takeRest({ bucket, start, parts }: Writing): Promise<void> {
  const { rest } = start;
  if (start.sealed && !rest)
    throw new BlobStoreError("lost", "the upload was finished, and is too large to go on with");
  if (!rest) return;
  const { name, sizeBytes, etag } = rest;
  const reading = await openObject(bucket, name, { start: 0, end: sizeBytes - 1, etag });
  if (!reading) throw new BlobStoreError("lost", "the bytes of the upload are gone");
  for await (const chunk of reading.body) await parts.add(chunk);
  start.rest = null;
  start.sealed = null;
}

async function suspend(writing: Writing): Promise<Rest> {
  const { bucket, name, from, start, parts, offset } = writing;
  if (offset === from.offset) return from;
  const sent = await parts.settle(false);
  if (from.offset === 0 && !sent) {
    const object = await putObject(bucket, name, { bytes: parts.rest(), replacing: { nothing: true } });
    if (object) return { offset, state: null, sealed: sealedAs(object) };
  }
  const { tail: before, replaces, partBytes } = start.session;
  // The other of the two names: the database may still name the one before.
  const tail = await writeTail(writing, before?.ending === 0 ? 1 : 0);
  const { upload = null, etags = [] } = sent ?? {};
  const session: UploadSession = { version: 1, upload, etags, tail, replaces, ...(partBytes && { partBytes }) };
  return { offset, state: { ...session } };
}

async function writeTail({ bucket, name, parts }: Writing, ending: 0 | 1): Promise<UploadSession["tail"]> {
  const bytes = parts.rest();
  if (bytes.byteLength === 0) return null;
  const object = await putObject(bucket, name + tailEndings[ending], { bytes, replacing: { anything: true } });
  if (!object) throw new BlobStoreError("unavailable", "the bucket did not take the end of an upload");
  return { ending, sizeBytes: bytes.byteLength, etag: object.etag };
}

async function seal(writing: Writing): Promise<Sealed> {
  const { bucket, name, from, start, offset, behind } = writing;
  if (start.sealed) return sealedAs(start.sealed);
  const object = await makeWhole(writing);
  if (from.offset > 0 || writing.parts.hasParts()) behind(removeAll(bucket, name, { object: false }));
  return { sizeBytes: offset, stamp: object.etag };
}

async function makeWhole(writing: Writing): Promise<R2Head> {
  const { bucket, name, from, start, parts, offset } = writing;
  await takeRest(writing);
  const sent = parts.hasParts() ? await parts.settle(true) : null;
  if (!sent) return sealSmall(writing);
  // A binding has no condition on completing: a writer that lost its session finds its upload aborted, or the object there.
  const present = await headObject(bucket, name);
  const { upload, etags } = sent;
  if (present && present.etag !== start.session.replaces && present.customMetadata?.[markName] !== upload.mark)
    throw anotherWriter();
  return completeUpload(bucket, { ...upload, name, etags, sizeBytes: offset, unchanged: offset === from.offset });
}

async function sealSmall({ bucket, name, start, parts }: Writing): Promise<R2Head> {
  const { replaces } = start.session;
  const replacing: Replacing = replaces === null ? { nothing: true } : { etag: replaces };
  const object = await putObject(bucket, name, { bytes: parts.rest(), replacing });
  if (!object) throw anotherWriter();
  return object;
}

function sealedAs({ size, etag }: R2Head): Sealed {
  return { sizeBytes: size, stamp: etag };
}

/** Sealing may replace only what the writer found: a writer that lost its session must not change what another has sealed. */
function anotherWriter(): BlobStoreError {
  return new BlobStoreError("lost", "another writer has finished this upload");
}
