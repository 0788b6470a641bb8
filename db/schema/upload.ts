// Upload sessions: bound to a repository and an account, claimed by one writer at a time, resumable by any process.
import { bigint, index, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { blob } from "./blob.ts";
import { repository } from "./repository.ts";

export const upload = pgTable(
  "upload",
  {
    id: uuid().primaryKey(),
    repositoryId: uuid("repository_id")
      .notNull()
      .references(() => repository.id),
    /** Whose session it is; null is the anonymous caller. */
    accountId: uuid("account_id"),
    blobId: bigint("blob_id", { mode: "number" })
      .notNull()
      .references(() => blob.id),
    /** Bytes that are stored and acknowledged. */
    offset: bigint({ mode: "number" }).notNull().default(0),
    /** What the store wants to be told to go on. */
    storeState: jsonb("store_state"),
    /** A saved hash, or the digests of the first `offset` bytes. */
    hashState: jsonb("hash_state"),
    /** The algorithm that the client announced. */
    algorithm: text(),
    /** The writer that holds the session, and until when if it is not heard of. */
    writer: uuid(),
    leaseUntil: timestamp("lease_until", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull(),
  },
  (t) => [
    index("upload_account").on(t.accountId),
    index("upload_repository").on(t.repositoryId),
    index("upload_blob").on(t.blobId),
  ],
);
