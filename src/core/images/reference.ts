// Reads references with the management API's answers to what is none.
import { findDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { isTag, type Reference } from "#oci/reference.ts";

/** @throws NO_SUCH_REF for what cannot be a tag, INVALID_DIGEST for what looks like a digest and is none. */
export function readReference(text: string): Reference {
  if (isTag(text)) return { tag: text };
  if (!text.includes(":")) throw registryError("NO_SUCH_REF");
  const digest = findDigest(text);
  if (!digest) throw registryError("INVALID_DIGEST");
  return { digest };
}
