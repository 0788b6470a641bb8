// What a session knows of the digest of its bytes, between requests.
//
// A body that comes in one request is hashed natively, and its digests are kept. Chunks are hashed with a state that can be
// saved, since the next may come to another replica. Where neither is at hand (another algorithm is asked at the end, a
// connection broke, a worker died) the stored bytes are read again: that costs time, never a wrong answer.
import { type Digest, type DigestAlgorithm, formatDigest, isDigestAlgorithm } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Hasher, HashStream, HexDigests, SavedHash } from "#ports/hasher.ts";
import { eachSlab } from "./slabs.ts";

/** The form in the session's row. */
export type HashState =
  | { version: 1; kind: "saved"; offset: number; hash: SavedHash }
  | { version: 1; kind: "digests"; offset: number; digests: HexDigests };

/** Reads the row; anything of another form is as if nothing were known. */
export function readHashState(value: unknown): HashState | null {
  const state = value as HashState | null;
  return state && typeof state === "object" && state.version === 1 ? state : null;
}

/** The algorithms to hash with while bytes pass. */
export function algorithmsFor(announced: string | null): DigestAlgorithm[] {
  return announced && isDigestAlgorithm(announced) ? [announced] : ["sha256"];
}

/** A hash that goes on from where the session stands, or null when what is known does not reach there. */
export function continueHash(
  hasher: Hasher,
  at: { offset: number; state: HashState | null },
  options: { algorithms: readonly DigestAlgorithm[]; resumable: boolean },
): HashStream | null {
  if (at.offset === 0) return hasher.start(options);
  if (at.state?.kind !== "saved" || at.state.offset !== at.offset || at.state.hash.offset !== at.offset) return null;
  const from = at.state.hash;
  if (!options.algorithms.every((algorithm) => from.states[algorithm] !== undefined)) return null;
  return hasher.start({ ...options, resumable: true, from });
}

/** What is known of a hash that has come to `offset`: ends it. @param resumable whether the next request can go on from it. */
export async function hashStateAt(
  hash: HashStream | null,
  offset: number,
  resumable: boolean,
): Promise<HashState | null> {
  if (!hash) return null;
  if (resumable) {
    const saved = await hash.save();
    return saved ? { version: 1, kind: "saved", offset, hash: saved } : null;
  }
  const digests = await hash.finish();
  return digests ? { version: 1, kind: "digests", offset, digests } : null;
}

/** @throws DIGEST_INVALID with the digest that the bytes have. */
export function requireDigest(wanted: Digest, hex: string, sizeBytes: number): void {
  if (hex === wanted.hex) return;
  const actual = `${wanted.algorithm}:${hex}`;
  throw registryError("DIGEST_INVALID", `the uploaded ${sizeBytes} bytes have digest ${actual}`, {
    digest: formatDigest(wanted),
    actual,
  });
}

/** The digest of a sealed object: from what is known, else by reading it. @throws BLOB_UPLOAD_INVALID when its bytes are gone. */
export async function digestOf(
  ctx: { blobs: BlobStore; hasher: Hasher },
  object: { key: string; sizeBytes: number },
  algorithm: DigestAlgorithm,
  state: HashState | null,
): Promise<string> {
  if (state?.kind === "digests" && state.offset === object.sizeBytes) {
    const known = state.digests[algorithm];
    if (known) return known;
  }
  const known = await continueHash(
    ctx.hasher,
    { offset: object.sizeBytes, state },
    { algorithms: [algorithm], resumable: true },
  )?.finish();
  return known?.[algorithm] ?? (await reread(ctx, object, algorithm));
}

async function reread(
  ctx: { blobs: BlobStore; hasher: Hasher },
  object: { key: string; sizeBytes: number },
  algorithm: DigestAlgorithm,
): Promise<string> {
  // A worker may die once more while the bytes are read; three times in a row is a broken machine.
  for (let attempt = 0; attempt < 3; attempt++) {
    const stored = await ctx.blobs.read(object.key, { start: 0, end: object.sizeBytes - 1 });
    if (!stored) throw registryError("BLOB_UPLOAD_INVALID", "the uploaded bytes are gone: upload again");
    const hash = ctx.hasher.start({ algorithms: [algorithm], resumable: false });
    const broken = await eachSlab(stored.body, ctx.hasher, (slab) => hash.update(slab));
    if (broken) {
      hash.discard();
      throw broken.error;
    }
    const digests = await hash.finish();
    if (digests?.[algorithm]) return digests[algorithm];
  }
  throw new Error("the uploaded bytes could not be hashed");
}
