// Compares the store with the rows, for an operator: what is marked, what is damaged and was not known to be, what no row names.
import type { BlobRow } from "#db/queries/blobs.ts";
import { listMarkedBlobs, listSoundBlobs, listUnregisteredKeys, type MarkedBlob } from "#db/queries/integrity.ts";
import { type BlobKey, BlobStoreError } from "#ports/blob-store.ts";
import { type IntegrityNeeds, markDamaged, unmark } from "./damage.ts";
import { hashStored, verifyBlob } from "./verify.ts";

const pageRows = 500;
const looksAtOnce = 8;
const hashesAtOnce = 2;

/** What a check is told to do, and where it says what it finds. */
export interface CheckOptions {
  /** Hash every blob, not only those whose object was changed since it was last right. */
  rehash: boolean;
  /** A marked blob: its bytes are wrong, or missing. */
  onMarked(blob: MarkedBlob): void;
  /** A blob that was marked and is right. */
  onHealed(blob: BlobRow): void;
  /** A blob that cannot be read: nothing is known of it, and nothing was marked. */
  onUnreadable(blob: BlobRow, error: BlobStoreError): void;
  /** An object that no row names. It is left where it is. */
  onStray(key: BlobKey): void;
}

/** Blobs and objects that were looked at. */
export interface Checked {
  blobs: number;
  objects: number;
}

/**
 * Looks at every blob and every object. Damaged blobs are marked, as by a reader; marked ones whose bytes are right are healed.
 * It may run beside servers on the same installation.
 */
export async function checkStorage(ctx: IntegrityNeeds, options: CheckOptions): Promise<Checked> {
  const look = options.rehash ? verifyBlob : lookAt;
  const sound = (after: number) => listSoundBlobs(ctx.db, { after, limit: pageRows });
  const blobs = await eachPaged(sound, options.rehash ? hashesAtOnce : looksAtOnce, (blob) =>
    readable(options, blob, () => look(ctx, blob)),
  );
  const marked = (after: number) => listMarkedBlobs(ctx.db, { after, limit: pageRows });
  const damaged = await eachPaged(marked, hashesAtOnce, (blob) =>
    readable(options, blob, async () => {
      const seen = await hashStored(ctx, blob);
      if ("damage" in seen) return options.onMarked(blob);
      await unmark(ctx, blob, seen.stamp);
      options.onHealed(blob);
    }),
  );
  return { blobs: blobs + damaged, objects: await checkObjects(ctx, options) };
}

/** From outside, and at the bytes where the outside has changed. */
async function lookAt(ctx: IntegrityNeeds, blob: BlobRow): Promise<void> {
  const stat = await ctx.blobs.stat(blob.key);
  if (!stat) return markDamaged(ctx, blob, "missing");
  if (stat.sizeBytes !== blob.sizeBytes) return markDamaged(ctx, blob, "size");
  if (stat.stamp !== blob.stamp) await verifyBlob(ctx, blob);
}

async function readable(options: CheckOptions, blob: BlobRow, look: () => Promise<unknown>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof BlobStoreError)) throw error;
    options.onUnreadable(blob, error);
  }
}

async function eachPaged<Row extends { id: number }>(
  page: (after: number) => Promise<Row[]>,
  atOnce: number,
  each: (row: Row) => Promise<void>,
): Promise<number> {
  let count = 0;
  for (let rows = await page(0); rows.length > 0; rows = await page((rows.at(-1) as Row).id)) {
    for (let at = 0; at < rows.length; at += atOnce) await Promise.all(rows.slice(at, at + atOnce).map(each));
    count += rows.length;
  }
  return count;
}

async function checkObjects(ctx: IntegrityNeeds, options: CheckOptions): Promise<number> {
  let count = 0;
  let some: BlobKey[] = [];
  const look = async () => {
    for (const key of await listUnregisteredKeys(ctx.db, some)) if (await isStillThere(ctx, key)) options.onStray(key);
    count += some.length;
    some = [];
  };
  for await (const key of ctx.blobs.keys()) if (some.push(key) >= pageRows) await look();
  await look();
  return count;
}

/** Bytes go before their row does: what was listed and has no row now may just have been removed. */
async function isStillThere(ctx: IntegrityNeeds, key: BlobKey): Promise<boolean> {
  try {
    return (await ctx.blobs.stat(key)) !== null;
  } catch (error) {
    // What has no key's name is no object of a blob at all.
    if (error instanceof BlobStoreError) throw error;
    return true;
  }
}
