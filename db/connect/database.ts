// Runs drizzle's SQL on the pool. Of drizzle only its SQL is loaded: its own sessions make up a third of the time of a start,
// and a good part of a statement's (docs/decisions/0015).
import type { SQL } from "drizzle-orm/sql";
import { type Database, type Db, StatementError } from "../queries/rows.ts";
import type { Sql } from "./server.ts";

/** How PostgreSQL wants names, parameters and text. Columns, whose names would depend on their casing, are not used. */
const dialect: Parameters<SQL["toQuery"]>[0] = {
  casing: undefined as never,
  escapeName: (name) => `"${name.replaceAll('"', '""')}"`,
  escapeParam: (index) => `$${index + 1}`,
  escapeString: (text) => `'${text.replaceAll("'", "''")}'`,
};

export function databaseOn(sql: Sql): Database {
  return {
    ...on(sql),
    transaction: <T>(work: (tx: Db) => Promise<T>) => sql.begin((own) => work(on(own))) as Promise<T>,
  };
}

function on(sql: Pick<Sql, "unsafe">): Db {
  return {
    async execute(query) {
      const { sql: text, params } = query.toQuery(dialect);
      try {
        return await sql.unsafe(text, params as never[]);
      } catch (error) {
        throw new StatementError(text, error);
      }
    },
  };
}
