// What the management API tells of a manifest beside its own fields: read from its configuration after the push.
import { bigint, foreignKey, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { textC } from "./columns.ts";
import { manifest } from "./manifest.ts";

/** Per repository, not per digest: a configuration tells nothing where it is not linked. */
export const manifestDetail = pgTable(
  "manifest_detail",
  {
    repositoryId: uuid("repository_id").notNull(),
    digest: textC().notNull(),
    /** `none`: there is no configuration of an image; the others say why it could not be read. */
    status: text({ enum: ["read", "none", "missing", "too-large", "invalid"] }).notNull(),
    os: text(),
    osVersion: text("os_version"),
    architecture: text(),
    variant: text(),
    author: text(),
    /** As the configuration writes it, with its nanoseconds. */
    created: text(),
    /** Of configuration and layers, each once; of an index all that its manifests have. */
    sizeBytes: bigint("size_bytes", { mode: "number" }),
    /** The image's history beside its layers. */
    lines: jsonb(),
    /** What an index says of the manifests that it lists. */
    platforms: jsonb(),
  },
  (t) => [
    primaryKey({ columns: [t.repositoryId, t.digest] }),
    foreignKey({
      name: "manifest_detail_manifest",
      columns: [t.repositoryId, t.digest],
      foreignColumns: [manifest.repositoryId, manifest.digest],
    }).onDelete("cascade"),
  ],
);
