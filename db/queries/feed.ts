// Reads the events that became visible since the last reading, for caches.
//
// Unlike readers of the outbox, which take events in commit order and wait for older transactions, this one takes every row as
// soon as it is visible: a long transaction elsewhere must not hold back what memory has to forget.
import { sql } from "drizzle-orm/sql";
import type { EventType } from "./events.ts";
import { type Db, rows } from "./rows.ts";

/** The snapshot of the last reading, as PostgreSQL writes it. */
export type FeedPosition = string;

export interface FeedRow {
  type: EventType;
  repositoryId: string | null;
  object: string;
  detail: Record<string, unknown>;
}

/** The events that the snapshot `after` did not show, in no order; null: none, only the position. New blobs are left out: nobody remembers that something is not there; and so is what changes nothing. */
export async function readFeed(db: Db, after: FeedPosition | null): Promise<{ rows: FeedRow[]; next: FeedPosition }> {
  // One statement sees one snapshot: the rows and the position belong together.
  const news =
    after === null
      ? sql`select null::text as type, null::uuid as repository_id, null::text as object, null::jsonb as detail where false`
      : sql`select type, repository_id, object, detail from event
          where transaction >= pg_snapshot_xmin(${after}::pg_snapshot) and not pg_visible_in_snapshot(transaction, ${after}::pg_snapshot)
            and type not in ('blob.push', 'blob.mount', 'manifest.pull', 'login.success', 'login.fail', 'request.deny')`;
  const found = await rows<FeedRow & { next: string; type: EventType | null }>(
    db,
    sql`select n.type, n.repository_id as "repositoryId", n.object, n.detail, s.next
      from (select pg_current_snapshot()::text as next) s left join (${news}) n on true`,
  );
  const next = found[0]?.next as string;
  return { rows: found.filter((row) => row.type !== null), next };
}
