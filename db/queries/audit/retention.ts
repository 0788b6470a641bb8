// Drops the events of the oldest checkpoints; the checkpoints stay, without the hashes of what is gone.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

/** @param limit checkpoints at the most. @returns of how many the events were dropped. */
export async function dropSealed(
  db: Db,
  { sealedBefore, now, limit }: { sealedBefore: Date; now: Date; limit: number },
): Promise<number> {
  const dropped = await rows(
    db,
    sql`with oldest as materialized (
        select id, from_transaction, to_transaction, sealed_at from event_checkpoint where dropped_at is null order by id limit ${limit}),
      old as (select * from oldest where sealed_at < ${sealedBefore.toISOString()}::timestamptz),
      gone as (
        delete from event e using old where e.transaction >= old.from_transaction and e.transaction < old.to_transaction)
      update event_checkpoint c set row_hashes = null, dropped_at = ${now.toISOString()}::timestamptz
      from old where c.id = old.id returning c.id`,
  );
  return dropped.length;
}
