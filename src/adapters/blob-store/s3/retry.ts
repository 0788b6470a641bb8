// Repeats what failed for a passing reason: exponential waits with jitter, until a deadline that holds for all attempts together.
import { isPassing, S3Problem } from "./problem.ts";

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

/**
 * Runs an attempt until one succeeds or fails for good.
 * @param cancelled ends it at once.
 * @throws the last attempt's error.
 */
export async function retry<T>(
  patience: Patience,
  cancelled: AbortSignal | null,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience.totalMs;
  for (let number = 1; ; number++) {
    const left = deadline - performance.now();
    const late = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(patience.attemptMs, left))));
    try {
      return await attempt(cancelled ? AbortSignal.any([cancelled, late]) : late);
    } catch (error) {
      if (error instanceof S3Problem) error.attempts = number;
      const waitMs = Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** number);
      const hopeless = !(error instanceof S3Problem) || !isPassing(error) || cancelled?.aborted;
      if (hopeless || performance.now() + waitMs >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
