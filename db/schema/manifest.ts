// Manifests: their exact bytes once per digest, linked per repository, with what they refer to; and the tags that name them.
//
// An edge to a blob or a manifest of the same repository is a foreign key, so nothing that a manifest needs can be unlinked
// under it, whichever way the deletion comes. An edge to content that is absent (foreign layers, sparse repositories) has
// neither.
import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { link } from "./blob.ts";
import { bytea, textC } from "./columns.ts";
import { repository } from "./repository.ts";

export const manifestBytes = pgTable("manifest_bytes", {
  digest: textC().primaryKey(),
  bytes: bytea().notNull(),
});

export const manifest = pgTable(
  "manifest",
  {
    repositoryId: uuid("repository_id")
      .notNull()
      .references(() => repository.id),
    digest: textC()
      .notNull()
      .references((): AnyPgColumn => manifestBytes.digest),
    mediaType: text("media_type").notNull(),
    sizeBytes: integer("size_bytes").notNull(),
    artifactType: text("artifact_type"),
    configMediaType: text("config_media_type"),
    subject: textC(),
    annotations: jsonb().notNull(),
    pushedBy: uuid("pushed_by"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** From when on its configuration is to be read for `manifest_detail`; set by every push, null when that is done. */
    describeAt: timestamp("describe_at", { withTimezone: true }).default(sql`'-infinity'`),
  },
  (t) => [
    primaryKey({ columns: [t.repositoryId, t.digest] }),
    index("manifest_to_describe").on(t.describeAt).where(sql`${t.describeAt} is not null`),
    index("manifest_subject").on(t.repositoryId, t.subject, t.digest),
    index("manifest_bytes_of").on(t.digest),
  ],
);

export const manifestEdge = pgTable(
  "manifest_edge",
  {
    repositoryId: uuid("repository_id").notNull(),
    parent: textC().notNull(),
    position: integer().notNull(),
    kind: text({ enum: ["config", "layer", "child"] }).notNull(),
    digest: textC().notNull(),
    mediaType: text("media_type").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    blobId: bigint("blob_id", { mode: "number" }),
    child: textC(),
  },
  (t) => [
    primaryKey({ columns: [t.repositoryId, t.parent, t.position] }),
    foreignKey({
      name: "manifest_edge_parent",
      columns: [t.repositoryId, t.parent],
      foreignColumns: [manifest.repositoryId, manifest.digest],
    }).onDelete("cascade"),
    foreignKey({
      name: "manifest_edge_blob",
      columns: [t.repositoryId, t.blobId],
      foreignColumns: [link.repositoryId, link.blobId],
    }),
    foreignKey({
      name: "manifest_edge_child",
      columns: [t.repositoryId, t.child],
      foreignColumns: [manifest.repositoryId, manifest.digest],
    }),
    index("manifest_edge_blob").on(t.repositoryId, t.blobId),
    index("manifest_edge_child").on(t.repositoryId, t.child),
  ],
);

export const tag = pgTable(
  "tag",
  {
    repositoryId: uuid("repository_id").notNull(),
    name: textC().notNull(),
    digest: textC().notNull(),
    pushedBy: uuid("pushed_by"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull(),
    /** Null when nobody has pulled it since Berth counts pulls of tags. */
    lastPulledAt: timestamp("last_pulled_at", { withTimezone: true }),
  },
  (t) => [
    primaryKey({ columns: [t.repositoryId, t.name] }),
    foreignKey({
      name: "tag_manifest",
      columns: [t.repositoryId, t.digest],
      foreignColumns: [manifest.repositoryId, manifest.digest],
    }),
    index("tag_digest").on(t.repositoryId, t.digest),
  ],
);
