// Drops events that are older than the setting says: sealed ones, the oldest first, and their checkpoints stay.
import { dropSealed } from "#db/queries/audit/retention.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { getSettings } from "../settings.ts";

/** So many checkpoints in one slice: each is a second of events. */
const mostCheckpoints = 20;
const longestMonthSeconds = 31 * 86_400;

/** Does a slice. @returns whether there is more to do at once. */
export async function dropOldEvents(ctx: Needs<"db" | "clock">): Promise<boolean> {
  const { eventMonths } = await getSettings(ctx);
  if (eventMonths === 0) return false;
  const now = ctx.clock.now();
  const sealedBefore = plusSeconds(now, -eventMonths * longestMonthSeconds);
  return (await dropSealed(ctx.db, { sealedBefore, now, limit: mostCheckpoints })) === mostCheckpoints;
}
