// Sessions of people who logged in with a browser: what the cookie holds is known by its hash alone.
import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { bytea } from "./columns.ts";

export const session = pgTable(
  "session",
  {
    /** SHA-256 of what the cookie holds. */
    hash: bytea().primaryKey(),
    /** What it is called where it is shown: nobody comes in with it. */
    id: uuid().notNull().unique(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    /** The User-Agent and the address of the login. */
    agent: text().notNull().default(""),
    address: text().notNull().default(""),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** To the minute. */
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }).notNull(),
    /** It ends then, however much it is used. */
    endsAt: timestamp("ends_at", { withTimezone: true }).notNull(),
  },
  (t) => [index("session_account").on(t.accountId), index("session_last_used").on(t.lastUsedAt)],
);
