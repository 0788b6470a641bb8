// Does a change of accounts, members, teams or access in one transaction with the event that tells of it; memory forgets before anybody hears.
import { type EventType, insertEvent } from "#db/queries/events.ts";
import type { Db } from "#db/queries/rows.ts";
import type { Caller } from "../access/caller.ts";
import { whoOf } from "../audit/who.ts";
import { heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";

export type ChangeNeeds = Needs<"db" | "clock" | "facts">;

export interface Told {
  type: EventType;
  /** The name of what changes. */
  object: string;
  /** Of a repository, whose admins are to learn of it. */
  repositoryId?: string | null;
  detail?: Record<string, unknown>;
}

/** @param work gives null when nothing changed: then nothing is told. */
export async function changing<T>(
  ctx: ChangeNeeds,
  caller: Caller,
  told: Told,
  work: (tx: Db, now: Date) => Promise<T | null>,
): Promise<T | null> {
  const at = ctx.clock.now();
  const event = { repositoryId: null, ...told, at, ...whoOf(caller) };
  return heeding(ctx, event, () =>
    ctx.db.transaction(async (tx) => {
      const result = await work(tx, at);
      if (result !== null) await insertEvent(tx, event);
      return result;
    }),
  );
}
