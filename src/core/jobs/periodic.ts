// The periodic work: each task is declared once, with its name, its interval, and a slice that can be cut off at any point.

import { deleteUnusedRefreshTokens } from "#db/queries/accounts/refresh-tokens.ts";
import { deleteEndedWorkloads } from "#db/queries/accounts/trust-rules.ts";
import { deleteCondemnedKey, listRemovableKeys, listUnlinkedBlobs } from "#db/queries/blobs.ts";
import {
  clearLinks,
  clearManifests,
  deleteClearedRepository,
  findDeletedRepository,
} from "#db/queries/jobs/clearing.ts";
import { condemnStrayKeys } from "#db/queries/uploads/keys.ts";
import { endRepositoryUploads, expireUploads } from "#db/queries/uploads/sessions.ts";
import { dropOldEvents } from "../audit/retention.ts";
import { sealEvents } from "../audit/seal.ts";
import { condemnIfUnlinked } from "../content/blobs.ts";
import { requireOpen } from "../content/gate.ts";
import { forgetBytes } from "../content/removal.ts";
import type { Context, Needs } from "../context.ts";
import { removeEndedGrants } from "../grants/ended.ts";
import { describeManifests } from "../images/describe.ts";
import { clearSessions } from "../login/sessions.ts";
import { plusSeconds } from "../moment.ts";
import { scrubBlobs } from "./scrub.ts";

/** A refresh token that nobody used for this long ends. */
const refreshTokenSeconds = 90 * 86_400;
/** A key that no session has had for this long is used by nobody. */
const strayKeySeconds = 3600;
const sliceRows = 500;

/** One kind of periodic work. */
export interface PeriodicTask {
  name: string;
  /** As cron writes it, in minutes at the least. */
  cron: string;
  /**
   * What it asks of a runtime without threads: `light` work waits for the database and the store most of the time; `hashing` takes
   * processor time with every byte, and is given what the light work leaves of a Worker's minute.
   */
  cost: "light" | "hashing";
  /** It removes content or bytes: it rests while the registry is read-only. */
  removes?: true;
  /** Does a bounded part. @returns whether there is more to do at once. */
  slice(ctx: Context): Promise<boolean>;
}

export const periodicTasks: readonly PeriodicTask[] = [
  { name: "expire-uploads", cron: "* * * * *", cost: "light", removes: true, slice: expireSessions },
  { name: "remove-condemned", cron: "* * * * *", cost: "light", removes: true, slice: removeCondemned },
  { name: "condemn-unlinked", cron: "41 * * * *", cost: "light", removes: true, slice: condemnUnlinked },
  { name: "clear-deleted-repositories", cron: "* * * * *", cost: "light", removes: true, slice: clearDeleted },
  { name: "end-refresh-tokens", cron: "17 * * * *", cost: "light", slice: endRefreshTokens },
  { name: "forget-workloads", cron: "29 * * * *", cost: "light", slice: forgetWorkloads },
  { name: "remove-ended-grants", cron: "37 * * * *", cost: "light", slice: removeEndedGrants },
  { name: "end-sessions", cron: "19 * * * *", cost: "light", slice: clearSessions },
  { name: "rotate-signing-keys", cron: "23 * * * *", cost: "light", slice: rotateKeys },
  { name: "drop-old-events", cron: "29 * * * *", cost: "light", slice: dropOldEvents },
  { name: "seal-events", cron: "* * * * *", cost: "light", slice: sealEvents },
  { name: "describe-manifests", cron: "* * * * *", cost: "light", slice: describeManifests },
  { name: "scrub-blobs", cron: "* * * * *", cost: "hashing", slice: scrubBlobs },
];

async function expireSessions(ctx: Needs<"db" | "clock" | "limits" | "unsaved">): Promise<boolean> {
  const now = ctx.clock.now();
  const cutoff = plusSeconds(now, -ctx.limits.uploadExpirySeconds);
  for (const session of ctx.unsaved?.idle(cutoff) ?? []) ctx.unsaved?.end(session);
  return (await expireUploads(ctx.db, cutoff, now)) > 0;
}

/** Bytes first, then the row: a crash between the two leaves a row whose bytes are gone, which is removed next time. */
async function removeCondemned(ctx: Needs<"db" | "facts" | "clock" | "blobs">): Promise<boolean> {
  const keys = await listRemovableKeys(ctx.db, ctx.clock.now(), 100);
  for (const { id, key } of keys) {
    await requireOpen(ctx);
    await ctx.blobs.remove(key);
    await deleteCondemnedKey(ctx.db, id);
  }
  return keys.length > 0;
}

/** Finds what a crash between unlinking and condemning left behind, and keys that nobody will use. */
async function condemnUnlinked(ctx: Needs<"db" | "clock" | "limits">): Promise<boolean> {
  const now = ctx.clock.now();
  if ((await condemnStrayKeys(ctx.db, plusSeconds(now, -strayKeySeconds), now, sliceRows)) > 0) return true;
  const blobs = await listUnlinkedBlobs(ctx.db, sliceRows);
  let condemned = 0;
  for (const blob of blobs) if (await condemnIfUnlinked(ctx, blob)) condemned++;
  return condemned > 0;
}

async function rotateKeys(ctx: Needs<"keys">): Promise<boolean> {
  await ctx.keys.rotate();
  return false;
}

async function clearDeleted(ctx: Needs<"db" | "clock" | "limits">): Promise<boolean> {
  const id = await findDeletedRepository(ctx.db);
  if (!id) return false;
  if ((await endRepositoryUploads(ctx.db, id, ctx.clock.now())) > 0) return true;
  const digests = await clearManifests(ctx.db, id, sliceRows);
  if (digests) {
    await forgetBytes(ctx, digests);
    return true;
  }
  const blobs = await clearLinks(ctx.db, id, sliceRows);
  for (const blob of blobs) await condemnIfUnlinked(ctx, blob);
  if (blobs.length === 0) await deleteClearedRepository(ctx.db, id);
  return true;
}

async function endRefreshTokens(ctx: Needs<"db" | "clock">): Promise<boolean> {
  return (await deleteUnusedRefreshTokens(ctx.db, plusSeconds(ctx.clock.now(), -refreshTokenSeconds))) > 0;
}

async function forgetWorkloads(ctx: Needs<"db" | "clock">): Promise<boolean> {
  return (await deleteEndedWorkloads(ctx.db, ctx.clock.now(), sliceRows)) > 0;
}
