// Counts what is under way, says what may still begin while a server drains, and lets go of bodies that nobody wants.
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** How much is read of a body that is refused, so that its client gets to read the answer. */
export const drainedBytes = 64 * 1024 * 1024;

/** So long its client may send nothing of it. */
const drainedSilenceMs = 5_000;

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
  isDraining(): boolean;
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
    isDraining: () => draining,
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

/** Reads over the rest of a body that nobody wanted, and ends the connection when it is too much, or does not come. */
export function drainRest(req: IncomingMessage, socket: Socket): void {
  if (req.complete) return;
  // Not every runtime's request takes its connection along; on those it has forgotten it by now.
  if (req.destroyed) {
    socket.destroySoon();
    return;
  }
  let left = drainedBytes;
  const cut = () => {
    req.destroy();
    socket.destroy();
  };
  const silent = setTimeout(cut, drainedSilenceMs).unref();
  const over = () => clearTimeout(silent);
  req.on("data", (chunk: Buffer) => {
    left -= chunk.byteLength;
    if (left < 0) cut();
    else silent.refresh();
  });
  req.on("error", over).once("end", over).once("close", over);
  req.resume();
}
