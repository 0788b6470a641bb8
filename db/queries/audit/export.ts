// Events in the order of their transactions, as they were written.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

/** Where an event stands in that order. */
export interface Position {
  transaction: string;
  id: number;
}

export interface ExportedRow extends Position {
  atMs: number;
  type: string;
  actorId: string | null;
  actorName: string | null;
  credential: string | null;
  address: string | null;
  repositoryId: string | null;
  object: string;
  detail: Record<string, unknown>;
}

/** Those after a position, as far as no transaction can add to any more. */
export async function listEventsInOrder(db: Db, after: Position, limit: number): Promise<ExportedRow[]> {
  return rows(
    db,
    sql`select e.transaction::text as transaction, e.id, extract(epoch from e.at)::float8 * 1000 as "atMs", e.type, e.actor_id as "actorId",
        e.actor_name as "actorName", e.credential, e.address, e.repository_id as "repositoryId", e.object, e.detail
      from event e where (e.transaction, e.id) > (${after.transaction}::xid8, ${after.id}::bigint)
        and e.transaction < pg_snapshot_xmin(pg_current_snapshot())
      order by e.transaction, e.id limit ${limit}`,
  );
}
