// The part of the blob stores' suite that is about objects that are there: reading, removing, listing, and the store itself.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Reading } from "#ports/blob-store.ts";
import {
  atStart,
  type BlobStoreHarness,
  freshKey,
  itNeeds,
  patternOf,
  readAll,
  readerOf,
  type StoreInUse,
  useStore,
} from "./blob-store-harness.ts";

/** What holds for objects and for the store. */
export function describeKeeping(harness: BlobStoreHarness): void {
  describe("keeping", () => {
    let use: StoreInUse;
    beforeAll(async () => {
      use = await useStore(harness);
    });
    afterAll(() => use.store.close());

    const needing = itNeeds(harness);
    it.each([
      [0, 0],
      [0, 9],
      [999, 999],
      [500, 799],
      [990, 999],
    ])("reads the bytes from %i to %i", async (from, to) => {
      const key = await use.stored(patternOf(1000));
      expect(await use.read(key, from, to)).toEqual(patternOf(1000).slice(from, to + 1));
    });

    it("tells with the bytes what the object is that they come from", async () => {
      const key = await use.stored(patternOf(1000));
      const stat = await use.store.stat(key);
      for (const range of [
        { start: 0, end: 999 },
        { start: 3, end: 5 },
        { start: 0, end: -1 },
      ]) {
        const reading = (await use.store.read(key, range)) as Reading;
        expect({ sizeBytes: reading.sizeBytes, stamp: reading.stamp }).toEqual(stat);
        await reading.body.cancel();
      }
      expect(stat?.sizeBytes).toBe(1000);
    });

    it("knows nothing of a key that is not there", async () => {
      expect(await use.store.read(freshKey(), { start: 0, end: 0 })).toBeNull();
      expect(await use.store.stat(freshKey())).toBeNull();
    });

    it("breaks the stream of an object that is shorter than was asked for", async () => {
      const key = await use.stored(patternOf(300_000));
      for (const [from, to] of [
        [0, 300_000],
        [299_999, 400_000],
        [400_000, 400_010],
      ] as const)
        await expect(use.read(key, from, to)).rejects.toThrow();
    });

    it("lets a reader go away", async () => {
      const key = await use.stored(patternOf(600_000));
      const reader = await readerOf(use.store.read(key, { start: 0, end: 599_999 }));
      await reader.read();
      await reader.cancel();
      await use.store.remove(key);
      expect(await use.store.stat(key)).toBeNull();
    });

    it("removes what is there, what was begun, and what is not there", async () => {
      const sealed = await use.stored(patternOf(10));
      const suspended = freshKey();
      await (await use.write(suspended, patternOf(10))).suspend();
      const aborted = freshKey();
      await (await use.write(aborted, patternOf(10))).abort();
      for (const key of [sealed, suspended, aborted, freshKey()]) {
        await use.store.remove(key);
        await use.store.remove(key);
        expect(await use.store.stat(key)).toBeNull();
        expect(await use.store.read(key, { start: 0, end: 0 })).toBeNull();
        expect(await use.allKeys()).not.toContain(key);
      }
    });

    it("lists the keys that are there and nothing else", async () => {
      await use.store.ensureIdentity(crypto.randomUUID());
      const before = await use.allKeys();
      const keys = [await use.stored(patternOf(1)), await use.stored(new Uint8Array()), await use.stored(patternOf(2))];
      expect((await use.allKeys()).sort()).toEqual([...before, ...keys].sort());
    });

    it("keeps the first identity that it was given", async () => {
      const none = await use.store.ensureIdentity(null);
      const first = await use.store.ensureIdentity(crypto.randomUUID());
      expect(await use.store.ensureIdentity(crypto.randomUUID())).toBe(first);
      expect(await use.store.ensureIdentity(null)).toBe(first);
      expect([null, first]).toContain(none);
    });

    needing("stamps objects", "tells by the stamp that an object was changed", async () => {
      const key = freshKey();
      const sealed = await (await use.write(key, patternOf(100))).seal();
      expect((await use.store.stat(key))?.stamp).toBe(sealed.stamp);
      expect(sealed.stamp).not.toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const writer = await use.store.openWriter(key, { offset: 100, state: null });
      await writer.write(patternOf(1));
      await writer.seal();
      expect((await use.store.stat(key))?.stamp).not.toBe(sealed.stamp);
    });

    needing("outlives its instance", "is found again by another instance", async () => {
      const id = await use.store.ensureIdentity(crypto.randomUUID());
      const key = await use.stored(patternOf(1000));
      const begun = freshKey();
      const saved = await (await use.write(begun, patternOf(100))).suspend();
      const other = await harness.reopen();
      expect(await other.ensureIdentity(crypto.randomUUID())).toBe(id);
      expect(await readAll(await other.read(key, { start: 0, end: 999 }))).toEqual(patternOf(1000));
      const writer = await other.openWriter(begun, saved);
      await writer.write(patternOf(5, 3));
      expect((await writer.seal()).sizeBytes).toBe(105);
      expect(await use.read(begun, 0, 104)).toEqual(new Uint8Array([...patternOf(100), ...patternOf(5, 3)]));
    });

    needing("holds no object in memory", "passes a large object through in pieces", async () => {
      const piece = patternOf(1024 * 1024);
      const pieces = 320;
      const key = freshKey();
      const expected = createHash("sha256");
      const writer = await use.store.openWriter(key, atStart);
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
      const reading = await use.store.read(key, { start: 0, end: pieces * piece.byteLength - 1 });
      for await (const chunk of (reading as Reading).body) {
        expect(chunk.byteLength).toBeLessThanOrEqual(1024 * 1024);
        got.update(chunk);
        look();
      }
      expect(got.digest("hex")).toBe(expected.digest("hex"));
      expect(most).toBeLessThan(200 * 1024 * 1024);
      await use.store.remove(key);
    });

    needing("knows its space", "tells free and total bytes", async () => {
      const space = await use.store.space();
      expect(space?.freeBytes).toBeGreaterThanOrEqual(0);
      expect(space?.totalBytes).toBeGreaterThanOrEqual(space?.freeBytes ?? 0);
    });
  });
}
