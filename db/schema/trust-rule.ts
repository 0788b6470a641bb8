// Which tokens of outside issuers stand for which service account, and which of those tokens were used.
import { index, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { account } from "./account.ts";
import { bytea, textC } from "./columns.ts";

export const trustRule = pgTable(
  "trust_rule",
  {
    id: uuid().primaryKey(),
    /** The service account. */
    accountId: uuid("account_id")
      .notNull()
      .references(() => account.id, { onDelete: "cascade" }),
    /** As the tokens' `iss` has it, letter by letter. */
    issuer: textC().notNull(),
    audience: text().notNull(),
    /** Claims by name, with the text that each must have. */
    claims: jsonb().$type<Record<string, string>>().notNull(),
    /** How long what is given for a token holds. */
    tokenSeconds: integer("token_seconds").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
    expiresAt: timestamp("expires_at", { withTimezone: true }),
  },
  (t) => [index("trust_rule_issuer").on(t.issuer), index("trust_rule_account").on(t.accountId, t.createdAt)],
);

/** Each token of an outside issuer is good once. */
export const usedOutsideToken = pgTable(
  "used_outside_token",
  {
    /** SHA-256 of the issuer and of what the issuer calls the token. */
    hash: bytea().primaryKey(),
    /** From then on the token would be refused for its age. */
    until: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [index("used_outside_token_until").on(t.until)],
);
