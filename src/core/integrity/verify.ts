// Looks at a blob's object: whether it is the one that was stored, and, by hashing all of it, whether its bytes are.
import type { BlobRow } from "#db/queries/blobs.ts";
import type { DamageReason } from "#db/queries/integrity.ts";
import type { DigestAlgorithm } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { type BlobStore, BlobStoreError, type Reading } from "#ports/blob-store.ts";
import type { Hasher } from "#ports/hasher.ts";
import { eachSlab } from "../uploads/slabs.ts";
import { type IntegrityNeeds, keepStamp, markDamaged } from "./damage.ts";

/** The bytes were right, under this stamp. */
export interface Verified {
  stamp: string | null;
}

/** Opens part of a blob's object. @returns what is wrong instead, when that can be seen from outside. @throws BlobStoreError. */
export async function openStored(
  blobs: BlobStore,
  blob: BlobRow,
  range: { start: number; end: number },
): Promise<Reading | DamageReason> {
  try {
    const stored = await blobs.read(blob.key, range);
    if (!stored) return "missing";
    if (stored.sizeBytes === blob.sizeBytes) return stored;
    await stored.body.cancel();
    return "size";
  } catch (error) {
    if (error instanceof BlobStoreError && error.problem === "lost") return "size";
    throw error;
  }
}

/** Whether an object is still the one with that stamp. One that changes while it is read tells nothing about what was stored. */
export async function holdsStill(blobs: BlobStore, key: string, stamp: string | null): Promise<boolean> {
  return (await blobs.stat(key))?.stamp === stamp;
}

/**
 * Hashes all bytes of a blob. Right ones are recorded with their stamp, damaged ones are marked.
 * @returns null when they are damaged. @throws BlobStoreError when they cannot be read, which marks nothing.
 */
export async function verifyBlob(ctx: IntegrityNeeds, blob: BlobRow): Promise<Verified | null> {
  const seen = await hashStored(ctx, blob);
  if ("damage" in seen) {
    await markDamaged(ctx, blob, seen.damage);
    return null;
  }
  await keepStamp(ctx, blob, seen.stamp);
  return seen;
}

/** Hashes all bytes of a blob and says what they are, without a trace in the database. */
export async function hashStored(ctx: IntegrityNeeds, blob: BlobRow): Promise<Verified | { damage: DamageReason }> {
  // A worker may die while it hashes, an object may change; three times in a row is something else.
  for (let attempt = 0; attempt < 3; attempt++) {
    const stored = await openStored(ctx.blobs, blob, { start: 0, end: blob.sizeBytes - 1 });
    if (typeof stored === "string") return { damage: stored };
    const hex = await hashBody(ctx.hasher, stored.body, blob.algorithm);
    if (hex === blob.hex) return { stamp: stored.stamp };
    if (hex !== null && (await holdsStill(ctx.blobs, blob.key, stored.stamp))) return { damage: "digest" };
  }
  throw registryError("UNAVAILABLE", "the blob could not be verified: try again", undefined, { retryAfterSeconds: 5 });
}

// By store, since a key names an object of one store only; nothing stays here longer than it runs.
const running = new WeakMap<BlobStore, Map<string, Promise<Verified | null>>>();

/** As `verifyBlob`, but however many ask for the same object at once, it is read once. */
export function verifyOnce(ctx: IntegrityNeeds, blob: BlobRow): Promise<Verified | null> {
  const flights = running.get(ctx.blobs) ?? new Map<string, Promise<Verified | null>>();
  running.set(ctx.blobs, flights);
  const known = flights.get(blob.key);
  if (known) return known;
  const flight = verifyBlob(ctx, blob).finally(() => flights.delete(blob.key));
  flights.set(blob.key, flight);
  return flight;
}

/** @returns null when a worker died. */
async function hashBody(
  hasher: Hasher,
  body: ReadableStream<Uint8Array>,
  algorithm: DigestAlgorithm,
): Promise<string | null> {
  const hash = hasher.start({ algorithms: [algorithm], resumable: false });
  try {
    const broken = await eachSlab(body, hasher, (slab) => hash.update(slab));
    if (broken) throw broken.error;
    return (await hash.finish())?.[algorithm] ?? null;
  } finally {
    hash.discard();
  }
}
