// Stores whole small blobs and links them, those of many uploads together: first all their bytes, then all their rows.

import { isRetryable } from "#db/queries/rows.ts";
import { commitUpload } from "#db/queries/uploads/commit.ts";
import { commitNewBlobs, type NewBlob } from "#db/queries/uploads/commit-together.ts";
import { condemnKey, type RegisteredKey } from "#db/queries/uploads/keys.ts";
import { type Digest, formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { BlobStore, Sealed } from "#ports/blob-store.ts";
import { factKey } from "../cache/feed.ts";
import type { LinkedBlob } from "../content/blobs.ts";
import { retried } from "../content/retried.ts";
import { storeError } from "../content/store-error.ts";
import type { Where } from "../content/where.ts";
import type { Needs } from "../context.ts";
import { eventOf } from "../tell.ts";
import { createKeyPool } from "./key-pool.ts";
import { createTogether, type Outcome } from "./together.ts";
import { requireDigest } from "./upload-hash.ts";

export interface SmallBlobWriter {
  /** @throws DIGEST_INVALID, UNAVAILABLE, INSUFFICIENT_STORAGE; nothing is linked then. */
  put(where: Where, blob: { digest: Digest; bytes: Uint8Array }): Promise<void>;
}

type WriterNeeds = Needs<"db" | "clock" | "blobs" | "hasher" | "facts">;
type SmallObject = { key: string; bytes: Uint8Array; digest: Digest };

/** Bytes of so many are written, and rows of so many, in one turn. */
const most = 64;

export function createSmallBlobWriter(ctx: WriterNeeds): SmallBlobWriter {
  const keys = createKeyPool(ctx);
  const store = storer(ctx);
  const commit = createTogether<NewBlob, boolean>({ most, work: (blobs) => commitAll(ctx, blobs) });
  const putUnderKey = async (where: Where, { digest, bytes }: { digest: Digest; bytes: Uint8Array }) => {
    const key = await keys.take();
    let isBlob = false;
    try {
      const sealed = await store({ key: key.key, bytes, digest });
      const now = ctx.clock.now();
      const detail = { digest: formatDigest(digest), sizeBytes: sealed.sizeBytes };
      const event = eventOf({ at: now, type: "blob.push", ...where, detail });
      const blob = { blobId: key.blobId, repositoryId: where.repository.id, digest, ...sealed, event };
      await ctx.facts.learn(where.repository.id, factKey.blob(detail.digest), async (): Promise<LinkedBlob | null> => {
        isBlob = await commit(blob);
        if (isBlob) return { id: key.blobId, key: key.key, ...sealed, ...digest };
        isBlob = await commitAlone(ctx, blob);
        return null;
      });
      return isBlob;
    } catch (error) {
      throw storeError(error);
    } finally {
      if (!isBlob) await giveUp(ctx, key);
    }
  };
  return {
    async put(where, blob) {
      for (let attempt = 1; !(await putUnderKey(where, blob)); attempt++)
        if (attempt === 3) throw registryError("UNAVAILABLE", "the upload could not be stored in time: try again");
    },
  };
}

/** Stores objects together where the store can; each by itself where it cannot. @throws DIGEST_INVALID */
function storer(ctx: WriterNeeds): (object: SmallObject) => Promise<Sealed> {
  const { blobs, hasher } = ctx;
  const requireRight = async ({ bytes, digest }: SmallObject) =>
    requireDigest(digest, await hasher.digest(digest.algorithm, bytes), bytes.byteLength);
  if (!blobs.putAll) {
    return async (object) => {
      await requireRight(object);
      return write(blobs, object);
    };
  }
  const together = createTogether<SmallObject, Sealed | null>({ most, work: blobs.putAll });
  return async (object) => {
    const sealed = await together(object);
    if (sealed) return sealed;
    await requireRight(object);
    throw new Error("the store found another digest than the hasher");
  };
}

async function write(blobs: BlobStore, { key, bytes }: SmallObject): Promise<Sealed> {
  const writer = await blobs.openWriter(key, { offset: 0, state: null });
  try {
    await writer.write(bytes);
  } catch (error) {
    await writer.abort().catch(() => {});
    throw error;
  }
  return writer.seal();
}

/** @returns for each whether it is a new blob now. Those of a digest that another has, too, are left to go alone. */
async function commitAll(ctx: Needs<"db" | "clock">, blobs: NewBlob[]): Promise<Outcome<boolean>[]> {
  const first = new Map<string, NewBlob>();
  for (const blob of blobs) {
    const name = `${blob.digest.algorithm}:${blob.digest.hex}`;
    if (!first.has(name)) first.set(name, blob);
  }
  const done = await commitNewBlobs(ctx.db, [...first.values()], ctx.clock.now()).catch((error) => {
    // One of them lost a race: each finds out for itself whether that was it. An outage is everybody's.
    if (isRetryable(error)) return new Set<number>();
    throw error;
  });
  return blobs.map(({ blobId }) => ({ value: done.has(blobId) }));
}

/** Links the blob that the digest names already, or heals it. @returns false when the key was given up. */
async function commitAlone(ctx: Needs<"db" | "clock">, blob: NewBlob): Promise<boolean> {
  const { blobId, repositoryId, ...rest } = blob;
  const commit = { ...rest, now: ctx.clock.now() };
  return (await retried(() => commitUpload(ctx.db, { blobId, repositoryId }, commit))) !== null;
}

async function giveUp(ctx: Needs<"db" | "clock">, key: RegisteredKey): Promise<void> {
  // Should that fail, the periodic work finds it.
  await condemnKey(ctx.db, key, ctx.clock.now()).catch(() => {});
}
