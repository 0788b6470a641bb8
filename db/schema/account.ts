// Accounts: users and organizations share one space of names. Refresh tokens are what `docker login` keeps.
import { sql } from "drizzle-orm";
import { boolean, check, index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea, textC } from "./columns.ts";

export const account = pgTable(
  "account",
  {
    id: uuid().primaryKey(),
    name: textC().notNull().unique(),
    kind: text({ enum: ["user", "organization"] }).notNull(),
    fullName: text("full_name").notNull().default(""),
    isAdmin: boolean("is_admin").notNull().default(false),
    isActive: boolean("is_active").notNull().default(true),
    /** A level on every repository, beside what was granted; admins have every right. */
    globalRole: text("global_role", { enum: ["read-only", "read-write"] }),
    /** A PHC string of argon2id; null for organizations. */
    passwordHash: text("password_hash"),
    passwordChangedAt: timestamp("password_changed_at", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** Set: it is gone for everybody, and its name is free; the row stays for what still refers to it. */
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
  },
  (t) => [
    check("account_kind", sql`${t.kind} in ('user', 'organization')`),
    check("account_global_role", sql`${t.globalRole} in ('read-only', 'read-write')`),
  ],
);

export const refreshToken = pgTable(
  "refresh_token",
  {
    /** SHA-256 of the token: the token itself is never stored. */
    hash: bytea().primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    clientId: text("client_id").notNull().default(""),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }).notNull(),
  },
  (t) => [index("refresh_token_account").on(t.accountId), index("refresh_token_last_used").on(t.lastUsedAt)],
);
