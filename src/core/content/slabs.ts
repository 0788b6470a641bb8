// Collects the small chunks of a network stream into large pieces of memory, which are cheaper to write and to hash.

/** Where the memory of the pieces comes from: a Hasher hands out what it got back. */
export interface SlabSource {
  buffer(): ArrayBuffer;
}

/** How a stream ended: at its end, or with the error that broke it. */
export type StreamEnd = { error: unknown } | null;

/**
 * Reads the stream to its end, giving pieces of up to 1 MiB in order. The bytes that came before an error are given
 * too: whoever resumes need not send them again.
 * @param each takes ownership of the piece; the next is read when its promise resolves.
 */
export async function eachSlab(
  body: ReadableStream<Uint8Array>,
  source: SlabSource,
  each: (slab: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<StreamEnd> {
  const reader = body.getReader();
  let slab: ArrayBuffer | null = null;
  let filled = 0;
  try {
    for (;;) {
      const next = await readOrError(reader);
      if ("error" in next) {
        if (slab && filled > 0) await each(new Uint8Array(slab, 0, filled));
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
        const full = new Uint8Array(slab);
        slab = null;
        filled = 0;
        await each(full);
      }
    }
    if (slab && filled > 0) await each(new Uint8Array(slab, 0, filled));
    return null;
  } finally {
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
