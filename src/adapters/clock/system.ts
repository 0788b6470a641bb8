// The time of a server: the machine's clock, moved by what the database's clock differs from it.
import type { Clock } from "#ports/clock.ts";

/** A clock that can be set right again. */
export interface SystemClock extends Clock {
  /** @param databaseNow what the database's clock showed in the middle of the time that asking took. */
  set(databaseNow: Date, asked: { startedMs: number; endedMs: number }): void;
}

export function createSystemClock(): SystemClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    set(databaseNow, { startedMs, endedMs }) {
      const difference = databaseNow.getTime() - (startedMs + endedMs) / 2;
      // Less than what asking took is no difference.
      offsetMs = Math.abs(difference) <= Math.max(5, endedMs - startedMs) ? 0 : difference;
    },
  };
}
