// The pool of worker threads (piscina): bounded, and with a new thread for each that dies.
import { Piscina } from "piscina";
import { type Compute, ComputeBusyError } from "#ports/compute.ts";

/** The pool, for the adapters in this folder. */
export type Pool = Piscina;

/** How a pool is sized. */
interface PoolOptions {
  /** Hashes of many uploads share a thread, since each waits for its client most of the time; a password has one to itself. */
  tasksPerThread: number;
  /** Threads that are kept when there is nothing to do: one that is kept is also made anew when it dies. */
  idleThreads: number;
}

const forHashing: PoolOptions = { tasksPerThread: 4096, idleThreads: 1 };
/** Files of many uploads go in one task; the next ones gather meanwhile. */
export const forFiles: PoolOptions = { tasksPerThread: 1, idleThreads: 1 };
export const forPasswords: PoolOptions = { tasksPerThread: 1, idleThreads: 0 };

/** @param threads how many threads, for hashing usually one for each processor. */
export function createPool(threads: number, { tasksPerThread, idleThreads } = forHashing): Pool {
  const pool = new Piscina({
    filename: new URL("../../../workers/tasks.ts", import.meta.url).href,
    minThreads: idleThreads,
    maxThreads: Math.max(1, threads),
    concurrentTasksPerWorker: tasksPerThread,
    maxQueue: 1024,
    idleTimeout: 30_000,
    atomics: "disabled",
    // Tasks make little garbage: what they work on lies outside V8's heap.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  // A thread that dies fails its tasks, whose callers know what to do; the pool itself goes on.
  pool.on("error", () => {});
  return pool;
}

export function createPoolCompute(pool: Pool): Compute {
  return {
    async run(task, input) {
      try {
        return await pool.run(input, { name: task });
      } catch (error) {
        if (error instanceof Error && /queue.*limit|Task queue is at limit/i.test(error.message))
          throw new ComputeBusyError();
        throw error;
      }
    },
    queued: () => pool.queueSize,
    close: () => pool.destroy(),
  };
}
