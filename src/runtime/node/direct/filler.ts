// Fills large pieces of memory with a body's bytes and gives them on one at a time, while the next ones are filled.
import type { SlabBody } from "#core/uploads/slabs.ts";

export type Source = Parameters<SlabBody["eachSlab"]>[0];
export type Each = Parameters<SlabBody["eachSlab"]>[1];
export type End = Awaited<ReturnType<SlabBody["eachSlab"]>>;

/** Pieces that may wait for their turn: the next are received meanwhile, and the client is held back beyond that. */
const maxWaiting = 3;
/** A piece is given on when less than this part of it is free: the system is not asked for a few bytes. */
const leastFree = 1 / 16;

export interface Filler {
  /** Where the next bytes go: the free part of the piece that is being filled. */
  space(): Uint8Array;
  /** So many bytes were put at the front of the space. */
  filled(bytes: number): void;
  /** Puts bytes there that lie elsewhere. */
  add(bytes: Uint8Array): void;
  /** Whether so much waits that the client must be held back. */
  isFull(): boolean;
  /** Gives on what is left, and resolves when all of it was taken. */
  end(): Promise<void>;
  /** Nothing more is given on. @returns the memory that was being filled: whoever reads into it yet must stop first. */
  drop(): ArrayBufferLike | null;
  /** Resolves when nobody works on a piece any more, however that went. */
  settled(): Promise<void>;
}

interface Uses {
  source: Source;
  each: Each;
  /** There is room again after `isFull`. */
  room(): void;
  failed(error: unknown): void;
}

export function createFiller({ source, each, room, failed }: Uses): Filler {
  let slab: ArrayBufferLike | null = null;
  let at = 0;
  let waiting = 0;
  let over = false;
  let work: Promise<void> = Promise.resolve();
  const give = () => {
    const piece = new Uint8Array(slab as ArrayBufferLike, 0, at);
    slab = null;
    at = 0;
    waiting++;
    work = work.then(
      async () => {
        if (over) return source.recycle(piece.buffer);
        await each(piece);
        waiting--;
        if (!over && waiting === maxWaiting - 1) room();
      },
      (error) => {
        source.recycle(piece.buffer);
        throw error;
      },
    );
    work.catch(failed);
  };
  const space = () => {
    slab ??= source.buffer();
    return new Uint8Array(slab, at);
  };
  const filled = (bytes: number) => {
    at += bytes;
    if (slab && slab.byteLength - at < slab.byteLength * leastFree) give();
  };
  return {
    space,
    filled,
    add(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const free = space();
        const taken = Math.min(bytes.byteLength - from, free.byteLength);
        free.set(bytes.subarray(from, from + taken));
        from += taken;
        filled(taken);
      }
    },
    isFull: () => waiting >= maxWaiting,
    end() {
      if (slab && at > 0) give();
      else if (slab) source.recycle(slab);
      slab = null;
      return work;
    },
    drop() {
      over = true;
      const left = slab;
      slab = null;
      return left;
    },
    settled: () => work.catch(() => {}),
  };
}
