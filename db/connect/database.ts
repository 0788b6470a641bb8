// Runs drizzle's SQL on the pool. Of drizzle only its SQL is loaded: its own sessions make up a third of the time of a start,
// and a good part of a statement's (docs/decisions/0015).
import type { SQL } from "drizzle-orm/sql";
import type postgres from "postgres";
import { type Database, type Db, StatementError } from "../queries/rows.ts";
import type { RunsText } from "./pool/statement.ts";

/** How PostgreSQL wants names, parameters and text. Columns, whose names would depend on their casing, are not used. */
const dialect: Parameters<SQL["toQuery"]>[0] = {
  casing: undefined as never,
  escapeName: (name) => `"${name.replaceAll('"', '""')}"`,
  escapeParam: (index) => `$${index + 1}`,
  escapeString: (text) => `'${text.replaceAll("'", "''")}'`,
};

/** @param named gives the driver's errors the names by which a lost connection is known, where the driver does not. */
export function databaseOn(sql: postgres.Sql, named: (error: unknown) => unknown = (error) => error): Database {
  return {
    ...on(sql, named),
    async transaction<T>(work: (tx: Db) => Promise<T>) {
      let thrown: { error: unknown } | null = null;
      const watched = async (tx: Db) => {
        try {
          return await work(tx);
        } catch (error) {
          thrown = { error };
          throw error;
        }
      };
      try {
        return (await sql.begin((own) => watched(on(own, named)))) as T;
      } catch (error) {
        throw error === (thrown as { error: unknown } | null)?.error ? error : named(error);
      }
    },
  };
}

function on(sql: Pick<postgres.Sql, "unsafe"> & Partial<RunsText>, named: (error: unknown) => unknown): Db {
  const run =
    sql.text ??
    ((text: string, params: unknown[]) => sql.unsafe(text, params as never[], { prepare: params.length > 0 }));
  return {
    async execute(query) {
      const { sql: text, params } = query.toQuery(dialect);
      try {
        return await run(text, params);
      } catch (error) {
        throw new StatementError(text, named(error));
      }
    },
  };
}
