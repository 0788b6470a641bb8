// What every BlobStore must do, run for each adapter. An adapter that cannot do a thing says why: without a reason nothing is skipped.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BlobKey, type BlobStore, BlobStoreError, type BlobWriter } from "#ports/blob-store.ts";

/** Things that a store may lack. */
export type BlobStoreCapability =
  /** A sealed object can be opened and sealed again: a crash between seal and commit costs nothing. */
  | "reopens sealed objects"
  /** The stamp changes when the object is changed behind our back. */
  | "stamps objects"
  /** Another instance on the same place sees the same objects and the same identity. */
  | "outlives its instance"
  /** Large objects pass through, they are never held. */
  | "holds no object in memory"
  /** It knows how much room there is. */
  | "knows its space";

export interface BlobStoreHarness {
  open(): Promise<BlobStore>;
  /** Another instance on the same place, as after a restart; not asked of a store that does not outlive its instance. */
  reopen(): Promise<BlobStore>;
  /** Removes the place. */
  close(): Promise<void>;
  /** Why a capability is missing. */
  lacks: Partial<Record<BlobStoreCapability, string>>;
}

const start = { offset: 0, state: null };

/** A key as the database registers them. */
export function freshKey(): BlobKey {
  const id = crypto.randomUUID();
  return `${id.slice(0, 2)}/${id}`;
}

/** Bytes that differ at every place and by seed. */
export function patternOf(sizeBytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + seed * 13) & 0xff);
}

/** Reads a stream whole. */
export async function readAll(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The suite. */
export function describeBlobStore(name: string, harness: BlobStoreHarness): void {
  const needing = (capability: BlobStoreCapability, title: string, test: () => Promise<void>) => {
    const reason = harness.lacks[capability];
    if (reason === undefined) it(title, test);
    else it.skip(`${title} [${capability}: ${reason}]`, test);
  };

  describe(`the blob store ${name}`, () => {
    let store: BlobStore;
    beforeAll(async () => {
      store = await harness.open();
    });
    afterAll(async () => {
      await store.close();
      await harness.close();
    });

    const write = async (key: BlobKey, ...pieces: Uint8Array[]): Promise<BlobWriter> => {
      const writer = await store.openWriter(key, start);
      for (const piece of pieces) await writer.write(piece);
      return writer;
    };
    const stored = async (bytes: Uint8Array): Promise<BlobKey> => {
      const key = freshKey();
      await (await write(key, bytes)).seal();
      return key;
    };
    const read = async (key: BlobKey, from: number, to: number) =>
      readAll(await store.read(key, { start: from, end: to }));
    const allKeys = async () => Array.fromAsync(store.keys());
    const problemOf = (error: unknown) => (error instanceof BlobStoreError ? error.problem : String(error));

    it("serves what was written, in one piece or many", async () => {
      const bytes = patternOf(300_000);
      const key = freshKey();
      const writer = await write(key, bytes.subarray(0, 1), bytes.subarray(1, 100_000), bytes.subarray(100_000));
      expect((await writer.seal()).sizeBytes).toBe(300_000);
      expect((await store.stat(key))?.sizeBytes).toBe(300_000);
      expect(Buffer.compare(await read(key, 0, 299_999), bytes)).toBe(0);
    });

    it("has taken the bytes when a write is done: the caller may use the memory again", async () => {
      const key = freshKey();
      const memory = patternOf(1000);
      const writer = await write(key, memory);
      memory.fill(0);
      await writer.write(memory);
      await writer.seal();
      expect(await read(key, 0, 999)).toEqual(patternOf(1000));
    });

    it("keeps an object of no bytes", async () => {
      const key = freshKey();
      expect((await (await write(key)).seal()).sizeBytes).toBe(0);
      expect((await store.stat(key))?.sizeBytes).toBe(0);
      const body = await store.read(key, { start: 0, end: -1 });
      expect(body).not.toBeNull();
      expect((await readAll(body)).byteLength).toBe(0);
    });

    it("goes on from where a writer was suspended", async () => {
      const bytes = patternOf(5000);
      const key = freshKey();
      let from = await (await write(key, bytes.subarray(0, 2000))).suspend();
      expect(from.offset).toBeLessThanOrEqual(2000);
      let writer = await store.openWriter(key, from);
      await writer.write(bytes.subarray(from.offset, 3500));
      from = await writer.suspend();
      writer = await store.openWriter(key, from);
      await writer.write(bytes.subarray(from.offset));
      expect((await writer.seal()).sizeBytes).toBe(5000);
      expect(await read(key, 0, 4999)).toEqual(bytes);
    });

    it("cuts off what a writer left beyond the offset that was saved", async () => {
      const key = freshKey();
      const saved = await (await write(key, patternOf(100))).suspend();
      const crashed = await store.openWriter(key, saved);
      await crashed.write(patternOf(500, 9));
      await crashed.abort();
      const writer = await store.openWriter(key, saved);
      await writer.write(patternOf(10, 2));
      expect((await writer.seal()).sizeBytes).toBe(110);
      expect(await read(key, 0, 109)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(10, 2)]));
    });

    it("begins anew at 0, whatever a writer left", async () => {
      const key = freshKey();
      await (await write(key, patternOf(100))).abort();
      expect((await (await write(key, patternOf(3))).seal()).sizeBytes).toBe(3);
    });

    it("says that the bytes before the offset are lost", async () => {
      const missing = await store.openWriter(freshKey(), { offset: 10, state: null }).catch(problemOf);
      expect(missing).toBe("lost");
      const key = freshKey();
      const { state } = await (await write(key, patternOf(5))).suspend();
      expect(await store.openWriter(key, { offset: 10, state }).catch(problemOf)).toBe("lost");
    });

    it.each([
      [0, 0],
      [0, 9],
      [999, 999],
      [500, 799],
      [990, 999],
    ])("reads the bytes from %i to %i", async (from, to) => {
      const key = await stored(patternOf(1000));
      expect(await read(key, from, to)).toEqual(patternOf(1000).slice(from, to + 1));
    });

    it("knows nothing of a key that is not there", async () => {
      expect(await store.read(freshKey(), { start: 0, end: 0 })).toBeNull();
      expect(await store.stat(freshKey())).toBeNull();
    });

    it("breaks the stream of an object that is shorter than was asked for", async () => {
      const key = await stored(patternOf(300_000));
      for (const [from, to] of [
        [0, 300_000],
        [299_999, 400_000],
        [400_000, 400_010],
      ] as const)
        await expect(read(key, from, to)).rejects.toThrow();
    });

    it("lets a reader go away", async () => {
      const key = await stored(patternOf(600_000));
      const body = (await store.read(key, { start: 0, end: 599_999 })) as ReadableStream<Uint8Array>;
      const reader = body.getReader();
      await reader.read();
      await reader.cancel();
      await store.remove(key);
      expect(await store.stat(key)).toBeNull();
    });

    it("removes what is there, what was begun, and what is not there", async () => {
      const sealed = await stored(patternOf(10));
      const suspended = freshKey();
      await (await write(suspended, patternOf(10))).suspend();
      const aborted = freshKey();
      await (await write(aborted, patternOf(10))).abort();
      for (const key of [sealed, suspended, aborted, freshKey()]) {
        await store.remove(key);
        await store.remove(key);
        expect(await store.stat(key)).toBeNull();
        expect(await store.read(key, { start: 0, end: 0 })).toBeNull();
        expect(await allKeys()).not.toContain(key);
      }
    });

    it("keeps writers of different keys apart", async () => {
      const keys = Array.from({ length: 10 }, freshKey);
      await Promise.all(
        keys.map(async (key, i) => {
          const writer = await store.openWriter(key, start);
          for (let at = 0; at < 50; at++) await writer.write(patternOf(1000 + i, at));
          await writer.seal();
        }),
      );
      for (const [i, key] of keys.entries()) {
        const expected = Buffer.concat(Array.from({ length: 50 }, (_, at) => patternOf(1000 + i, at)));
        expect(Buffer.compare(await read(key, 0, expected.byteLength - 1), expected)).toBe(0);
      }
    });

    it("lists the keys that are there and nothing else", async () => {
      await store.ensureIdentity(crypto.randomUUID());
      const before = await allKeys();
      const keys = [await stored(patternOf(1)), await stored(new Uint8Array()), await stored(patternOf(2))];
      expect((await allKeys()).sort()).toEqual([...before, ...keys].sort());
    });

    it("keeps the first identity that it was given", async () => {
      const first = await store.ensureIdentity(crypto.randomUUID());
      expect(await store.ensureIdentity(crypto.randomUUID())).toBe(first);
    });

    needing("reopens sealed objects", "can be sealed again after a crash between seal and commit", async () => {
      const key = freshKey();
      const saved = await (await write(key, patternOf(100))).suspend();
      for (let time = 0; time < 2; time++) {
        const writer = await store.openWriter(key, saved);
        await writer.write(patternOf(50, 2));
        expect((await writer.seal()).sizeBytes).toBe(150);
      }
      const whole = await store.openWriter(key, { offset: 150, state: null });
      expect((await whole.seal()).sizeBytes).toBe(150);
      expect(await read(key, 0, 149)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(50, 2)]));
    });

    needing("stamps objects", "tells by the stamp that an object was changed", async () => {
      const key = freshKey();
      const sealed = await (await write(key, patternOf(100))).seal();
      expect((await store.stat(key))?.stamp).toBe(sealed.stamp);
      expect(sealed.stamp).not.toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const writer = await store.openWriter(key, { offset: 100, state: null });
      await writer.write(patternOf(1));
      await writer.seal();
      expect((await store.stat(key))?.stamp).not.toBe(sealed.stamp);
    });

    needing("outlives its instance", "is found again by another instance", async () => {
      const id = await store.ensureIdentity(crypto.randomUUID());
      const key = await stored(patternOf(1000));
      const begun = freshKey();
      const saved = await (await write(begun, patternOf(100))).suspend();
      const other = await harness.reopen();
      expect(await other.ensureIdentity(crypto.randomUUID())).toBe(id);
      expect(await readAll(await other.read(key, { start: 0, end: 999 }))).toEqual(patternOf(1000));
      const writer = await other.openWriter(begun, saved);
      await writer.write(patternOf(5, 3));
      expect((await writer.seal()).sizeBytes).toBe(105);
      expect(await read(begun, 0, 104)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(5, 3)]));
    });

    needing("holds no object in memory", "passes a large object through in pieces", async () => {
      const piece = patternOf(1024 * 1024);
      const pieces = 160;
      const key = freshKey();
      const expected = createHash("sha256");
      const writer = await store.openWriter(key, start);
      const before = process.memoryUsage().arrayBuffers;
      let most = 0;
      const look = () => {
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      };
      for (let i = 0; i < pieces; i++) {
        piece[0] = i;
        expected.update(piece);
        await writer.write(piece);
        look();
      }
      await writer.seal();
      const got = createHash("sha256");
      const body = (await store.read(key, {
        start: 0,
        end: pieces * piece.byteLength - 1,
      })) as ReadableStream<Uint8Array>;
      for await (const chunk of body) {
        expect(chunk.byteLength).toBeLessThanOrEqual(1024 * 1024);
        got.update(chunk);
        look();
      }
      expect(got.digest("hex")).toBe(expected.digest("hex"));
      expect(most).toBeLessThan(100 * 1024 * 1024);
      await store.remove(key);
    });

    needing("knows its space", "tells free and total bytes", async () => {
      const space = await store.space();
      expect(space?.freeBytes).toBeGreaterThanOrEqual(0);
      expect(space?.totalBytes).toBeGreaterThanOrEqual(space?.freeBytes ?? 0);
    });
  });
}
