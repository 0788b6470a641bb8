// Accounts: users, organizations and service accounts share one space of names. Refresh tokens are what `docker login` keeps.
import { sql } from "drizzle-orm";
import { type AnyPgColumn, boolean, check, index, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea, textC } from "./columns.ts";
import { trustRule } from "./trust-rule.ts";

export const account = pgTable(
  "account",
  {
    id: uuid().primaryKey(),
    name: textC().notNull().unique(),
    kind: text({ enum: ["user", "organization", "service"] }).notNull(),
    /** The organization that a service account belongs to. */
    ownerId: uuid("owner_id").references((): AnyPgColumn => account.id, { onDelete: "cascade" }),
    fullName: text("full_name").notNull().default(""),
    isAdmin: boolean("is_admin").notNull().default(false),
    isActive: boolean("is_active").notNull().default(true),
    /** A level on every repository, beside what was granted; admins have every right. */
    globalRole: text("global_role", { enum: ["read-only", "read-write"] }),
    /** A PHC string of argon2id; null for organizations and service accounts. */
    passwordHash: text("password_hash"),
    passwordChangedAt: timestamp("password_changed_at", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    /** Set: it is gone for everybody, and its name is free; the row stays for what still refers to it. */
    deletedAt: timestamp("deleted_at", { withTimezone: true }),
  },
  (t) => [
    check("account_kind", sql`${t.kind} in ('user', 'organization', 'service')`),
    check("account_owner", sql`(${t.kind} = 'service') = (${t.ownerId} is not null)`),
    // What no path of the program gives a service account, no other can.
    check(
      "account_service",
      sql`${t.kind} <> 'service' or (${t.passwordHash} is null and not ${t.isAdmin} and ${t.globalRole} is null)`,
    ),
    index("account_owner_name").on(t.ownerId, t.name).where(sql`${t.ownerId} is not null`),
    check("account_global_role", sql`${t.globalRole} in ('read-only', 'read-write')`),
  ],
);

/** A name that an account had: it leads to the account, and no other can have it. */
export const accountAlias = pgTable(
  "account_alias",
  {
    name: textC().primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    createdBy: uuid("created_by"),
  },
  (t) => [index("account_alias_account").on(t.accountId, t.name)],
);

/** Repositories whose full names fit the pattern, and what may be done to them. */
export interface TokenScope {
  repositories: string;
  actions: string[];
}

/** What a person made for a machine: it is used where a password is, and does what the account may. */
export const accessToken = pgTable(
  "access_token",
  {
    /** SHA-256 of the token: the token itself is shown once and never stored. */
    hash: bytea().primaryKey(),
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    label: text().notNull().default(""),
    isActive: boolean("is_active").notNull().default(true),
    /** `manual`, `auto` when a client made it for itself, `workload` when it was given for an outside issuer's token. */
    generatedBy: text("generated_by").notNull().default("manual"),
    /** The User-Agent of who asked for it. */
    creatorAgent: text("creator_agent").notNull().default(""),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
    expiresAt: timestamp("expires_at", { withTimezone: true }),
    /** What it is good for at most, said when it was made; null: for all that its account may. */
    scopes: jsonb().$type<TokenScope[]>(),
    /** The trust rule by which it was given for a token of an outside issuer: it ends with that. */
    ruleId: uuid("rule_id").references((): AnyPgColumn => trustRule.id, { onDelete: "cascade" }),
  },
  (t) => [
    index("access_token_account").on(t.accountId, t.createdAt),
    index("access_token_rule").on(t.ruleId).where(sql`${t.ruleId} is not null`),
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
    /** The access token that was shown in place of a password: this one ends and rests with it. */
    via: bytea().references(() => accessToken.hash, { onDelete: "cascade" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }).notNull(),
  },
  (t) => [
    index("refresh_token_account").on(t.accountId),
    index("refresh_token_last_used").on(t.lastUsedAt),
    index("refresh_token_via").on(t.via),
  ],
);
