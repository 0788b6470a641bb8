// Collects the small chunks of a network stream into large pieces of memory, which are cheaper to write and to hash.

/** Where the memory of the pieces comes from: a Hasher hands out what it got back. */
export interface SlabSource {
  buffer(): ArrayBufferLike;
  /** Takes back what was handed out and given to nobody. */
  recycle(buffer: ArrayBufferLike): void;
}

/** Takes a piece over; the next is given when its promise resolves. */
type Each = (slab: Uint8Array) => Promise<void>;

/** A body that a runtime collects itself, with less between the network and the pieces than a stream has. */
export interface SlabBody {
  eachSlab(source: SlabSource, each: Each): Promise<StreamEnd>;
}

/** The bytes of a request. */
export type Body = ReadableStream<Uint8Array> | SlabBody;

/** How a stream ended: at its end, or with the error that broke it. */
export type StreamEnd = { error: unknown } | null;

/**
 * Reads the stream to its end, giving pieces of up to 1 MiB in order. The bytes that came before an error are given
 * too: whoever resumes need not send them again.
 * @param each takes ownership of the piece; the next is read when its promise resolves.
 */
export async function eachSlab(body: Body, source: SlabSource, each: Each): Promise<StreamEnd> {
  if ("eachSlab" in body) return body.eachSlab(source, each);
  const reader = body.getReader();
  let slab: ArrayBufferLike | null = null;
  let filled = 0;
  const take = () => {
    const taken = slab as ArrayBufferLike;
    slab = null;
    return taken;
  };
  try {
    for (;;) {
      const next = await readOrError(reader);
      if ("error" in next) {
        if (slab && filled > 0) await each(new Uint8Array(take(), 0, filled));
        return next;
      }
      if (next.done) break;
      let chunk = next.value as Uint8Array;
      while (chunk.byteLength > 0) {
        slab ??= source.buffer();
        const taken = Math.min(chunk.byteLength, slab.byteLength - filled);
        new Uint8Array(slab, filled, taken).set(chunk.subarray(0, taken));
        filled += taken;
        chunk = chunk.subarray(taken);
        if (filled < slab.byteLength) continue;
        const full = new Uint8Array(take());
        filled = 0;
        await each(full);
      }
    }
    if (slab && filled > 0) await each(new Uint8Array(take(), 0, filled));
    return null;
  } finally {
    if (slab) source.recycle(slab);
    await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}

async function readOrError(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    return { error };
  }
}
