// What the rules need of the pool of workers that does CPU work beside the request loop.

/** The tasks that can be asked for, with what goes in and comes out. */
interface ComputeTasks {
  hashPassword: { input: { password: string }; output: string };
  verifyPassword: { input: { password: string; hash: string }; output: boolean };
}

export interface Compute {
  /** Runs a task. @throws ComputeBusyError when the bounded queue is full. */
  run<T extends keyof ComputeTasks>(task: T, input: ComputeTasks[T]["input"]): Promise<ComputeTasks[T]["output"]>;
  /** Tasks waiting for a worker now. */
  queued(): number;
  close(): Promise<void>;
}

/** The queue is full: the caller answers "too many requests". */
export class ComputeBusyError extends Error {
  constructor() {
    super("the queue of the worker pool is full");
    this.name = "ComputeBusyError";
  }
}
