// Takes tags and manifests away: the same rules for every way in.

import { isClosed } from "#db/queries/gate.ts";
import { deleteManifest as deleteRow, deleteUnlinkedBytes, findParent } from "#db/queries/manifests.ts";
import { databaseError } from "#db/queries/rows.ts";
import { deleteTag as deleteTagRow } from "#db/queries/tags.ts";
import { formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { Reference } from "#oci/reference.ts";
import { heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import { eventOf, tell } from "../tell.ts";
import { unknown } from "./manifests.ts";
import { retried } from "./retried.ts";
import type { Where } from "./where.ts";

type DeleteNeeds = Needs<"db" | "clock" | "facts">;

/**
 * Deletes what a reference names: a tag alone, or a manifest with all its tags.
 * @throws MANIFEST_UNKNOWN; UNSUPPORTED while an index of the repository lists the manifest; DENIED.
 */
export async function deleteReference(ctx: DeleteNeeds, where: Where, reference: Reference): Promise<void> {
  if ("tag" in reference) await deleteTag(ctx, where, reference.tag);
  else await deleteManifest(ctx, where, formatDigest(reference.digest));
}

async function deleteTag(ctx: DeleteNeeds, where: Where, tag: string): Promise<void> {
  const { repository, caller } = where;
  const happening = { at: ctx.clock.now(), type: "tag.delete", repository, caller } as const;
  const digest = await heeding(ctx, eventOf({ ...happening, detail: { tag } }), () =>
    ctx.db.transaction(async (tx) => {
      const named = await deleteTagRow(tx, repository.id, tag);
      if (named !== null) await tell(tx, { ...happening, detail: { tag, digest: named } });
      return named;
    }),
  );
  if (digest === null) throw unknown({ tag });
}

async function deleteManifest(ctx: DeleteNeeds, where: Where, digest: string): Promise<void> {
  const tags = await retried(() => removeManifest(ctx, where, digest));
  if (tags === null) throw unknown({ digest });
  await forgetBytes(ctx, [digest]);
}

/** @returns the tags that went with it, or null when there was no such manifest. */
async function removeManifest(ctx: DeleteNeeds, where: Where, digest: string): Promise<string[] | null> {
  const { repository, caller } = where;
  const happening = { at: ctx.clock.now(), type: "manifest.delete", repository, caller } as const;
  // Which tags go is known only then: all of the repository is forgotten.
  const change = { ...eventOf(happening), type: "repository.update" } as const;
  try {
    return await heeding(ctx, change, () =>
      ctx.db.transaction(async (tx) => {
        const gone = await deleteRow(tx, repository.id, digest);
        if (gone !== null) await tell(tx, { ...happening, detail: { digest, tags: gone } });
        return gone;
      }),
    );
  } catch (error) {
    if (databaseError(error)?.code !== "23503") throw error;
    const parent = await findParent(ctx.db, repository.id, digest);
    // No index holds it: a tag that was put on it meanwhile did, or an index that is gone by now. The next try sees that.
    if (parent === null) throw error;
    throw registryError(
      "UNSUPPORTED",
      `manifest ${digest} cannot be deleted: index ${parent} of this repository lists it; delete that first`,
      { digest, referredBy: parent },
    );
  }
}

/** Forgets bytes that no repository links; those linked again meanwhile stay, and all of them when the registry is read-only by now. */
export async function forgetBytes(ctx: Needs<"db">, digests: readonly string[]): Promise<void> {
  try {
    await deleteUnlinkedBytes(ctx.db, digests);
  } catch (error) {
    if (databaseError(error)?.code !== "23503" && !isClosed(error)) throw error;
  }
}
