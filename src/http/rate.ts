// Watches transfers: counts their bytes, and cuts those whose client hardly moves. The time that the server itself takes
// does not count against the client.
import type { AppContext, Surroundings } from "./environment.ts";

/** A client that was cut, or went away. The session, if there is one, can be resumed. */
class SlowClientError extends Error {
  constructor(bytesPerSecond: number, seconds: number) {
    super(`the client moved fewer than ${bytesPerSecond} bytes a second for ${seconds} seconds`);
    this.name = "SlowClientError";
  }
}

/** Keeps account of what a client moved while it was waited for. */
function createMeter(minRate: Surroundings["minRate"], tooSlow: (error: SlowClientError) => void) {
  const { bytesPerSecond, seconds } = minRate;
  let bytes = 0;
  let waiting = false;
  const tick = setInterval(() => {
    if (!waiting) {
      bytes = 0;
      return;
    }
    if (bytes < bytesPerSecond * seconds) tooSlow(new SlowClientError(bytesPerSecond, seconds));
    bytes = 0;
  }, seconds * 1000);
  return {
    waits: () => {
      waiting = true;
    },
    moved: (count: number) => {
      bytes += count;
      waiting = false;
    },
    stop: () => clearInterval(tick),
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
  const meter = createMeter(around.minRate, (error) => cut?.(error));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        meter.waits();
        try {
          const slow = new Promise<never>((_, reject) => {
            cut = reject;
          });
          const next = await Promise.race([reader.read(), slow]);
          if (next.done) {
            meter.stop();
            return controller.close();
          }
          meter.moved(next.value.byteLength);
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
  c.set("streaming", true);
  const finish = (error?: unknown) => c.get("finishLater")?.(error);
  let controllerOf: ReadableStreamDefaultController<Uint8Array> | null = null;
  const stop = (error?: unknown) => {
    meter.stop();
    if (error !== undefined) reader.cancel(error).catch(() => {});
    c.set("bytesOut", sent);
    finish(error);
  };
  const meter = createMeter(around.minRate, (error) => {
    stop(error);
    controllerOf?.error(error);
  });
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        controllerOf = controller;
      },
      async pull(controller) {
        meter.moved(0);
        try {
          const next = await reader.read();
          if (next.done) throw new Error(`the stream ended after ${sent} of ${lengthBytes} bytes`);
          sent += next.value.byteLength;
          meter.moved(next.value.byteLength);
          meter.waits();
          controller.enqueue(next.value);
          if (sent < lengthBytes) return;
          // A client that has all it was promised closes the connection: that is the end, not a loss.
          controller.close();
          reader.cancel().catch(() => {});
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
