// References: a manifest is named by a tag or by a digest, never by anything else.
import { type Digest, parseDigest } from "./digest.ts";
import { registryError } from "./error.ts";

/** What stands after `manifests/`. */
export type Reference = { tag: string } | { digest: Digest };

const tagGrammar = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Whether the text may be a tag. */
export function isTag(text: string): boolean {
  return tagGrammar.test(text);
}

/** Parses a reference: a colon makes it a digest. @throws DIGEST_INVALID, TAG_INVALID. */
export function parseReference(text: string): Reference {
  if (text.includes(":")) return { digest: parseDigest(text) };
  return { tag: parseTag(text) };
}

/** Parses a tag. @throws TAG_INVALID. */
export function parseTag(text: string): string {
  if (!isTag(text))
    throw registryError(
      "TAG_INVALID",
      "invalid tag: up to 128 letters, digits, underscores, dots and dashes, not beginning with a dot or a dash",
      { tag: text.slice(0, 200) },
    );
  return text;
}

/**
 * The digest of the manifest that a tag speaks of, when clients made the tag to keep signatures, attestations or referrers
 * by it: `sha256-<hex>` (distribution-spec "Referrers Tag Schema") or `sha256-<hex>.sig`, `.att`, `.sbom` (cosign).
 */
export function findTaggedSubject(tag: string): string | null {
  const match = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/.exec(tag);
  return match ? `sha256:${match[1]}` : null;
}
