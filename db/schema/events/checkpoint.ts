// Checkpoints: what the events of a span of transactions were when they were sealed, signed and chained to the span before.
import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { bytea, xid8 } from "../columns.ts";

export const eventCheckpoint = pgTable(
  "event_checkpoint",
  {
    /** 1, 2, 3 …: of two who seal at once one is first. */
    id: bigint({ mode: "number" }).primaryKey(),
    /** It seals the events of the transactions from this one on … */
    fromTransaction: xid8("from_transaction").notNull(),
    /** … to before this one, where the next begins. */
    toTransaction: xid8("to_transaction").notNull(),
    count: integer().notNull(),
    /** Of each event its id (8 bytes) and a SHA-256 (32), in the order of transactions and ids; null when they were dropped. */
    rowHashes: bytea("row_hashes"),
    /** What it says, as a JWS (RFC 7515): its own columns, and the SHA-256 of what the one before says. */
    signed: text().notNull(),
    sealedAt: timestamp("sealed_at", { withTimezone: true }).notNull(),
    /** When its events were dropped, because they were old. */
    droppedAt: timestamp("dropped_at", { withTimezone: true }),
  },
  (t) => [index("event_checkpoint_kept").on(t.id).where(sql`${t.droppedAt} is null`)],
);

/** Public keys of checkpoints: they verify for as long as there are checkpoints, when the signing key is long gone. */
export const checkpointKey = pgTable("checkpoint_key", {
  kid: text().primaryKey(),
  publicJwk: jsonb("public_jwk").notNull(),
  /** An HMAC with a key that follows from the secret key: who can only write rows cannot add a key of his own. */
  mark: bytea().notNull(),
});
