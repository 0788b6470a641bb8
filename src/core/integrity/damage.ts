// Marks blobs whose bytes are damaged, and takes the mark away from those whose bytes turn out right.
import type { BlobRow } from "#db/queries/blobs.ts";
import type { EventType, NewEvent } from "#db/queries/events.ts";
import { type DamageReason, markBlob, recordVerified, unmarkBlob } from "#db/queries/integrity.ts";
import { formatDigest } from "#oci/digest.ts";
import { heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";

/** What it takes to look at stored bytes and to keep what was found. */
export type IntegrityNeeds = Needs<"db" | "blobs" | "hasher" | "clock" | "facts" | "report">;

const found: Record<DamageReason, string> = {
  missing: "a blob's object is missing from the store",
  size: "a blob's object has another size than when it was stored",
  digest: "a blob's object holds other bytes than when it was stored",
};

/** Marks a blob, so that it is answered as missing until it is pushed again. One that lies elsewhere by now is left alone. */
export async function markDamaged(ctx: IntegrityNeeds, blob: BlobRow, reason: DamageReason): Promise<void> {
  const { id, key } = blob;
  const event = eventOf(ctx, blob, "blob.mark", reason);
  if (!(await heeding(ctx, event, () => markBlob(ctx.db, { id, key, reason, event })))) return;
  const digest = formatDigest(blob);
  ctx.report("error", `${found[reason]}: it is answered as missing until it is pushed again`, {
    digest,
    blob: id,
    key,
  });
}

/** Takes the mark away: the bytes were hashed and are right. */
export async function unmark(ctx: IntegrityNeeds, blob: BlobRow, stamp: string | null): Promise<void> {
  const { id, key } = blob;
  const event = eventOf(ctx, blob, "blob.heal", "found right");
  if (!(await heeding(ctx, event, () => unmarkBlob(ctx.db, { id, key, stamp, event })))) return;
  ctx.report("info", "a blob that was marked as damaged is whole again", { digest: formatDigest(blob), blob: id, key });
}

/** Keeps the stamp under which bytes were right. What was read stays right where that cannot be kept: the next reader hashes again. */
export async function keepStamp(ctx: IntegrityNeeds, blob: BlobRow, stamp: string | null): Promise<void> {
  try {
    await recordVerified(ctx.db, [{ id: blob.id, key: blob.key, stamp }], ctx.clock.now());
    // The row may be remembered by whoever reads this blob next.
    blob.stamp = stamp;
  } catch (error) {
    ctx.report("warn", "a blob was hashed and is right, but that could not be kept", {
      blob: blob.id,
      error: String(error),
    });
  }
}

function eventOf(ctx: IntegrityNeeds, blob: BlobRow, type: EventType, reason: string): NewEvent {
  const digest = formatDigest(blob);
  const detail = { digests: [digest], reason };
  return { at: ctx.clock.now(), type, actorId: null, repositoryId: null, object: digest, detail };
}
