// Whether content may change at all, as far as this process knows: for refusing early what the database refuses in the end.
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";
import { databaseFailure } from "../failure.ts";
import { rememberedSettings } from "../settings.ts";

/** @throws READ_ONLY, before bytes are sent in vain. What counts is what the database says in the transaction of the change. */
export async function requireOpen(ctx: Needs<"db" | "facts">): Promise<void> {
  if (await isReadOnly(ctx)) throw registryError("READ_ONLY");
}

export async function isReadOnly(ctx: Needs<"db" | "facts">): Promise<boolean> {
  return (await rememberedSettings(ctx)).readOnlyRegistry;
}

/** Whether it was for that that something went wrong: nothing of it is lost, and it may be tried again when that is over. */
export function isRefusedByGate(error: unknown): boolean {
  return (error as { code?: unknown }).code === "READ_ONLY" || databaseFailure(error) === "read-only";
}
