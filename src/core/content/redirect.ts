// Decides which reads are answered with the store's own address of the bytes, so that they need not pass through here.
import type { Needs } from "../context.ts";
import type { LinkedBlob } from "./blobs.ts";
import { storeError } from "./store-error.ts";

/** Long enough to follow a redirect, too short to be of use to others. */
const validSeconds = 60;

/**
 * The address where whoever has it may read this one blob for a minute, or null when it is to be read here. Asked for only
 * after the caller was found to be allowed to read it, and for GET alone.
 * @throws UNAVAILABLE when the store cannot give one now.
 */
export async function redirectFor(ctx: Needs<"blobs" | "limits">, blob: LinkedBlob): Promise<string | null> {
  const over = ctx.limits.redirectOver ?? null;
  if (over === null || blob.sizeBytes <= over || !ctx.blobs.presign) return null;
  try {
    return await ctx.blobs.presign(blob.key, { seconds: validSeconds });
  } catch (error) {
    throw storeError(error);
  }
}
