// Small blobs, configurations above all, are served from memory once their bytes were read and hashed.
import { formatDigest } from "#oci/digest.ts";
import type { Needs } from "../context.ts";
import { type LinkedBlob, openBlob } from "./blobs.ts";

/** The whole blob, or null when it is too large to be kept in memory. @throws as openBlob. */
export async function readSmallBlob(
  ctx: Parameters<typeof openBlob>[0] & Needs<"contents" | "hasher">,
  blob: LinkedBlob,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (blob.sizeBytes > ctx.contents.maxEntryBytes) return null;
  const known = ctx.contents.get(blob.key);
  if (known) return known;
  const far = await readFar(ctx, blob);
  const bytes = far ?? (await readStored(ctx, blob));
  ctx.contents.put(blob.key, bytes);
  if (!far) ctx.contents.far?.put(formatDigest(blob), bytes);
  return bytes;
}

/** Whoever keeps bytes elsewhere may give others: what has not the digest is as if it were not there. */
async function readFar(ctx: Needs<"contents" | "hasher">, blob: LinkedBlob): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = await ctx.contents.far?.get(formatDigest(blob));
  if (!bytes || bytes.byteLength !== blob.sizeBytes) return null;
  return (await ctx.hasher.digest(blob.algorithm, bytes)) === blob.hex ? bytes : null;
}

async function readStored(ctx: Parameters<typeof openBlob>[0], blob: LinkedBlob): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(blob.sizeBytes);
  let at = 0;
  const reader = (await openBlob(ctx, blob, { start: 0, end: blob.sizeBytes - 1 })).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes.set(next.value, at);
    at += next.value.byteLength;
  }
  if (at !== bytes.byteLength) throw new Error(`the stream ended after ${at} of ${bytes.byteLength} bytes`);
  return bytes;
}
