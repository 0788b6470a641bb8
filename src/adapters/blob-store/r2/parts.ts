// Turns the bytes of one upload into equal parts. While one part is on its way the next is collected, as long as few uploads
// of the isolate do so: its memory is small, and nobody waits for another request's memory, which may never come back.
import { planOf } from "../s3/upload/plan.ts";
import type { UploadSession } from "../upload-session.ts";
import type { R2Binding } from "./bucket.ts";
import { abortUpload, beginUpload, sendPart, type Upload } from "./multipart.ts";
import { createPartBuffer, type PartBuffer, type PartMemory } from "./part-buffer.ts";

/** Parts that were all sent. */
export interface Sent {
  upload: Upload;
  etags: string[];
}

export interface Parts {
  /** Takes bytes; waits where the bucket is slower than they come. */
  add(bytes: Uint8Array): Promise<void>;
  /** Waits for the parts under way. @param all sends the rest as the last part, else only a whole one. @returns null before the first part. */
  settle(all: boolean): Promise<Sent | null>;
  /** Whether a part was sent, now or by an earlier writer. */
  hasParts(): boolean;
  /** The bytes that are in no part. */
  rest(): Uint8Array;
  /** Gives the memory back. */
  close(): void;
  /** After close: leaves nothing behind of an upload that was begun here. */
  abandon(): Promise<void>;
}

export function createParts(
  { bucket, memory }: { bucket: R2Binding; memory: PartMemory },
  name: string,
  session: UploadSession,
): Parts {
  const { partBytes } = planOf(session.partBytes);
  const etags = [...session.etags];
  let { upload } = session;
  let count = etags.length;
  let filling = createPartBuffer(partBytes(count), memory);
  let spare: PartBuffer | null = null;
  let hasExtra = false;
  let failed: { error: unknown } | null = null;
  let underWay: Promise<void> | null = null;
  let sending: PartBuffer | null = null;
  let isClosed = false;

  const settled = async () => {
    await underWay;
    if (failed) throw failed.error;
  };
  /** A second buffer, if there may be one more. */
  const another = (): PartBuffer | null => {
    if (spare) return spare;
    if (!hasExtra && memory.extra >= memory.most) return null;
    if (!hasExtra) memory.extra++;
    hasExtra = true;
    return createPartBuffer(partBytes(count), memory);
  };
  const flush = async () => {
    if (filling.usedBytes() === 0) return;
    upload ??= await beginUpload(bucket, name);
    await settled();
    const { id } = upload;
    const index = count++;
    const part = filling;
    sending = part;
    underWay = sendPart(bucket, { name, id }, { index, bytes: part.view() })
      .then(
        (etag) => {
          etags[index] = etag;
        },
        (error) => {
          failed ??= { error };
        },
      )
      .finally(() => {
        sending = null;
        if (isClosed) part.release();
        else part.clear();
      });
    const next = another();
    if (next) [filling, spare] = [next, part];
    else await settled();
  };
  return {
    async add(bytes) {
      for (let rest = bytes; rest.byteLength > 0; ) {
        // A full part waits for the next byte: the object may end here.
        if (filling.usedBytes() === partBytes(count)) await flush();
        rest = rest.subarray(filling.add(rest));
      }
    },
    async settle(all) {
      if (all || filling.usedBytes() === partBytes(count)) await flush();
      await settled();
      return upload && { upload, etags };
    },
    hasParts: () => count > 0,
    rest: () => filling.view(),
    close() {
      isClosed = true;
      // What is still on its way is read until it has arrived.
      for (const buffer of [filling, spare]) if (buffer !== sending) buffer?.release();
      if (hasExtra) memory.extra--;
      hasExtra = false;
    },
    async abandon() {
      await underWay;
      if (upload && upload !== session.upload) await abortUpload(bucket, name, upload.id).catch(() => {});
    },
  };
}
