// Keeps the embedded server running and the lock ours: restarts a server that died, with growing pauses, until told to stop.
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedDatabaseError } from "./error.ts";
import { type Server, type ServerPlace, startServer } from "./postmaster.ts";

/** The part of a pino logger that is used here. */
export interface EmbeddedLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/** A supervised server. */
export interface Supervisor {
  /** Stops the server for good; may be called more than once. */
  stop(): Promise<void>;
  /** Settles when the server is gone for good: undefined after `stop`, an error when it was lost to someone else. */
  readonly closed: Promise<EmbeddedDatabaseError | undefined>;
}

/** Watches over a started server. Loss of the lock alone is a loss of the server: nobody may work on it unguarded. */
export function supervise(place: ServerPlace, first: Server, log: EmbeddedLog): Supervisor {
  const stopping = new AbortController();
  let server = first;

  const watch = async (): Promise<EmbeddedDatabaseError | undefined> => {
    for (;;) {
      await Promise.race([server.exited, server.lock.lost]);
      if (stopping.signal.aborted) break;
      log.error({ pid: server.pid }, "the embedded PostgreSQL ended unexpectedly and is started again");
      await end(server);
      const next = await startAgain(place, log, stopping.signal);
      if (next === null) return undefined;
      if (next instanceof EmbeddedDatabaseError) return next;
      server = next;
      log.info({ pid: server.pid }, "the embedded PostgreSQL runs again");
    }
    await end(server);
    return undefined;
  };

  const closed = watch();
  const stop = async () => {
    stopping.abort();
    await end(server);
    await closed;
  };
  return { stop, closed };
}

async function end(server: Server): Promise<void> {
  await server.stop();
  await server.lock.release().catch(() => {});
}

// A full disk or a missing engine may be repaired at any time, so it never gives up but for a new owner.
async function startAgain(place: ServerPlace, log: EmbeddedLog, signal: AbortSignal) {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return null;
    try {
      return await startServer(place);
    } catch (error) {
      if (error instanceof EmbeddedDatabaseError && error.code === "IN_USE") {
        log.error({ err: error }, "the embedded PostgreSQL has another owner now");
        return error;
      }
      log.error({ err: error, pauseMs }, "the embedded PostgreSQL could not be started again");
    }
  }
}
