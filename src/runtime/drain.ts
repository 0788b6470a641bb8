// Counts what is under way, and says what may still begin while a server drains.

/** How much is read of a body that is refused, so that its client gets to read the answer. */
export const drainedBytes = 64 * 1024 * 1024;

/** How long a client that has just been answered may take for the next request of its upload. */
const betweenRequestsMs = 500;

/** What others than uploads under way are told while the server drains. */
export const refusal = {
  status: 503,
  headers: { "Content-Type": "application/json", "Retry-After": "5", Connection: "close" },
  body: JSON.stringify({
    errors: [{ code: "UNAVAILABLE", message: "the server is stopping: try again", detail: null }],
  }),
};

export interface Drain {
  /** From the first call of `quiet` on. */
  readonly draining: boolean;
  began(): void;
  ended(): void;
  /** Whether a request is told to come again: while draining only uploads under way may go on. */
  refuses(method: string, path: string): boolean;
  /** Resolves when nothing is under way and nothing more came of what was, or when the time is up. */
  quiet(seconds: number): Promise<void>;
}

export function createDrain(): Drain {
  let draining = false;
  let running = 0;
  const waiting: (() => void)[] = [];
  const still = async () => {
    while (running > 0) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      await sleep(betweenRequestsMs);
    }
  };
  return {
    get draining() {
      return draining;
    },
    began() {
      running++;
    },
    ended() {
      if (--running === 0) for (const wake of waiting.splice(0)) wake();
    },
    refuses(method, path) {
      if (!draining || path === "/health" || path === "/_ping") return false;
      return !(path.includes("/blobs/uploads/") && (method === "PUT" || method === "PATCH"));
    },
    async quiet(seconds) {
      draining = true;
      await Promise.race([still(), sleep(seconds * 1000)]);
    },
  };
}

/** Does not keep the process alive. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
