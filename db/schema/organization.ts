// Who belongs to an organization, its teams, and what teams and users were granted.
import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, primaryKey, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { textC } from "./columns.ts";
import { repository } from "./repository.ts";

const accountId = (name: string) =>
  uuid(name)
    .notNull()
    .references(() => account.id, { onDelete: "cascade" });

export const organizationMember = pgTable(
  "organization_member",
  {
    organizationId: accountId("organization_id"),
    userId: accountId("user_id"),
    /** An owner of the organization. */
    isAdmin: boolean("is_admin").notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.userId] }), index("organization_member_user").on(t.userId)],
);

export const team = pgTable(
  "team",
  {
    id: uuid().primaryKey(),
    organizationId: accountId("organization_id"),
    /** May hold slashes. */
    name: textC().notNull(),
    description: text().notNull().default(""),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (t) => [unique("team_name").on(t.organizationId, t.name)],
);

const teamId = () => uuid("team_id").references(() => team.id, { onDelete: "cascade" });

export const teamMember = pgTable(
  "team_member",
  {
    teamId: teamId().notNull(),
    userId: accountId("user_id"),
    /** May change who belongs to the team. */
    isAdmin: boolean("is_admin").notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.userId] }), index("team_member_user").on(t.userId)],
);

/** What a team or a user may on a repository, on those of a namespace whose names fit a pattern, or on all of a namespace. */
export const accessGrant = pgTable(
  "access_grant",
  {
    id: uuid().primaryKey(),
    teamId: teamId(),
    userId: uuid("user_id").references(() => account.id, { onDelete: "cascade" }),
    namespaceId: accountId("namespace_id"),
    /** Null: every repository of the namespace, or those that fit the pattern. */
    repositoryId: uuid("repository_id").references(() => repository.id, { onDelete: "cascade" }),
    /** Of names within the namespace: `web-*`. */
    pattern: textC(),
    level: text({ enum: ["read-only", "read-write", "admin"] }).notNull(),
    /** From then on it gives nothing. */
    expiresAt: timestamp("expires_at", { withTimezone: true }),
  },
  (t) => [
    unique("access_grant_what").on(t.teamId, t.userId, t.namespaceId, t.repositoryId, t.pattern).nullsNotDistinct(),
    index("access_grant_user").on(t.userId),
    index("access_grant_repository").on(t.repositoryId),
    index("access_grant_namespace").on(t.namespaceId),
    check("access_grant_level", sql`${t.level} in ('read-only', 'read-write', 'admin')`),
    check("access_grant_pattern", sql`${t.pattern} is null or ${t.repositoryId} is null`),
    check("access_grant_subject", sql`(${t.teamId} is null) <> (${t.userId} is null)`),
  ],
);
