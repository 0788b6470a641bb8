// Gives and takes away what a team or a user was granted, with the event that tells of it.
import {
  deleteGrant,
  findGrant,
  type GrantedLevel,
  type GrantKey,
  putGrant,
} from "#db/queries/accounts/access-grants.ts";
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { type ChangeNeeds, changing } from "../accounts/change.ts";
import { requireFuture } from "../moment.ts";

/** What is granted; without an end for good. */
export interface Level {
  level: AccessLevel;
  expiresAt?: Date | null;
}

/** What the event says: on what, and to which team or user. */
interface Told {
  object: string;
  team?: string;
  user?: string;
  serviceAccount?: string;
}

/** Gives a level in place of the one that was given before. @throws INVALID_PARAMETERS for an end that is over, NO_SUCH_REPOSITORY. */
export async function giveAccess(
  ctx: ChangeNeeds,
  caller: Caller,
  key: GrantKey,
  { level, expiresAt = null }: Level,
  { object, ...whom }: Told,
): Promise<GrantedLevel> {
  requireFuture(ctx, expiresAt);
  const before = await findGrant(ctx.db, key);
  const { pattern } = key;
  const told = { ...whom, ...(pattern && { pattern }), before, level, expiresAt };
  const { repositoryId } = key;
  const event = { type: "access.update" as const, object, repositoryId, detail: told };
  const id = await changing(ctx, caller, event, (tx) => putGrant(tx, { ...key, level, expiresAt }));
  // It was transferred, or deleted, at this moment.
  if (id === null) throw registryError("NO_SUCH_REPOSITORY");
  return { level, expiresAt: expiresAt?.toISOString() ?? null };
}

/** @returns whether it was there. */
export async function takeAccess(
  ctx: ChangeNeeds,
  caller: Caller,
  key: GrantKey,
  { object, ...whom }: Told,
): Promise<boolean> {
  const detail = { ...whom, before: await findGrant(ctx.db, key) };
  const told = { type: "access.delete" as const, object, repositoryId: key.repositoryId, detail };
  return (await changing(ctx, caller, told, async (tx) => (await deleteGrant(tx, key)) || null)) !== null;
}
