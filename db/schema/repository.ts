// Repositories: a name inside an account's namespace, and the settings that decide what may be stored there.
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { textC } from "./columns.ts";

export const repository = pgTable(
  "repository",
  {
    id: uuid().primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id),
    /** What follows the namespace; may hold slashes. */
    name: textC().notNull(),
    /** `namespace/name`: kept beside the parts because lists are in byte order of the whole. */
    path: textC().notNull(),
    kind: text({ enum: ["local", "mirror", "cache"] })
      .notNull()
      .default("local"),
    visibility: text({ enum: ["public", "private"] })
      .notNull()
      .default("private"),
    shortDescription: text("short_description").notNull().default(""),
    longDescription: text("long_description").notNull().default(""),
    immutableTags: boolean("immutable_tags").notNull().default(false),
    /** As many tags, and the one that was pushed longest ago goes when another comes; 0: as many as you like. */
    tagLimit: integer("tag_limit").notNull().default(0),
    /** Whether manifests may name content that is not here. */
    sparse: boolean().notNull().default(false),
    pulls: integer().notNull().default(0),
    pushes: integer().notNull().default(0),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** Set: invisible at once, its content is cleared in slices. */
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
  },
  (t) => [
    uniqueIndex("repository_path").on(t.path).where(sql`${t.deletedAt} is null`),
    /** Whoever sees little else sees these. */
    index("repository_public").on(t.path).where(sql`${t.deletedAt} is null and ${t.visibility} = 'public'`),
    /** What a text may begin. */
    index("repository_name").on(t.name, t.path).where(sql`${t.deletedAt} is null`),
    index("repository_account").on(t.accountId, t.path),
    index("repository_deleted").on(t.deletedAt).where(sql`${t.deletedAt} is not null`),
    check("repository_kind", sql`${t.kind} in ('local', 'mirror', 'cache')`),
    check("repository_visibility", sql`${t.visibility} in ('public', 'private')`),
  ],
);

/** A name that a repository had, by the namespace in which it is held: it leads to the repository, and no other can have it. */
export const repositoryAlias = pgTable(
  "repository_alias",
  {
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    name: textC().notNull(),
    repositoryId: uuid("repository_id")
      .notNull()
      .references(() => repository.id, { onDelete: "cascade" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    createdBy: uuid("created_by"),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.name] }),
    index("repository_alias_repository").on(t.repositoryId, t.createdAt),
  ],
);
