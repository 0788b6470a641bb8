// Digests: parsing, the algorithms that we verify, and their names.
// Grammar: distribution-spec / image-spec descriptor.md "Digests".
import { registryError } from "./error.ts";

/** The algorithms whose content this registry can verify; the first is the one it uses when the client names none. */
export const digestAlgorithms = ["sha256", "sha512"] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** A digest that has been parsed: `algorithm:hex`, lower case, of the right length. */
export interface Digest {
  algorithm: DigestAlgorithm;
  hex: string;
}

const hexLength: Record<DigestAlgorithm, number> = { sha256: 64, sha512: 128 };
const grammar = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/;

/** Whether the word names an algorithm that we verify. */
export function isDigestAlgorithm(word: string): word is DigestAlgorithm {
  return (digestAlgorithms as readonly string[]).includes(word);
}

/** Parses a digest, or returns null when it is malformed or of an algorithm that we cannot verify. */
export function findDigest(text: string): Digest | null {
  const match = grammar.exec(text);
  if (!match) return null;
  const [, algorithm, hex] = match as unknown as [string, string, string];
  if (!isDigestAlgorithm(algorithm)) return null;
  if (hex.length !== hexLength[algorithm] || !/^[0-9a-f]+$/.test(hex)) return null;
  return { algorithm, hex };
}

/** Parses a digest. @throws DIGEST_INVALID that says what is wrong with it. */
export function parseDigest(text: string): Digest {
  const digest = findDigest(text);
  if (digest) return digest;
  const algorithm = grammar.exec(text)?.[1];
  const why =
    algorithm && !isDigestAlgorithm(algorithm)
      ? `digest algorithm ${algorithm} is not supported; use ${digestAlgorithms.join(" or ")}`
      : "invalid digest: write sha256: and 64 lower-case hexadecimal digits, or sha512: and 128";
  throw registryError("DIGEST_INVALID", why, { digest: text.slice(0, 200) });
}

/** Bytes as a digest's hex is written. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The digest as clients write it. */
export function formatDigest(digest: Digest): string {
  return `${digest.algorithm}:${digest.hex}`;
}
