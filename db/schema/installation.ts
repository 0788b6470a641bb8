// The installation: its identity, its settings, and the keys that sign its tokens.
import { sql } from "drizzle-orm";
import { boolean, check, integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "./columns.ts";

/** One row. Its id is the audience of every token, and the id that the blob store must carry too. */
export const installation = pgTable(
  "installation",
  {
    single: boolean().primaryKey().default(true),
    id: uuid().notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  },
  (t) => [check("installation_single", sql`${t.single}`)],
);

/** Settings that are changed while the server runs; absent means the default. */
export const setting = pgTable("setting", {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull(),
});

/** ES256 keys; the private half is encrypted with the secret key. */
export const signingKey = pgTable("signing_key", {
  kid: text().primaryKey(),
  publicJwk: jsonb("public_jwk").notNull(),
  privateSealed: bytea("private_sealed").notNull(),
  sealVersion: integer("seal_version").notNull().default(1),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
  /** No longer signs from then on; verifies until the last token signed with it has ended. */
  retiredAt: timestamp("retired_at", { withTimezone: true }),
});
