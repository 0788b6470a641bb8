// The second factor of people: the secret that their app shares with us, encrypted, and the codes for who lost it.
import { bigint, integer, pgTable, primaryKey, timestamp, uuid } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { bytea } from "./columns.ts";

export const secondFactor = pgTable("second_factor", {
  accountId: uuid("account_id")
    .primaryKey()
    .references(() => account.id, { onDelete: "cascade" }),
  /** Encrypted with a key that follows from the secret key. */
  secretSealed: bytea("secret_sealed").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  /** Null: shown, but not yet proven to be in an app; it asks nothing of anybody. */
  confirmedAt: timestamp("confirmed_at", { withTimezone: true }),
  /** The time step of the last code that was taken: no code of it, or of one before, is taken again. */
  lastStep: bigint("last_step", { mode: "number" }),
  /** Tries since the last right code, counted before each is looked at. */
  failures: integer().notNull().default(0),
  failedAt: timestamp("failed_at", { withTimezone: true }),
});

export const recoveryCode = pgTable(
  "recovery_code",
  {
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    /** An HMAC under a key that follows from the secret key: the code itself is shown once. */
    hash: bytea().notNull(),
  },
  (t) => [primaryKey({ columns: [t.accountId, t.hash] })],
);
