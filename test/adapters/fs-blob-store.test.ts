import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import type { WriteFiles } from "#adapters/blob-store/fs-put.ts";
import { type BlobStore, BlobStoreError, type WholeObject } from "#ports/blob-store.ts";
import { lackOf } from "#test/setup/needs.ts";
import { describeBlobStore } from "#test/suites/blob-store.ts";
import { freshKey, patternOf, readAll, readerOf } from "#test/suites/blob-store-harness.ts";
import { objectOf } from "#test/suites/blob-store-together.ts";
import { writeFiles as write } from "#workers/files.ts";

const coarse = lackOf("file times below a second");
const root = await fs.mkdtemp(path.join(tmpdir(), "berth-blobs-"));
/** As the worker does it, without the worker. */
const writeFiles: WriteFiles = async (task) => write(task);

describeBlobStore("of files", {
  open: () => createFsBlobStore(path.join(root, "suite"), { writeFiles }),
  reopen: () => createFsBlobStore(path.join(root, "suite"), { writeFiles }),
  close: async () => {},
  lacks: coarse === undefined ? {} : { "stamps objects": coarse },
});

describe.each([true, false])("files that are written together (durable: %s)", (durable) => {
  const own = path.join(root, `together-${durable}`);
  const putAll = async (objects: WholeObject[], write: WriteFiles = writeFiles) =>
    (await createFsBlobStore(own, { durable, writeFiles: write })).putAll?.(objects);
  /** What became of an object, in a word. */
  const outcomeOf = (put: Awaited<ReturnType<typeof putAll>>) =>
    put?.map((one) => ("error" in one ? one.error.problem : (one.value?.sizeBytes ?? null)));

  it("do not keep each other: one whose folder is gone fails alone", async () => {
    const store = await createFsBlobStore(own, { durable, writeFiles });
    const objects = [10, 20, 30, 40].map((size) => objectOf(patternOf(size), { folder: size === 20 ? "0e" : "0f" }));
    await fs.rm(path.join(own, "0e"), { recursive: true });
    const put = await store.putAll?.(objects);
    expect(outcomeOf(put)).toEqual([10, "unavailable", 30, 40]);
    expect(put?.map((one) => "error" in one && one.error instanceof BlobStoreError)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    for (const { key, bytes } of objects.filter((_, i) => i !== 1))
      expect(new Uint8Array(await fs.readFile(path.join(own, key)))).toEqual(bytes);
    await fs.mkdir(path.join(own, "0e"));
    expect(outcomeOf(await store.putAll?.(objects))).toEqual([10, 20, 30, 40]);
  });

  it("have the stamp under which they are found later", async () => {
    const objects = [0, 1, 5000].map((size) => objectOf(patternOf(size)));
    const put = await putAll(objects);
    const store = await createFsBlobStore(own);
    for (const [i, { key }] of objects.entries()) expect(put?.[i]).toEqual({ value: await store.stat(key) });
  });

  it("are all in doubt when their worker dies, and that is an outage", async () => {
    const dies = () => Promise.reject(new Error("the worker ran out of memory"));
    const error = await putAll([objectOf(patternOf(5))], dies).catch((e) => e);
    expect([error instanceof BlobStoreError, error.problem]).toEqual([true, "unavailable"]);
  });

  it("leave the handles of the process as they were", async () => {
    // Other tests run in this process: only what is open below the store counts.
    const open = async () => {
      const handles = await fs.readdir("/proc/self/fd").catch(() => []);
      const places = await Promise.all(handles.map((handle) => fs.readlink(`/proc/self/fd/${handle}`).catch(() => "")));
      return places.filter((place) => place.startsWith(own)).length;
    };
    const objects = Array.from({ length: 30 }, (_, i) => objectOf(patternOf(100), { wrong: i % 3 === 0 }));
    await putAll(objects);
    const before = await open();
    for (let i = 0; i < 5; i++) await putAll(objects);
    expect(await open()).toBe(before);
  });

  it("are never written outside the store", async () => {
    for (const key of ["../../etc/passwd", "aa/../../x", `zz/${crypto.randomUUID()}`])
      await expect(putAll([{ ...objectOf(patternOf(5)), key }])).rejects.toThrow("not a blob key");
  });
});

describe("files of blobs", () => {
  let store: BlobStore;
  const own = path.join(root, "own");
  beforeAll(async () => {
    store = await createFsBlobStore(own);
  });
  afterAll(async () => {
    await store.close();
    await fs.rm(root, { recursive: true, force: true });
  });

  const stored = async (sizeBytes: number) => {
    const key = freshKey();
    const writer = await store.openWriter(key, { offset: 0, state: null });
    await writer.write(patternOf(sizeBytes));
    await writer.seal();
    return key;
  };

  it("lie under their key", async () => {
    const key = await stored(100);
    expect(new Uint8Array(await fs.readFile(path.join(own, key)))).toEqual(patternOf(100));
  });

  it("that are cut short while they are read break the stream", async () => {
    const key = await stored(1_000_000);
    const reader = await readerOf(store.read(key, { start: 0, end: 999_999 }));
    expect((await reader.read()).done).toBe(false);
    await fs.truncate(path.join(own, key), 300_000);
    const rest = async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read());
    };
    await expect(rest()).rejects.toThrow("shorter");
  });

  it("that are removed while they are read are read to their end", async () => {
    const key = await stored(600_000);
    const body = await store.read(key, { start: 0, end: 599_999 });
    await store.remove(key);
    expect(Buffer.compare(await readAll(body), patternOf(600_000))).toBe(0);
  });

  it("are never looked for outside the store", async () => {
    for (const key of ["../../etc/passwd", "aa/../../x", "aa/", "", "aa/x\0", `zz/${crypto.randomUUID()}`]) {
      const attempts = [
        () => store.read(key, { start: 0, end: 0 }),
        () => store.stat(key),
        () => store.remove(key),
        () => store.openWriter(key, { offset: 0, state: null }),
      ];
      for (const attempt of attempts) await expect((async () => attempt())()).rejects.toThrow("not a blob key");
    }
  });

  it("leave the handles of the process as they were", async () => {
    // Other tests run in this process: only what is open below the store counts.
    const open = async () => {
      const handles = await fs.readdir("/proc/self/fd").catch(() => []);
      const places = await Promise.all(handles.map((handle) => fs.readlink(`/proc/self/fd/${handle}`).catch(() => "")));
      return places.filter((place) => place.startsWith(own)).length;
    };
    const key = await stored(600_000);
    const before = await open();
    for (let i = 0; i < 20; i++) {
      await readAll(await store.read(key, { start: 0, end: 599_999 }));
      const reader = await readerOf(store.read(key, { start: 0, end: 599_999 }));
      await reader.read();
      await reader.cancel();
      await store
        .read(key, { start: 0, end: 700_000 })
        .then(readAll)
        .catch(() => {});
      const writer = await store.openWriter(freshKey(), { offset: 0, state: null });
      await writer.abort();
      await store.openWriter(key, { offset: 9_000_000, state: null }).catch(() => {});
    }
    expect(await open()).toBe(before);
  });

  it("cannot be where there is no folder, and the store says so in its own words", async () => {
    const file = path.join(root, "a-file");
    await fs.writeFile(file, "");
    const error = await createFsBlobStore(path.join(file, "blobs")).catch((e) => e);
    expect(error).toBeInstanceOf(BlobStoreError);
    expect(error.problem).toBe("unavailable");
  });

  it("cannot be written when their folder is gone", async () => {
    const gone = path.join(root, "gone");
    const lost = await createFsBlobStore(gone);
    await fs.rm(gone, { recursive: true });
    const error = await lost.openWriter(freshKey(), { offset: 0, state: null }).catch((e) => e);
    expect([error instanceof BlobStoreError, error.problem]).toEqual([true, "unavailable"]);
  });

  it("are not missing where their place itself is not there: that is an outage", async () => {
    const place = path.join(root, "mounted");
    const mounted = await createFsBlobStore(place);
    await mounted.ensureIdentity(crypto.randomUUID());
    expect(await mounted.stat(freshKey())).toBeNull();
    await fs.rename(place, `${place}-elsewhere`);
    await fs.mkdir(place);
    for (const ask of [() => mounted.stat(freshKey()), () => mounted.read(freshKey(), { start: 0, end: 0 })])
      await expect(ask()).rejects.toMatchObject({ problem: "unavailable" });
    await fs.rmdir(place);
    await fs.rename(`${place}-elsewhere`, place);
    expect(await mounted.read(freshKey(), { start: 0, end: 0 })).toBeNull();
  });

  it("carry an identity that cannot be read as another's", async () => {
    const folder = path.join(root, "identity");
    const first = await createFsBlobStore(folder);
    const id = crypto.randomUUID();
    expect(await first.ensureIdentity(id)).toBe(id);
    await fs.writeFile(path.join(folder, "berth-store.json"), "{ broken");
    await expect(first.ensureIdentity(crypto.randomUUID())).rejects.toThrow();
  });
});
