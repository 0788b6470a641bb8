// The part of the blob stores' suite that is about writing: resuming, cutting off, sealing, many at once.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlobStoreError } from "#ports/blob-store.ts";
import {
  atStart,
  type BlobStoreHarness,
  freshKey,
  itNeeds,
  patternOf,
  readAll,
  type StoreInUse,
  useStore,
} from "./blob-store-harness.ts";

const problemOf = (error: unknown) => (error instanceof BlobStoreError ? error.problem : String(error));

/** What holds for writers. */
export function describeWriting(harness: BlobStoreHarness): void {
  describe("writing", () => {
    let use: StoreInUse;
    beforeAll(async () => {
      use = await useStore(harness);
    });
    afterAll(() => use.store.close());

    const needing = itNeeds(harness);
    it("serves what was written, in one piece or many", async () => {
      const bytes = patternOf(300_000);
      const key = freshKey();
      const writer = await use.write(key, bytes.subarray(0, 1), bytes.subarray(1, 100_000), bytes.subarray(100_000));
      expect((await writer.seal()).sizeBytes).toBe(300_000);
      expect((await use.store.stat(key))?.sizeBytes).toBe(300_000);
      expect(Buffer.compare(await use.read(key, 0, 299_999), bytes)).toBe(0);
    });

    it("has taken the bytes when a write is done: the caller may use the memory again", async () => {
      const key = freshKey();
      const memory = patternOf(1000);
      const writer = await use.write(key, memory);
      memory.fill(0);
      await writer.write(memory);
      await writer.seal();
      expect(await use.read(key, 0, 999)).toEqual(patternOf(1000));
    });

    it("keeps an object of no bytes", async () => {
      const key = freshKey();
      expect((await (await use.write(key)).seal()).sizeBytes).toBe(0);
      expect((await use.store.stat(key))?.sizeBytes).toBe(0);
      const reading = await use.store.read(key, { start: 0, end: -1 });
      expect(reading).not.toBeNull();
      expect((await readAll(reading)).byteLength).toBe(0);
    });

    it("goes on from where a writer was suspended", async () => {
      const bytes = patternOf(5000);
      const key = freshKey();
      let from = await (await use.write(key, bytes.subarray(0, 2000))).suspend();
      expect(from.offset).toBeLessThanOrEqual(2000);
      let writer = await use.store.openWriter(key, from);
      await writer.write(bytes.subarray(from.offset, 3500));
      from = await writer.suspend();
      writer = await use.store.openWriter(key, from);
      await writer.write(bytes.subarray(from.offset));
      expect((await writer.seal()).sizeBytes).toBe(5000);
      expect(await use.read(key, 0, 4999)).toEqual(bytes);
    });

    it("cuts off what a writer left beyond the offset that was saved", async () => {
      const key = freshKey();
      const saved = await (await use.write(key, patternOf(100))).suspend();
      const crashed = await use.store.openWriter(key, saved);
      await crashed.write(patternOf(500, 9));
      await crashed.abort();
      const writer = await use.store.openWriter(key, saved);
      await writer.write(patternOf(10, 2));
      expect((await writer.seal()).sizeBytes).toBe(110);
      expect(await use.read(key, 0, 109)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(10, 2)]));
    });

    it("begins anew at 0, whatever a writer left", async () => {
      const key = freshKey();
      await (await use.write(key, patternOf(100))).abort();
      expect((await (await use.write(key, patternOf(3))).seal()).sizeBytes).toBe(3);
    });

    it("says that the bytes before the offset are lost", async () => {
      const missing = await use.store.openWriter(freshKey(), { offset: 10, state: null }).catch(problemOf);
      expect(missing).toBe("lost");
      const key = freshKey();
      const { state } = await (await use.write(key, patternOf(5))).suspend();
      expect(await use.store.openWriter(key, { offset: 10, state }).catch(problemOf)).toBe("lost");
    });

    it("keeps writers of different keys apart", async () => {
      const keys = Array.from({ length: 10 }, freshKey);
      await Promise.all(
        keys.map(async (key, i) => {
          const writer = await use.store.openWriter(key, atStart);
          for (let at = 0; at < 50; at++) await writer.write(patternOf(1000 + i, at));
          await writer.seal();
        }),
      );
      for (const [i, key] of keys.entries()) {
        const expected = Buffer.concat(Array.from({ length: 50 }, (_, at) => patternOf(1000 + i, at)));
        expect(Buffer.compare(await use.read(key, 0, expected.byteLength - 1), expected)).toBe(0);
      }
    });

    needing("reopens sealed objects", "can be sealed again after a crash between seal and commit", async () => {
      const key = freshKey();
      const saved = await (await use.write(key, patternOf(100))).suspend();
      for (let time = 0; time < 2; time++) {
        const writer = await use.store.openWriter(key, saved);
        await writer.write(patternOf(50, 2));
        expect((await writer.seal()).sizeBytes).toBe(150);
      }
      const whole = await use.store.openWriter(key, { offset: 150, state: null });
      expect((await whole.seal()).sizeBytes).toBe(150);
      expect(await use.read(key, 0, 149)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(50, 2)]));
    });
  });
}
