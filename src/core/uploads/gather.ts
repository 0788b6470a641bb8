// Takes a body into memory as far as it fits there; one that is larger goes on as a body with all its bytes.
import type { Hasher } from "#ports/hasher.ts";
import { type Body, eachSlab, type SlabBody, type StreamEnd } from "./slabs.ts";

/** The whole body, and the error that broke it off, if one did; or what turned out to be larger. */
export type Gathered = { bytes: Uint8Array; end: StreamEnd } | { larger: SlabBody };

type Each = Parameters<SlabBody["eachSlab"]>[1];

/** @param room bytes that may be kept. A larger body must be read to its end, or its error heard, by whoever gets it. */
export function gather(body: Body, hasher: Hasher, room: number): Promise<Gathered> {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  let sink: Each | null = null;
  return new Promise((resolve, reject) => {
    const overflow = (piece: Uint8Array) =>
      new Promise<void>((taken, refused) => {
        const larger: SlabBody = {
          async eachSlab(_, each) {
            // Whoever lets go of it need not know whether it was read.
            if (sink) return ended;
            sink = each;
            try {
              for (const bytes of kept.splice(0)) await each(bytes);
              await each(piece);
            } catch (error) {
              refused(error);
            }
            taken();
            return ended;
          },
        };
        resolve({ larger });
      });
    const ended: Promise<StreamEnd> = eachSlab(body, hasher, async (piece) => {
      if (sink) return sink(piece);
      if (keptBytes + piece.byteLength > room) return overflow(piece);
      kept.push(new Uint8Array(piece));
      keptBytes += piece.byteLength;
      hasher.recycle(piece.buffer);
    });
    ended.then((end) => resolve({ bytes: joinBytes(kept), end }), reject);
  });
}

/** One piece of memory with the bytes of all. */
export function joinBytes<A extends ArrayBufferLike>(
  parts: readonly Uint8Array<A>[],
): Uint8Array<A> | Uint8Array<ArrayBuffer> {
  const filled = parts.filter(({ byteLength }) => byteLength > 0);
  if (filled.length === 1) return filled[0] as Uint8Array<A>;
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
