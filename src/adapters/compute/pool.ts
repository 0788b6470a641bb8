// The pool of worker threads (piscina): bounded, and with a new thread for each that dies.
import { Piscina } from "piscina";
import { type Compute, ComputeBusyError } from "#ports/compute.ts";

/** The pool, for the adapters in this folder. */
export type Pool = Piscina;

/** Hashes of many uploads share a thread, so a thread takes many tasks at once. */
const tasksPerThread = 64;

/** @param threads how many threads, usually one for each processor. */
export function createPool(threads: number): Pool {
  const pool = new Piscina({
    filename: new URL("../../../workers/tasks.ts", import.meta.url).href,
    minThreads: 1,
    maxThreads: Math.max(1, threads),
    concurrentTasksPerWorker: tasksPerThread,
    maxQueue: 1024,
    idleTimeout: 30_000,
    atomics: "disabled",
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
