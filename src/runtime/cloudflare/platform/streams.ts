// How a Worker takes and passes on bodies: with as little of its own code per byte as can be, since that is what it pays for.
import type { SlabBody } from "#core/uploads/slabs.ts";
import type { Outgoing } from "#http/environment.ts";

/** A reader that fills the memory it is given; `readAtLeast` is workerd's. */
interface FillingReader extends ReadableStreamBYOBReader {
  readAtLeast(bytes: number, into: Uint8Array): Promise<{ done: boolean; value?: Uint8Array }>;
}

/** Reads a request's body into whole pieces, without a copy. */
export function collect(body: ReadableStream<Uint8Array>, count: (bytes: number) => void): SlabBody {
  return {
    async eachSlab(source, each) {
      const reader = body.getReader({ mode: "byob" }) as FillingReader;
      try {
        for (;;) {
          const next = await fill(reader, new Uint8Array(source.buffer()));
          if ("error" in next) return next;
          const { value, done } = next;
          if (!value?.byteLength) return null;
          count(value.byteLength);
          await each(value);
          if (done) return null;
        }
      } finally {
        await reader.cancel().catch(() => {});
        reader.releaseLock();
      }
    },
  };
}

async function fill(reader: FillingReader, memory: Uint8Array) {
  try {
    return await reader.readAtLeast(memory.byteLength, memory);
  } catch (error) {
    return { error };
  }
}

declare const FixedLengthStream: new (sizeBytes: number) => TransformStream<Uint8Array, Uint8Array>;

/**
 * Passes a stream on as an answer of a known length. Bytes that come from the bucket pass by without a line of ours; how far a
 * client came that went away is not known then. Clients that hardly move are the network's to cut.
 */
export function passOn(body: ReadableStream<Uint8Array>, { lengthBytes, done }: Outgoing): ReadableStream<Uint8Array> {
  const { readable, writable } = new FixedLengthStream(lengthBytes);
  body.pipeTo(writable).then(
    () => done(lengthBytes),
    (error) => done(0, error),
  );
  return readable;
}
