// Tries again what lost a race.
import { isRetryable } from "#db/queries/rows.ts";

/**
 * Races with a commit of the same digest or a deletion are lost at most a few times in a row.
 * @param work is told whether it is the first try.
 */
export async function retried<T>(work: (isFirst: boolean) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt === 1);
    } catch (error) {
      if (attempt >= 5 || !isRetryable(error)) throw error;
    }
  }
}
