// The gate that every change of content passes in its own transaction: it is closed while the registry is read-only.
//
// The database's function `enter_content()` holds a lock that the switch waits for, and looks at the switch only then, with eyes of its
// own: so a statement that began before the switch was thrown is either done before its answer, or refused.
import { type SQL, sql } from "drizzle-orm/sql";
import { type Db, databaseError } from "./rows.ts";

/** True, or the error that `isClosed` knows, which undoes the transaction. As a condition it is asked once a statement. */
export const enterContent: SQL = sql`(select enter_content())`;

/** Waits until nobody is in the gate, and keeps everybody out until the transaction ends. */
export async function holdGate(tx: Db): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(4271019, 2)`);
}

/** Whether a statement failed because the gate is closed. */
export function isClosed(error: unknown): boolean {
  return databaseError(error)?.code === "RO001";
}
