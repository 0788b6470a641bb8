// Blobs that are linked in a repository: find, open, mount, delete.
import {
  type BlobRow,
  condemnUnlinkedBlob,
  findLinkedBlob,
  findReferringManifest,
  mountBlob as linkFrom,
  unlinkBlob,
} from "#db/queries/blobs.ts";
import { insertEvent } from "#db/queries/events.ts";
import { isClosed } from "#db/queries/gate.ts";
import { findRepository } from "#db/queries/repositories.ts";
import { databaseError } from "#db/queries/rows.ts";
import { type Digest, formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { viewerOf } from "../access/caller.ts";
import { may } from "../access/may.ts";
import { factKey, heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import type { IntegrityNeeds } from "../integrity/damage.ts";
import { openSound } from "../integrity/open.ts";
import { plusSeconds } from "../moment.ts";
import { eventOf, tell } from "../tell.ts";
import { retried } from "./retried.ts";
import { storeError } from "./store-error.ts";
import type { Where } from "./where.ts";

/** A blob that is linked in the repository that was asked. */
export type LinkedBlob = BlobRow;

/** The blob of a digest in this repository. @throws BLOB_UNKNOWN. */
export async function getBlob(ctx: Needs<"db" | "facts">, repositoryId: string, digest: Digest): Promise<LinkedBlob> {
  const name = formatDigest(digest);
  const blob = await ctx.facts.get(repositoryId, factKey.blob(name), () =>
    findLinkedBlob(ctx.db, repositoryId, digest),
  );
  if (!blob) throw registryError("BLOB_UNKNOWN", undefined, name);
  return blob;
}

/** A stream of part of a blob; in an object that was changed since it was recorded, wrong bytes never come to a clean end. @throws BLOB_UNKNOWN when the store has lost it, UNAVAILABLE. */
export async function openBlob(
  ctx: IntegrityNeeds,
  blob: LinkedBlob,
  range: { start: number; end: number },
): Promise<ReadableStream<Uint8Array>> {
  const body = await openSound(ctx, blob, range).catch((error) => {
    throw storeError(error);
  });
  if (body) return body;
  throw registryError("BLOB_UNKNOWN", "the blob's bytes are missing from the registry's storage: push it again");
}

/**
 * Links a blob of another repository here, when the caller may pull it there.
 * @param from the other repository's name, or null to look in all that the caller may see.
 * @returns false when that cannot be done, whatever the reason: the answer must not tell what exists.
 */
export async function mountBlob(
  ctx: Needs<"db" | "clock">,
  where: Where,
  digest: Digest,
  from: string | null,
): Promise<boolean> {
  const source = from === null ? null : await findRepository(ctx.db, from);
  if (from !== null && !source) return false;
  if (source && !(await may(where.caller, { on: "repository", action: "pull", repository: source }))) return false;
  // Without a named source the account's own rights decide, not the token's bound, which names the target alone: a mount by
  // digest could otherwise never work. Who knows no account may not search.
  if (source === null && !where.caller.account) return false;
  const now = ctx.clock.now();
  const { repository, caller } = where;
  const mount = { repositoryId: repository.id, digest, from: source?.id ?? null, viewer: viewerOf(caller, now), now };
  return retried(() =>
    ctx.db.transaction(async (tx) => {
      if (!(await linkFrom(tx, mount))) return false;
      const detail = { digest: formatDigest(digest), from };
      await tell(tx, { at: now, type: "blob.mount", repository, caller, detail });
      return true;
    }),
  );
}

/**
 * Removes a blob from a repository; other repositories keep it.
 * @throws BLOB_UNKNOWN; UNSUPPORTED while a manifest of the repository refers to it.
 */
export async function deleteBlob(
  ctx: Needs<"db" | "clock" | "limits" | "facts">,
  where: Where,
  digest: Digest,
): Promise<void> {
  const blobId = await retried(() => removeLink(ctx, where, digest));
  if (blobId === null) throw registryError("BLOB_UNKNOWN", undefined, formatDigest(digest));
  await condemnIfUnlinked(ctx, blobId);
}

/** @returns the blob that was linked, or null. */
async function removeLink(ctx: Needs<"db" | "clock" | "facts">, where: Where, digest: Digest): Promise<number | null> {
  const { repository, caller } = where;
  const name = formatDigest(digest);
  const holder = await findReferringManifest(ctx.db, repository.id, name);
  if (holder) throw inUse(name, holder);
  const now = ctx.clock.now();
  // A manifest that came meanwhile holds the link by foreign key: the next try finds it, or finds it gone.
  const event = eventOf({ at: now, type: "blob.delete", repository, caller, detail: { digest: name } });
  return heeding(ctx, event, () =>
    ctx.db.transaction(async (tx) => {
      const gone = await unlinkBlob(tx, repository.id, digest);
      if (gone !== null) await insertEvent(tx, event);
      return gone;
    }),
  );
}

/** Condemns a blob that no repository links any more; one that was linked again meanwhile lives. @returns whether it did. */
export async function condemnIfUnlinked(ctx: Needs<"db" | "clock" | "limits">, blobId: number): Promise<boolean> {
  try {
    return await condemnUnlinkedBlob(ctx.db, blobId, plusSeconds(ctx.clock.now(), ctx.limits.condemnedHoldSeconds));
  } catch (error) {
    // 23503: linked meanwhile. 40P01: the other side of the same race. Closed: read-only by now. The periodic work looks again.
    const code = databaseError(error)?.code;
    if (code !== "23503" && code !== "40P01" && !isClosed(error)) throw error;
    return false;
  }
}

function inUse(digest: string, holder: string) {
  return registryError(
    "UNSUPPORTED",
    `blob ${digest} cannot be deleted: manifest ${holder} of this repository refers to it; delete that first`,
    {
      digest,
      referredBy: holder,
    },
  );
}
