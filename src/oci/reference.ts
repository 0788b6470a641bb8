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
 * The tag under which clients without the referrers API keep the list of a subject's referrers.
 * Source: distribution-spec "Referrers Tag Schema".
 */
export function fallbackTag(digest: Digest): string {
  return `${digest.algorithm.slice(0, 32)}-${digest.hex.slice(0, 64)}`;
}

/** The algorithm and the first hex digits that a fallback tag names, or null when the tag is not one. */
export function findFallbackSubject(tag: string): { algorithm: string; hexPrefix: string } | null {
  const match = /^(sha256|sha512)-([0-9a-f]{64})$/.exec(tag);
  return match ? { algorithm: match[1] as string, hexPrefix: match[2] as string } : null;
}
