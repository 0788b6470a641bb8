// Watches transfers: counts their bytes, and cuts those whose client hardly moves. The time that the server itself takes
// does not count against the client.
import type { Body } from "#core/uploads/slabs.ts";
import type { AppContext, Outgoing, Surroundings } from "./environment.ts";

/** A client that was cut. The session, if there is one, can be resumed. */
export class SlowClientError extends Error {
  constructor(bytesPerSecond: number, seconds: number) {
    super(`the client moved fewer than ${bytesPerSecond} bytes a second for ${Math.round(seconds)} seconds`);
    this.name = "SlowClientError";
  }
}

/** A window in which the server kept the client waiting for more than this part says nothing about the client. */
const busyShare = 0.2;

/**
 * What the buffers between the server and a reading client may hold. The client empties them before the server sees it move
 * again, so it is given the time that this takes at the lowest rate, up to ten minutes.
 */
const buffersBytes = 4 * 1024 * 1024;
const maxSilenceSeconds = 600;

export interface Meter {
  /** From now on the client is waited for. */
  waits(): void;
  /** The client has moved; the server works now. */
  moved(): void;
  stop(): void;
}

/** Looks now and then whether the client moves. It begins with the first wait, so a body that nobody reads costs nothing. */
function createMeter(everySeconds: number, look: (waited: { shareOfTime: number; seconds: number }) => void): Meter {
  let timer: ReturnType<typeof setInterval> | null = null;
  let waitingSince: number | null = null;
  let lastMove = performance.now();
  let waitedMs = 0;
  const settle = () => {
    if (waitingSince === null) return;
    const now = performance.now();
    waitedMs += now - waitingSince;
    waitingSince = now;
  };
  const tick = () => {
    settle();
    const shareOfTime = waitedMs / (everySeconds * 1000);
    waitedMs = 0;
    look({ shareOfTime, seconds: waitingSince === null ? 0 : (performance.now() - lastMove) / 1000 });
  };
  return {
    waits() {
      waitingSince ??= performance.now();
      timer ??= setInterval(tick, everySeconds * 1000);
    },
    moved() {
      settle();
      waitingSince = null;
      lastMove = performance.now();
    },
    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}

/** Looks after a client that sends: it is slow when it was waited for most of a window and brought hardly anything. */
export function createSenderMeter(
  { bytesPerSecond, seconds }: Surroundings["minRate"],
  cut: (error: SlowClientError) => void,
): Meter & { received(bytes: number): void } {
  let received = 0;
  const meter = createMeter(seconds, ({ shareOfTime }) => {
    if (shareOfTime >= 1 - busyShare && received < bytesPerSecond * seconds)
      cut(new SlowClientError(bytesPerSecond, seconds));
    received = 0;
  });
  return {
    ...meter,
    received(bytes) {
      received += bytes;
    },
  };
}

/** The body of a request that came through the application: counted, and broken off when its client is too slow. */
export function bodyOf(c: AppContext, around: Surroundings): { readonly body: Body | null } {
  return new Incoming(c, around);
}

/** A class, as an object literal with a getter would hold the request for long (docs/decisions/0013). */
class Incoming {
  readonly #c: AppContext;
  readonly #around: Surroundings;

  constructor(c: AppContext, around: Surroundings) {
    this.#c = c;
    this.#around = around;
  }

  /** Looked at only when it is read: a body that is refused unread stays the runtime's, which knows how to be rid of it. */
  get body(): Body | null {
    const [c, around] = [this.#c, this.#around];
    const { raw } = c.req;
    const length = raw.headers.get("content-length");
    if (length === "0") return null;
    const isAnnounced = length !== null || raw.headers.has("transfer-encoding");
    if (!isAnnounced && !raw.body) return null;
    const count = (bytes: number) => c.set("bytesIn", c.get("bytesIn") + bytes);
    if (around.collect) return raw.body && around.collect(raw.body, count);
    return watchIncoming(around, () => raw.body, count);
  }
}

function watchIncoming(
  around: Surroundings,
  bodyOf: () => ReadableStream<Uint8Array> | null,
  count: (bytes: number) => void,
): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  let cut: ((error: SlowClientError) => void) | null = null;
  const meter = createSenderMeter(around.minRate, (error) => cut?.(error));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        reader ??= bodyOf()?.getReader() ?? null;
        if (!reader) return controller.close();
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
          meter.received(next.value.byteLength);
          count(next.value.byteLength);
          controller.enqueue(next.value);
        } catch (error) {
          meter.stop();
          reader.cancel(error).catch(() => {});
          controller.error(error);
        }
      },
      cancel(reason) {
        meter.stop();
        if (reader) void letGo(reader, around.drainedBytes ?? 0, reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Lets go of a body, after so many more of its bytes: a client that sends on gets to read its answer. */
async function letGo(reader: ReadableStreamDefaultReader<Uint8Array>, bytes: number, reason: unknown): Promise<void> {
  try {
    for (let left = bytes; left > 0; ) {
      const next = await reader.read();
      if (next.done) return;
      left -= next.value.byteLength;
    }
    await reader.cancel(reason);
  } catch {
    // It broke off: there is nothing left to let go of.
  }
}

/** Looks after a client that reads: it is slow when it has not moved for the time that the buffers before it explain. */
export function createReaderMeter(
  { bytesPerSecond, seconds }: Surroundings["minRate"],
  sentBytes: () => number,
  cut: (error: SlowClientError) => void,
): Meter {
  return createMeter(seconds, (waited) => {
    const buffered = Math.min(sentBytes(), buffersBytes) / Math.max(1, bytesPerSecond);
    if (bytesPerSecond === 0 || waited.seconds < seconds + Math.min(buffered, maxSilenceSeconds)) return;
    cut(new SlowClientError(bytesPerSecond, waited.seconds));
  });
}

/**
 * An answer's body: counted, held to its announced length (a stream that ends short would leave the client hanging), and
 * broken off when its client is too slow. Its end is the end of the request.
 */
export function watchOutgoing(
  around: Surroundings,
  body: ReadableStream<Uint8Array>,
  { lengthBytes, done }: Outgoing,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let sent = 0;
  let ended = false;
  let controllerOf: ReadableStreamDefaultController<Uint8Array> | null = null;
  const cut = (error: SlowClientError) => {
    stop(error);
    controllerOf?.error(error);
  };
  const meter = createReaderMeter(around.minRate, () => sent, cut);
  const stop = (error?: unknown) => {
    if (ended) return;
    ended = true;
    meter.stop();
    reader.cancel(error).catch(() => {});
    done(sent, error);
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
