// Streams a blob and hashes what passes: the last bytes are held back until the digest is right, so that wrong bytes never come to
// a clean end.
import type { BlobRow } from "#db/queries/blobs.ts";
import { BlobStoreError, type Reading } from "#ports/blob-store.ts";
import type { Hasher, HashStream } from "#ports/hasher.ts";
import { type IntegrityNeeds, keepStamp, markDamaged } from "./damage.ts";
import { holdsStill, verifyOnce } from "./verify.ts";

/** A blob that is not larger is judged before its first byte leaves, so that damage is an answer, not a broken stream. */
const heldBytes = 1024 * 1024;

/**
 * The chunks of a whole blob, of which the reading brings all bytes. Right ones are recorded with their stamp, damaged ones are marked.
 * @throws BlobStoreError "lost" instead of the last chunk when the bytes are wrong.
 */
export async function* verifiedChunks(
  ctx: IntegrityNeeds,
  blob: BlobRow,
  stored: Reading,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = ctx.hasher.start({ algorithms: [blob.algorithm], resumable: false });
  const tee = createTee(ctx.hasher, hash);
  const reader = stored.body.getReader();
  const held: Uint8Array[] = [];
  let waiting = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      await tee.take(next.value);
      held.push(next.value);
      waiting += next.value.byteLength;
      for (let first = held[0]; first && waiting - first.byteLength >= heldBytes; first = held[0]) {
        waiting -= first.byteLength;
        held.shift();
        yield first;
      }
    }
    await tee.end();
    const digests = await hash.finish();
    await requireRight(ctx, blob, stored, digests?.[blob.algorithm] ?? null);
    yield* held;
    if (stored.stamp !== null && stored.stamp !== blob.stamp) await keepStamp(ctx, blob, stored.stamp);
  } finally {
    hash.discard();
    await reader.cancel().catch(() => {});
  }
}

/** @param hex what the bytes have as digest, or null when that was lost with a worker. @throws BlobStoreError "lost". */
async function requireRight(ctx: IntegrityNeeds, blob: BlobRow, stored: Reading, hex: string | null): Promise<void> {
  if (hex === blob.hex) return;
  if (hex === null) {
    // The bytes that left were those of this stamp: the same object, read again, tells what they were.
    const verified = await verifyOnce(ctx, blob);
    if (verified && verified.stamp === stored.stamp) return;
  } else if (await holdsStill(ctx.blobs, blob.key, stored.stamp)) await markDamaged(ctx, blob, "digest");
  throw new BlobStoreError("lost", "the bytes of the blob are not those that were stored");
}

/** Gives a hash its own copies of what passes: it takes ownership of memory, and the reader wants the bytes, too. */
function createTee(hasher: Hasher, hash: HashStream) {
  let slab: ArrayBufferLike | null = null;
  let filled = 0;
  const send = async () => {
    if (!slab) return;
    const full = new Uint8Array(slab, 0, filled);
    slab = null;
    filled = 0;
    await hash.update(full);
  };
  return {
    async take(chunk: Uint8Array): Promise<void> {
      for (let at = 0; at < chunk.byteLength; ) {
        slab ??= hasher.buffer();
        const taken = Math.min(chunk.byteLength - at, slab.byteLength - filled);
        new Uint8Array(slab, filled, taken).set(chunk.subarray(at, at + taken));
        filled += taken;
        at += taken;
        if (filled === slab.byteLength) await send();
      }
    },
    end: send,
  };
}
