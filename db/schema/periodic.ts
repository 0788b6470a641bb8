// Who does which periodic work: servers and Workers on one database share it.
import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** One row per task that was ever begun. */
export const periodicRun = pgTable("periodic_run", {
  task: text().primaryKey(),
  /** Whoever has it until then, or had it last. */
  holder: uuid().notNull(),
  heldUntil: timestamp("held_until", { withTimezone: true }).notNull(),
  begunAt: timestamp("begun_at", { withTimezone: true }).notNull(),
});
