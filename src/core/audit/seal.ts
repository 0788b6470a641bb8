// Seals events: chains them in the order of their transactions, and signs. What is changed afterwards is found by `verifyEvents`.
import { insertCheckpoint, readUnsealed } from "#db/queries/audit/checkpoints.ts";
import type { Needs } from "../context.ts";
import { type Checkpoint, hashOf, hashOfSigned, signCheckpoint } from "./checkpoint.ts";

/** In one checkpoint, unless one transaction has more. */
const mostEvents = 5000;

/** Seals what no transaction can add to any more. Any number of processes may do so at once. @returns whether there may be more. */
export async function sealEvents(ctx: Needs<"db" | "clock" | "keys">): Promise<boolean> {
  const unsealed = await readUnsealed(ctx.db, mostEvents);
  if (!unsealed) return false;
  const { lastId, lastSigned, ...span } = unsealed;
  const now = ctx.clock.now();
  const { fromTransaction, toTransaction, count } = span;
  const checkpoint: Checkpoint = {
    id: (lastId ?? 0) + 1,
    previous: lastSigned === null ? "" : await hashOfSigned(lastSigned),
    fromTransaction,
    toTransaction,
    count,
    events: await hashOf(span.rowHashes),
    sealedAt: now.toISOString(),
  };
  const { signed, key } = await signCheckpoint(ctx, checkpoint);
  const isFirst = await insertCheckpoint(ctx.db, { ...span, id: checkpoint.id, signed, now }, key);
  return isFirst && count >= mostEvents;
}
