// Blobs: the registered keys of stored bytes, the digests that name them, and the repositories they are linked in.
//
// A key is a row before its first byte and until its deletion is confirmed:
//   writing -> live -> condemned -> (bytes removed) -> row removed
// A digest names a live blob only. A link can only point at a live blob, and a linked blob cannot be condemned: the
// composite foreign key on (id, state) holds both, whoever writes.
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { textC } from "./columns.ts";
import { repository } from "./repository.ts";

export const blob = pgTable(
  "blob",
  {
    id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    key: textC().notNull().unique(),
    state: text({ enum: ["writing", "live", "condemned"] })
      .notNull()
      .default("writing"),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull().default(0),
    /** What the store said of the object when it was sealed. */
    stamp: text(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** When a condemned key's bytes may be removed: after the hold, or at once when they never were visible. */
    removableAt: timestamp("removable_at", { withTimezone: true }),
    /** When its bytes were found damaged: from then on it is answered as missing, until a push of the digest heals it. */
    markedAt: timestamp("marked_at", { withTimezone: true }),
    markReason: text("mark_reason", { enum: ["missing", "size", "digest"] }),
    /** When its bytes were last hashed again; null when only while they were pushed. */
    verifiedAt: timestamp("verified_at", { withTimezone: true }),
  },
  (t) => [
    unique("blob_id_state").on(t.id, t.state),
    index("blob_removable").on(t.removableAt).where(sql`${t.state} = 'condemned'`),
    index("blob_marked").on(t.markedAt).where(sql`${t.state} = 'live' and ${t.markedAt} is not null`),
    index("blob_last_hashed")
      .on(sql`coalesce(${t.verifiedAt}, ${t.createdAt})`)
      .where(sql`${t.state} = 'live' and ${t.markedAt} is null`),
    check("blob_state", sql`${t.state} in ('writing', 'live', 'condemned')`),
  ],
);

export const blobDigest = pgTable(
  "blob_digest",
  {
    algorithm: textC().notNull(),
    hex: textC().notNull(),
    blobId: bigint("blob_id", { mode: "number" }).notNull(),
    blobState: text("blob_state").notNull().default("live"),
  },
  (t) => [
    primaryKey({ columns: [t.hex, t.algorithm] }),
    index("blob_digest_blob").on(t.blobId),
    foreignKey({
      name: "blob_digest_blob_live",
      columns: [t.blobId, t.blobState],
      foreignColumns: [blob.id, blob.state],
    }),
    check("blob_digest_live", sql`${t.blobState} = 'live'`),
  ],
);

export const link = pgTable(
  "link",
  {
    repositoryId: uuid("repository_id")
      .notNull()
      .references(() => repository.id),
    blobId: bigint("blob_id", { mode: "number" }).notNull(),
    blobState: text("blob_state").notNull().default("live"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repositoryId, t.blobId] }),
    index("link_blob").on(t.blobId),
    foreignKey({ name: "link_blob_live", columns: [t.blobId, t.blobState], foreignColumns: [blob.id, blob.state] }),
    check("link_live", sql`${t.blobState} = 'live'`),
  ],
);

/** Blobs that the scrub is in the middle of, or could not read: where it goes on, and from when. */
export const blobScrub = pgTable("blob_scrub", {
  blobId: bigint("blob_id", { mode: "number" })
    .primaryKey()
    .references(() => blob.id, { onDelete: "cascade" }),
  /** The object that is being read: a blob that was healed meanwhile has another, and is begun anew. */
  key: textC().notNull(),
  /** What the store said of that object at the first byte: one that was changed meanwhile is begun anew, too. */
  stamp: text(),
  offset: bigint({ mode: "number" }).notNull(),
  hashState: jsonb("hash_state"),
  /** Not before this moment. */
  resumeAt: timestamp("resume_at", { withTimezone: true }).notNull(),
});
