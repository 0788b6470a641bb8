// Moments, reckoned from others.
import { registryError } from "#oci/error.ts";
import type { Needs } from "./context.ts";

/** A moment `seconds` after (or before) another. */
export function plusSeconds(from: Date, seconds: number): Date {
  return new Date(from.getTime() + seconds * 1000);
}

/** What is given for a while must not be over already; null: for good. @throws INVALID_PARAMETERS */
export function requireFuture({ clock }: Needs<"clock">, expiresAt: Date | null): void {
  if (expiresAt !== null && expiresAt <= clock.now())
    throw registryError("INVALID_PARAMETERS", "expiresAt is over already");
}
