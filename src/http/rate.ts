// Watches transfers: counts their bytes, and cuts those whose client hardly moves. The time that the server itself takes
// does not count against the client.
import type { AppContext, Surroundings } from "./environment.ts";

/** A client that was cut. The session, if there is one, can be resumed. */
class SlowClientError extends Error {
  constructor(bytesPerSecond: number, seconds: number) {
    super(`the client moved fewer than ${bytesPerSecond} bytes a second for ${seconds} seconds`);
    this.name = "SlowClientError";
  }
}

/** A window in which the server kept the client waiting for more than this part says nothing about the client. */
const busyShare = 0.2;

interface Meter {
  /** From now on the client is waited for. */
  waits(): void;
  /** The client has moved; the server works now. */
  moved(): void;
  stop(): void;
}

/**
 * Looks once in every window at how far the client got. It begins with the first wait, so a body that nobody reads costs
 * nothing.
 * @param progress bytes that reached their end so far, or null when that cannot be told now.
 */
function createMeter(
  minRate: Surroundings["minRate"],
  progress: () => Promise<number | null>,
  tooSlow: (error: SlowClientError) => void,
): Meter {
  const { bytesPerSecond, seconds } = minRate;
  let timer: ReturnType<typeof setInterval> | null = null;
  let waitingSince: number | null = null;
  let waitedMs = 0;
  let before = 0;
  const settle = () => {
    const now = performance.now();
    if (waitingSince !== null) waitedMs += now - waitingSince;
    if (waitingSince !== null) waitingSince = now;
  };
  const look = async () => {
    settle();
    const mostlyWaited = waitedMs >= (1 - busyShare) * seconds * 1000;
    waitedMs = 0;
    const now = await progress();
    if (now !== null && mostlyWaited && timer && now - before < bytesPerSecond * seconds)
      tooSlow(new SlowClientError(bytesPerSecond, seconds));
    before = now ?? before;
  };
  return {
    waits() {
      waitingSince ??= performance.now();
      timer ??= setInterval(() => void look(), seconds * 1000);
    },
    moved() {
      settle();
      waitingSince = null;
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}

/** The request's body, counted, and broken off when its client is too slow. */
export function watchIncoming(
  c: AppContext,
  around: Surroundings,
  body: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let cut: ((error: SlowClientError) => void) | null = null;
  let received = 0;
  const meter = createMeter(
    around.minRate,
    async () => received,
    (error) => cut?.(error),
  );
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        meter.waits();
        try {
          const slow = new Promise<never>((_, reject) => {
            cut = reject;
          });
          const next = await Promise.race([reader.read(), slow]);
          meter.moved();
          if (next.done) {
            meter.stop();
            return controller.close();
          }
          received += next.value.byteLength;
          c.set("bytesIn", c.get("bytesIn") + next.value.byteLength);
          controller.enqueue(next.value);
        } catch (error) {
          meter.stop();
          reader.cancel(error).catch(() => {});
          controller.error(error);
        }
      },
      async cancel(reason) {
        meter.stop();
        await reader.cancel(reason).catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * The answer's body: counted, held to its announced length (a stream that ends short would leave the client hanging), and
 * broken off when its client is too slow. Its end is the end of the request.
 */
export function watchOutgoing(
  c: AppContext,
  around: Surroundings,
  body: ReadableStream<Uint8Array>,
  lengthBytes: number,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let sent = 0;
  let controllerOf: ReadableStreamDefaultController<Uint8Array> | null = null;
  c.set("streaming", true);
  const delivered = async () => {
    const under = await around.undeliveredBytes(c);
    return under === null ? null : sent - under;
  };
  const meter = createMeter(around.minRate, delivered, (error) => {
    stop(error);
    controllerOf?.error(error);
  });
  const stop = (error?: unknown) => {
    meter.stop();
    reader.cancel(error).catch(() => {});
    c.set("bytesOut", sent);
    c.get("finishLater")?.(error);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controllerOf = controller;
      },
      async pull(controller) {
        meter.moved();
        try {
          const next = await reader.read();
          if (next.done) throw new Error(`the stream ended after ${sent} of ${lengthBytes} bytes`);
          sent += next.value.byteLength;
          controller.enqueue(next.value);
          if (sent < lengthBytes) return meter.waits();
          // A client that has all it was promised closes the connection: that is the end, not a loss.
          controller.close();
          stop();
        } catch (error) {
          stop(error);
          controller.error(error);
        }
      },
      cancel(reason) {
        stop(reason ?? new Error("the client went away"));
      },
    },
    { highWaterMark: 0 },
  );
}
