// The part of the blob stores' suite that is about whole small objects that are stored in one call.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { BlobStore, WholeObject } from "#ports/blob-store.ts";
import {
  type BlobStoreHarness,
  freshKey,
  itNeeds,
  patternOf,
  readAll,
  type StoreInUse,
  useStore,
} from "./blob-store-harness.ts";

type PutAll = NonNullable<BlobStore["putAll"]>;

/** An object with the digest of its bytes, or with that of others. */
export function objectOf(
  bytes: Uint8Array,
  {
    wrong = false,
    folder,
    algorithm = "sha256",
  }: { wrong?: boolean; folder?: string; algorithm?: "sha256" | "sha512" } = {},
): WholeObject {
  const hash = createHash(algorithm).update(bytes);
  const hex = (wrong ? hash.update("more") : hash).digest("hex");
  const key = freshKey();
  return { key: folder ? `${folder}${key.slice(2)}` : key, bytes, digest: { algorithm, hex } };
}

/** What holds for objects that are stored together. */
export function describeTogether(harness: BlobStoreHarness): void {
  describe("storing together", () => {
    let use: StoreInUse;
    let putAll: PutAll;
    beforeAll(async () => {
      use = await useStore(harness);
      putAll = (objects) => (use.store.putAll as PutAll)(objects);
    });
    afterAll(() => use.store.close());

    const needing = (title: string, test: () => Promise<void>) =>
      itNeeds(harness)("stores objects together", title, test);

    needing("serves each under its key, of any size and digest, and tells of it what sealing tells", async () => {
      const objects = [1, 100, 1, 131_072, 7].map((size, i) =>
        objectOf(patternOf(size, i), { algorithm: i % 2 ? "sha512" : "sha256" }),
      );
      const put = await putAll(objects);
      for (const [i, { key, bytes }] of objects.entries()) {
        expect(put[i]).toEqual({ value: await use.store.stat(key) });
        expect((await use.store.stat(key))?.sizeBytes).toBe(bytes.byteLength);
        expect(Buffer.compare(await use.read(key, 0, bytes.byteLength - 1), bytes)).toBe(0);
        expect(await use.allKeys()).toContain(key);
      }
    });

    needing("keeps an object of no bytes", async () => {
      const empty = objectOf(new Uint8Array());
      expect(await putAll([empty])).toMatchObject([{ value: { sizeBytes: 0 } }]);
      expect((await use.store.stat(empty.key))?.sizeBytes).toBe(0);
      const reading = await use.store.read(empty.key, { start: 0, end: -1 });
      expect(reading).not.toBeNull();
      expect((await readAll(reading)).byteLength).toBe(0);
    });

    needing("stores nothing of what has another digest, and all of the others", async () => {
      const objects = [false, true, false, true].map((wrong, i) => objectOf(patternOf(500, i), { wrong }));
      const put = await putAll(objects);
      expect(put.map((one) => "value" in one && one.value?.sizeBytes)).toEqual([500, undefined, 500, undefined]);
      expect([put[1], put[3]]).toEqual([{ value: null }, { value: null }]);
      const keys = await use.allKeys();
      for (const [i, { key }] of objects.entries()) {
        expect((await use.store.stat(key)) === null).toBe(i % 2 === 1);
        expect(keys.includes(key)).toBe(i % 2 === 0);
      }
    });

    needing("takes no object at all", async () => {
      expect(await putAll([])).toEqual([]);
    });

    needing("has taken the bytes when it is done, of a part of some memory and only that", async () => {
      const memory = patternOf(1000);
      const object = objectOf(memory.subarray(100, 200));
      await putAll([object]);
      memory.fill(0);
      expect(await use.read(object.key, 0, 99)).toEqual(patternOf(1000).slice(100, 200));
      expect((await use.store.stat(object.key))?.sizeBytes).toBe(100);
    });

    needing("begins anew where something lies under the key", async () => {
      const object = objectOf(patternOf(10));
      await (await use.write(object.key, patternOf(500, 9))).abort();
      expect(await putAll([object])).toMatchObject([{ value: { sizeBytes: 10 } }]);
      expect(await use.read(object.key, 0, 9)).toEqual(patternOf(10));
      await use.store.remove(object.key);
      expect(await use.store.stat(object.key)).toBeNull();
    });

    needing("keeps calls at once apart", async () => {
      const calls = Array.from({ length: 8 }, (_, call) =>
        Array.from({ length: 20 }, (_, i) => objectOf(patternOf(300 + i, call * 20 + i))),
      );
      await Promise.all(calls.map((objects) => putAll(objects)));
      for (const { key, bytes } of calls.flat()) expect(await use.read(key, 0, bytes.byteLength - 1)).toEqual(bytes);
    });
  });
}
