// Runs transactions, each on a connection that it has for itself: when that is lost, so is the transaction, and nothing of it
// reaches another connection.
import type postgres from "postgres";
import type { Connection } from "./connection.ts";
import { type RunStatement, runText, tagOver } from "./statement.ts";

type Work = (sql: postgres.TransactionSql) => unknown;

export interface TransactionInput {
  readonly base: postgres.Sql;
  readonly connection: Connection;
  /** `isolation level serializable`, `read only`, or nothing. */
  readonly mode: string;
  readonly work: Work;
}

/** Runs the work between `begin` and `commit`; rolls back when it, or any of its statements, fails. */
export async function transact({ base, connection, mode, work }: TransactionInput): Promise<unknown> {
  const lost = Promise.withResolvers<never>();
  connection.onceLost = lost.reject;
  try {
    const frame = { open: `begin ${mode}`, close: "commit", undo: "rollback" };
    return await Promise.race([runFramed({ base, connection, work, frame }), lost.promise]);
  } finally {
    connection.onceLost = null;
  }
}

interface Framed extends Omit<TransactionInput, "mode"> {
  frame: { open: string; close: string; undo: string };
}

async function runFramed({ base, connection, work, frame }: Framed): Promise<unknown> {
  const failures: unknown[] = [];
  const run: RunStatement = (statement) => connection.run(statement);
  const sql = tagOver<postgres.TransactionSql>(base, (statement, end) => {
    end.catch((error) => failures.push(error));
    run(statement, end);
  });
  // The first statement of the work does not wait for the answer to this one.
  const opened = runText(run, frame.open);
  opened.catch((error) => failures.unshift(error));
  try {
    const made = work(Object.assign(sql, { savepoint: savepoints({ base, connection }) }));
    const result = await (Array.isArray(made) ? Promise.all(made) : made);
    await opened;
    if (failures.length > 0) throw failures[0];
    await runText(run, frame.close);
    return result;
  } catch (error) {
    await runText(run, frame.undo).catch(() => connection.destroy(error as Error));
    throw isConsequence(error) ? failures[0] : error;
  }
}

/** Makes the `savepoint` of a transaction: `savepoint(work)`, or with a name first, which is not needed. */
function savepoints({ base, connection }: Pick<Framed, "base" | "connection">) {
  let count = 0;
  return (...args: unknown[]) => {
    const name = `s${count++}`;
    const frame = { open: `savepoint ${name}`, close: `release ${name}`, undo: `rollback to ${name}` };
    return runFramed({ base, connection, work: args.at(-1) as Work, frame });
  };
}

/** What PostgreSQL says to every statement after the one that failed. */
function isConsequence(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "25P02";
}
