// Events: the outbox. Rows are written in the transaction of the change they tell of, and read in commit order.
import { sql } from "drizzle-orm";
import { bigint, index, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { textC, xid8 } from "../columns.ts";

export const event = pgTable(
  "event",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    /** Readers take the rows below pg_snapshot_xmin(pg_current_snapshot()): later ids may commit earlier. */
    transaction: xid8().notNull().default(sql`pg_current_xact_id()`),
    at: timestamp({ withTimezone: true }).notNull(),
    type: text().notNull(),
    actorId: uuid("actor_id"),
    /** His name at that time. */
    actorName: textC("actor_name"),
    /** What he showed: `password`, `access token 1a2b3c4d`, `bearer`, ...; never the secret itself. */
    credential: text(),
    /** Where the request came from. */
    address: text(),
    repositoryId: uuid("repository_id"),
    /** The full name at that time: it outlives the repository. */
    object: textC().notNull(),
    detail: jsonb().notNull().default({}),
  },
  (t) => [index("event_order").on(t.transaction, t.id), index("event_repository").on(t.repositoryId, t.id)],
);
