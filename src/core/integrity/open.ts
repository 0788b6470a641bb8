// Opens a blob's bytes for a reader: plainly when size and stamp are those that were recorded, else only after or while they are hashed.
import type { BlobRow } from "#db/queries/blobs.ts";
import { findBlob } from "#db/queries/integrity.ts";
import { registryError } from "#oci/error.ts";
import { BlobStoreError, type Reading } from "#ports/blob-store.ts";
import { type IntegrityNeeds, markDamaged } from "./damage.ts";
import { verifiedChunks } from "./verified-stream.ts";
import { openStored, verifyOnce } from "./verify.ts";

type Range = { start: number; end: number };
type Body = ReadableStream<Uint8Array>;

/**
 * A stream of part of a blob. Bytes that turn out wrong before the first has left are no stream; later they break it.
 * @returns null when the blob is damaged: it is marked now. @throws BlobStoreError, UNAVAILABLE; these mark nothing.
 */
export async function openSound(ctx: IntegrityNeeds, blob: BlobRow, range: Range): Promise<Body | null> {
  const body = await openAt(ctx, blob, range);
  if (body) return body;
  // A row that was remembered may name a key that a push has replaced since, and that is gone.
  const present = await findBlob(ctx.db, blob.id);
  return present && present.key !== blob.key ? openAt(ctx, present, range) : null;
}

async function openAt(ctx: IntegrityNeeds, blob: BlobRow, range: Range): Promise<Body | null> {
  const stored = await openStored(ctx.blobs, blob, range);
  if (typeof stored === "string") {
    await markDamaged(ctx, blob, stored);
    return null;
  }
  if (stored.stamp !== null && stored.stamp === blob.stamp) return stored.body;
  const whole = range.start === 0 && range.end === blob.sizeBytes - 1;
  return whole ? openHashing(ctx, blob, stored) : openHashed(ctx, blob, { range, stored });
}

async function openHashing(ctx: IntegrityNeeds, blob: BlobRow, stored: Reading): Promise<Body | null> {
  const chunks = verifiedChunks(ctx, blob, stored);
  try {
    return streamOf(await chunks.next(), chunks);
  } catch (error) {
    if (error instanceof BlobStoreError && error.problem === "lost") return null;
    throw error;
  }
}

/** A part says nothing about its digest: all of the blob is hashed first. */
async function openHashed(
  ctx: IntegrityNeeds,
  blob: BlobRow,
  { range, stored }: { range: Range; stored: Reading },
): Promise<Body | null> {
  await stored.body.cancel();
  const verified = await verifyOnce(ctx, blob);
  if (!verified) return null;
  blob.stamp = verified.stamp;
  const again = await openStored(ctx.blobs, blob, range);
  if (typeof again !== "string" && again.stamp === verified.stamp) return again.body;
  if (typeof again !== "string") await again.body.cancel();
  throw registryError("UNAVAILABLE", "the blob's object is being changed: try again", undefined, {
    retryAfterSeconds: 5,
  });
}

function streamOf(first: IteratorResult<Uint8Array, void>, rest: AsyncGenerator<Uint8Array, void, void>): Body {
  let next: IteratorResult<Uint8Array, void> | null = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const result = next ?? (await rest.next());
        next = null;
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      async cancel() {
        await rest.return();
      },
    },
    { highWaterMark: 0 },
  );
}
