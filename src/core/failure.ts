// What went wrong below the rules, in words that surfaces and logs may use.
import { isClosed } from "#db/queries/gate.ts";
import { databaseError, StatementError } from "#db/queries/rows.ts";

/** How the database failed: nothing answers, it took too long, or it lets no content change. Null when the error is something else. */
export function databaseFailure(error: unknown): "unreachable" | "slow" | "read-only" | null {
  const code = databaseError(error)?.code;
  if (code === undefined) return null;
  if (code === "57014") return "slow";
  if (isClosed(error)) return "read-only";
  return /^(CONN|ECONN|ENOENT|EPIPE|57P|53|08)/.test(code) ? "unreachable" : null;
}

/**
 * An unforeseen error for the log, with its stack and its causes. Parameters of a failed statement, and values that the
 * database quotes, are left out: they may be secrets.
 */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by: ${describeFailure(error.cause)}`;
  return ownText(error) + cause;
}

function ownText(error: Error): string {
  if (error instanceof StatementError) return `failed statement: ${error.statement}`;
  if ("severity" in error) return `${databaseError(error)?.code} ${error.message.replace(/: ".*"/s, ": (a value)")}`;
  return error.stack ?? error.message;
}
