// Collects a request's body from Node's own stream into large pieces, while the pieces before are written and hashed.
import type { IncomingMessage } from "node:http";
import type { SlabBody } from "#core/content/slabs.ts";
import type { Surroundings } from "#http/environment.ts";
import { createSenderMeter } from "#http/rate.ts";
import { countPassed } from "../memory.ts";

type Source = Parameters<SlabBody["eachSlab"]>[0];
type Each = Parameters<SlabBody["eachSlab"]>[1];
type End = Awaited<ReturnType<SlabBody["eachSlab"]>>;

/** Pieces that may wait for their turn: the next are received meanwhile, and the client is held back beyond that. */
const maxWaiting = 3;

/** The body of a request, or null when its head announces none. @param count is told of all bytes. */
export function bodyOf(
  req: IncomingMessage,
  minRate: Surroundings["minRate"],
  count: (bytes: number) => void,
): SlabBody | null {
  const { "content-length": length, "transfer-encoding": coding } = req.headers;
  if (coding === undefined && (length === undefined || length === "0")) return null;
  return { eachSlab: (source, each) => collect({ req, minRate, count }, source, each) };
}

interface Incoming {
  req: IncomingMessage;
  minRate: Surroundings["minRate"];
  count: (bytes: number) => void;
}

function collect({ req, minRate, count }: Incoming, source: Source, each: Each): Promise<End> {
  return new Promise((resolve, reject) => {
    let slab: ArrayBufferLike | null = null;
    let filled = 0;
    let waiting = 0;
    let over = false;
    let work: Promise<void> = Promise.resolve();
    const meter = createSenderMeter(minRate, (error) => req.destroy(error));

    const stop = () => {
      over = true;
      meter.stop();
      req.off("data", take).off("end", ended).off("error", broken).off("close", closed);
      if (slab) source.recycle(slab);
      slab = null;
    };
    const failed = (error: unknown) => {
      if (over) return;
      stop();
      req.pause();
      reject(error);
    };
    const give = () => {
      const piece = new Uint8Array(slab as ArrayBufferLike, 0, filled);
      slab = null;
      filled = 0;
      waiting++;
      work = work.then(async () => {
        if (over) return source.recycle(piece.buffer);
        await each(piece);
        waiting--;
        if (over || waiting >= maxWaiting || !req.isPaused()) return;
        meter.waits();
        req.resume();
      });
      work.catch(failed);
    };
    const take = (chunk: Buffer) => {
      meter.moved();
      meter.received(chunk.byteLength);
      count(chunk.byteLength);
      countPassed(chunk.byteLength);
      for (let at = 0; at < chunk.byteLength; ) {
        slab ??= source.buffer();
        const taken = Math.min(chunk.byteLength - at, slab.byteLength - filled);
        new Uint8Array(slab, filled, taken).set(chunk.subarray(at, at + taken));
        filled += taken;
        at += taken;
        if (filled === slab.byteLength) give();
      }
      if (waiting >= maxWaiting) req.pause();
      else meter.waits();
    };
    const finish = (end: End) => {
      meter.stop();
      if (slab && filled > 0) give();
      work.then(() => {
        if (over) return;
        stop();
        resolve(end);
      }, failed);
    };
    const ended = () => finish(null);
    const broken = (error: Error) => finish({ error });
    const closed = () => {
      if (!req.complete) finish({ error: new Error("the client went away") });
    };
    meter.waits();
    req.on("data", take).once("end", ended).once("error", broken).once("close", closed);
    if (req.destroyed && !req.complete) closed();
  });
}

/** Bytes of a body that nobody reads which are still taken, so that the client gets to read its answer. */
const drainedBytes = 64 * 1024 * 1024;

/** Lets go of a body that was not read to its end. */
export function drainRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  let left = drainedBytes;
  req.on("data", (chunk: Buffer) => {
    left -= chunk.byteLength;
    if (left < 0) req.destroy();
  });
  req.on("error", () => {});
  req.resume();
}
