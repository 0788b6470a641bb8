// Collects a request's body from Node's own stream into large pieces, while the pieces before are written and hashed.
import type { IncomingMessage } from "node:http";
import type { SlabBody } from "#core/uploads/slabs.ts";
import type { Surroundings } from "#http/environment.ts";
import { createSenderMeter } from "#http/rate.ts";
import { countPassed } from "../../memory.ts";
import { createFiller, type Each, type End, type Source } from "./filler.ts";

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
    let over = false;
    const meter = createSenderMeter(minRate, (error) => req.destroy(error));
    const stop = () => {
      over = true;
      meter.stop();
      req.off("data", take).off("end", ended).off("error", broken).off("close", closed);
    };
    const failed = (error: unknown) => {
      if (over) return;
      stop();
      const left = filler.drop();
      if (left) source.recycle(left);
      req.pause();
      filler.settled().then(() => reject(error));
    };
    const room = () => {
      if (over || !req.isPaused()) return;
      meter.waits();
      req.resume();
    };
    const filler = createFiller({ source, each, room, failed });
    const take = (chunk: Buffer) => {
      meter.moved();
      meter.received(chunk.byteLength);
      count(chunk.byteLength);
      countPassed(chunk.byteLength);
      filler.add(chunk);
      if (filler.isFull()) req.pause();
      else meter.waits();
    };
    const finish = (end: End) => {
      if (over) return;
      stop();
      filler.end().then(() => resolve(end), reject);
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
