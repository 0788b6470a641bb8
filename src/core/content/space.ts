// Refuses uploads while the store has too little free space: the database must never meet a full disk.
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";

/** @throws INSUFFICIENT_STORAGE when `moreBytes` would not leave the reserve free. Sessions stay as they are. */
export async function requireSpace(ctx: Needs<"blobs" | "limits">, moreBytes: number): Promise<void> {
  const space = await ctx.blobs.space();
  if (!space) return;
  const reserve = ctx.limits.freeSpaceReserve(space.totalBytes);
  if (space.freeBytes - moreBytes >= reserve) return;
  throw registryError(
    "INSUFFICIENT_STORAGE",
    "the registry's storage is almost full: nothing was lost, and the upload can go on when there is space again",
    { freeBytes: space.freeBytes, reserveBytes: reserve },
    { retryAfterSeconds: 60 },
  );
}
