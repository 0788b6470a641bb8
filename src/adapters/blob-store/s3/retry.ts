// Repeats what failed for a passing reason: exponential waits with jitter, until a deadline that holds for all attempts together.
import { isNobody, isPassing, S3Problem } from "./problem.ts";

/** How long to wait for an answer. */
export interface Patience {
  /** For one attempt, until its answer is read. */
  attemptMs: number;
  /** For all attempts and the waits between them. */
  totalMs: number;
}

/** Somebody waits for a small answer. */
export const brisk: Patience = { attemptMs: 6_000, totalMs: 12_000 };
/** S3 may take minutes to put a large object together. */
export const forComplete: Patience = { attemptMs: 300_000, totalMs: 600_000 };
/** The slowest line to a bucket that uploads still go through. */
const leastBytesPerMs = 128;

/** For sending so many bytes. */
export function patienceFor(sizeBytes: number): Patience {
  const attemptMs = 15_000 + sizeBytes / leastBytesPerMs;
  return { attemptMs, totalMs: attemptMs * 2 };
}

const firstWaitMs = 100;
const longestWaitMs = 4_000;
/** Where nobody has been there for as long as a request waits, the next ones wait no longer than this. */
const whenAwayMs = 4_000;
/** What was seen so long ago says nothing of now. */
const forgottenMs = 60_000;

/**
 * Runs an attempt until one succeeds or fails for good.
 * @param cancelled ends it at once.
 * @throws the last attempt's error.
 */
export type Retry = <T>(
  patience: Patience,
  cancelled: AbortSignal | null,
  attempt: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

/**
 * Retries that know of each other: how long a bucket may be away counts from when it left, not for each request anew. Only
 * refused connections say that it is away: one that is slow would never be waited for again.
 * @param awayMs how long requests wait for a bucket that has been away for longer.
 */
export function createRetry(awayMs = whenAwayMs): Retry {
  let away: { since: number; seen: number } | null = null;
  const notice = (error: S3Problem) => {
    if (error.status > 0) away = null;
    if (!isNobody(error)) return;
    const now = performance.now();
    away = away && now - away.seen < forgottenMs ? { since: away.since, seen: now } : { since: now, seen: now };
  };
  return async (patience, cancelled, attempt) => {
    const started = performance.now();
    const deadline = started + patience.totalMs;
    for (let number = 1; ; number++) {
      const left = deadline - performance.now();
      const late = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(patience.attemptMs, left))));
      try {
        const done = await attempt(cancelled ? AbortSignal.any([cancelled, late]) : late);
        away = null;
        return done;
      } catch (error) {
        if (!(error instanceof S3Problem)) throw error;
        error.attempts = number;
        notice(error);
        const hopeless = !isPassing(error) || cancelled?.aborted;
        const waitMs = Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** number);
        const patientUntil =
          away && isNobody(error) ? Math.max(away.since + patience.totalMs, started + awayMs) : deadline;
        if (hopeless || performance.now() + waitMs >= Math.min(deadline, patientUntil)) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  };
}
