// The names of the ways in which a connection to the database is lost: whoever asked is told to come again.

type LossCode =
  | "CONNECT_TIMEOUT"
  | "CONNECTION_FAILED"
  | "CONNECTION_CLOSED"
  | "CONNECTION_DROPPED"
  | "CONNECTION_STALLED"
  | "CONNECTION_ENDED"
  | "CONNECTION_DESTROYED";

/** What statements fail with that have no connection, or no more. */
export function connectionError(code: LossCode, text: string): Error {
  return Object.assign(new Error(`database: ${text}`), { code });
}
