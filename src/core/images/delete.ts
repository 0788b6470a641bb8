// Deletes tags and manifests for the management API: what is removed, and when that is refused, is decided where /v2 deletes.
import { type ErrorCode, RegistryError, registryError } from "#oci/error.ts";
import { isTag } from "#oci/reference.ts";
import type { Caller } from "../access/caller.ts";
import { deleteReference } from "../content/removal.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
import { readReference } from "./reference.ts";

type DeleteNeeds = Needs<"db" | "clock" | "facts">;

/** Deletes a tag alone. @throws NO_SUCH_TAG, also for a digest: that is deleted as a manifest; as getRepository. */
export async function deleteTag(ctx: DeleteNeeds, caller: Caller, path: string, tag: string): Promise<void> {
  const repository = await getRepository(ctx, caller, path, "delete");
  if (!isTag(tag)) throw registryError("NO_SUCH_TAG");
  await inWords("NO_SUCH_TAG", deleteReference(ctx, { repository, caller }, { tag }));
}

/**
 * Deletes a manifest with the tags that name it, or a tag alone.
 * @throws NO_SUCH_REF, INVALID_DIGEST, NOT_ALLOWED while an index lists it; as getRepository.
 */
export async function deleteManifest(ctx: DeleteNeeds, caller: Caller, path: string, reference: string): Promise<void> {
  const repository = await getRepository(ctx, caller, path, "delete");
  await inWords("NO_SUCH_REF", deleteReference(ctx, { repository, caller }, readReference(reference)));
}

/** The protocol's refusals in DTR's words. */
function inWords(missing: ErrorCode, work: Promise<void>): Promise<void> {
  return work.catch((error) => {
    if (!(error instanceof RegistryError)) throw error;
    if (error.code === "MANIFEST_UNKNOWN") throw registryError(missing);
    if (error.code === "UNSUPPORTED") throw registryError("NOT_ALLOWED", error.message, error.entries[0]?.detail);
    throw error;
  });
}
