// The body of a request that is read straight from its connection.
import type { SlabBody } from "#core/uploads/slabs.ts";
import type { Surroundings } from "#http/environment.ts";
import { createSenderMeter } from "#http/rate.ts";
import { registryError } from "#oci/error.ts";
import { drainedBytes } from "../../../drain.ts";
import { createFiller, type Each, type End, type Source } from "../filler.ts";
import type { Connection, Tap } from "./connection.ts";
import { type Framing, FramingError } from "./framing.ts";

interface Begun {
  framing: Framing;
  /** What had been read after the request's head. */
  early: Uint8Array;
  /** Lets the client send, if it waits for that. */
  begin(): void;
}

export interface Intake {
  /** @param count is told of all bytes. */
  body(minRate: Surroundings["minRate"], count: (bytes: number) => void): SlabBody;
  /** Reads over what is left of the body, unless nothing comes for so long. @returns what follows it, or null when the connection is of no more use. */
  rest(idleMs: number): Promise<Uint8Array | null>;
}

export function openIntake(connection: Connection, { framing, early, begin }: Begun): Intake {
  const { socket } = connection;
  let unread: Uint8Array | null = early;
  let following: Uint8Array = new Uint8Array();
  let broken = false;
  /** The body's bytes of what was read, at its front. */
  const unframe = (bytes: Uint8Array): number => {
    try {
      const { body, rest } = framing.take(bytes);
      if (rest > 0) following = bytes.slice(bytes.byteLength - rest);
      return body;
    } catch (error) {
      broken = true;
      throw error;
    }
  };
  const listen = (tap: Tap, gone: (error: Error) => void) => {
    const away = () => gone(new Error("the client went away"));
    socket.on("end", away).on("error", away).on("close", away);
    connection.tap = tap;
    return () => {
      socket.off("end", away).off("error", away).off("close", away);
      connection.tap = null;
      socket.pause();
    };
  };

  const collect = (minRate: Surroundings["minRate"], count: (bytes: number) => void, source: Source, each: Each) =>
    new Promise<End>((resolve, reject) => {
      let over = false;
      const meter = createSenderMeter(minRate, (error) => finish({ error }));
      const stop = () => {
        over = true;
        meter.stop();
        mute();
      };
      const failed = (error: unknown) => {
        if (over) return;
        stop();
        const left = filler.drop();
        if (left) connection.whenUnread(() => source.recycle(left));
        filler.settled().then(() => reject(error));
      };
      const finish = (end: End) => {
        if (over) return;
        stop();
        if (end) broken = true;
        filler.end().then(() => resolve(end), reject);
      };
      const filler = createFiller({
        source,
        each,
        failed,
        room() {
          if (over) return;
          meter.waits();
          socket.resume();
        },
      });
      const take = (bytes: Uint8Array, isInPlace: boolean) => {
        try {
          const body = unframe(bytes);
          count(body);
          if (isInPlace) filler.filled(body);
          else filler.add(bytes.subarray(0, body));
          if (framing.isEnded()) finish(null);
        } catch (error) {
          failed(error instanceof FramingError ? registryError("BLOB_UPLOAD_INVALID", error.message) : error);
        }
      };
      let space: Uint8Array | null = null;
      const tap: Tap = {
        space() {
          space = filler.space();
          return space;
        },
        took(bytes) {
          meter.moved();
          meter.received(bytes.byteLength);
          take(bytes, bytes.buffer === space?.buffer);
          if (over) return false;
          if (!filler.isFull()) {
            meter.waits();
            return true;
          }
          socket.pause();
          return false;
        },
      };
      const mute = listen(tap, (error) => finish({ error }));
      begin();
      const first = unread as Uint8Array;
      unread = null;
      if (first.byteLength > 0) take(first, false);
      if (over) return;
      if (socket.destroyed) return finish({ error: new Error("the client went away") });
      meter.waits();
      if (!filler.isFull()) socket.resume();
    });

  return {
    body: (minRate, count) => ({ eachSlab: (source, each) => collect(minRate, count, source, each) }),
    async rest(idleMs) {
      if (unread && !broken) {
        const first = unread;
        unread = null;
        try {
          unframe(first);
        } catch {
          return null;
        }
      }
      if (broken || socket.destroyed) return null;
      if (framing.isEnded()) return following;
      let left = drainedBytes;
      return new Promise((resolve) => {
        const done = (rest: Uint8Array | null) => {
          mute();
          socket.setTimeout(0).off("timeout", late);
          resolve(rest);
        };
        const late = () => done(null);
        const tap: Tap = {
          space: () => null,
          took(bytes) {
            left -= bytes.byteLength;
            try {
              unframe(bytes);
            } catch {
              left = -1;
            }
            if (left < 0) done(null);
            else if (framing.isEnded()) done(following);
            return left >= 0 && !framing.isEnded();
          },
        };
        const mute = listen(tap, late);
        socket.setTimeout(idleMs, late);
        socket.resume();
      });
    },
  };
}
