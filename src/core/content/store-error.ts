// Turns what a blob store says into what the protocol says.
import { registryError } from "#oci/error.ts";
import { BlobStoreError } from "#ports/blob-store.ts";

/** Turns a store's problem into the protocol's word; what the store itself said is kept as the cause, for the log. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof BlobStoreError)) return error;
  const told = inProtocol(error);
  told.cause = error;
  return told;
}

function inProtocol({ problem, message }: BlobStoreError) {
  if (problem === "full") return registryError("INSUFFICIENT_STORAGE", undefined, undefined, { retryAfterSeconds: 60 });
  if (problem === "lost")
    return registryError("BLOB_UPLOAD_UNKNOWN", "the uploaded bytes are gone: begin the upload again");
  if (problem === "too large") return registryError("SIZE_INVALID", message);
  return registryError("UNAVAILABLE", "the registry's storage does not answer", undefined, { retryAfterSeconds: 5 });
}
