// What uploads in memory may take: sessions of one caller, and the pooled memory that bodies come in.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import type { Where } from "#core/content/where.ts";
import { saveIdle } from "#core/uploads/save-session.ts";
import { appendUpload, beginUpload, cancelUpload } from "#core/uploads/uploads.ts";
import { type BlobStore, BlobStoreError } from "#ports/blob-store.ts";
import type { Hasher } from "#ports/hasher.ts";
import { randomContent } from "#test/http/v2/content.ts";
import { breakingBody } from "./bodies.ts";
import { createSmallScene, incomingOf, type SmallScene } from "./small-scene.ts";

describe("the limit of sessions per caller", () => {
  const limit = 3;
  let scene: SmallScene;
  let where: Where;
  let callers = 0;
  beforeAll(async () => {
    scene = await createSmallScene({ limits: { uploadsPerCaller: limit } });
  });
  afterAll(() => scene.target.close());
  beforeEach(async () => {
    where = await scene.seenBy(await scene.repository(`limited-${++callers}`), `caller-${callers}`);
  });

  const begin = async (at = where) => (await beginUpload(scene.ctx, at, null)).id;
  const beginAll = async () => Array.fromAsync({ length: limit }, () => begin());
  const expectFull = () => expect(begin()).rejects.toMatchObject({ code: "TOOMANYREQUESTS" });

  it("holds in memory, and one that ends makes room", async () => {
    const [first = "", second = "", third = ""] = await beginAll();
    await expectFull();
    const content = randomContent();
    await scene.finish(where, first, content.digest, content.bytes);
    await begin();
    await expectFull();
    await cancelUpload(scene.ctx, where, second);
    await begin();
    await expectFull();
    await expect(scene.finish(where, third, randomContent().digest)).rejects.toMatchObject({ code: "DIGEST_INVALID" });
    await begin();
    await expectFull();
  });

  it("is each caller's own", async () => {
    await beginAll();
    await begin(await scene.seenBy(where, `other-${callers}`));
    await expectFull();
  });

  it("counts those that were saved, too", async () => {
    const [first = ""] = await beginAll();
    await saveIdle(scene.ctx, 0);
    await expectFull();
    await cancelUpload(scene.ctx, where, first);
    await begin();
    await expectFull();
  });

  it("counts those that have grown, too", async () => {
    for (const id of await beginAll()) await scene.append(where, id, randomContent(200_000).bytes);
    await expectFull();
  });
});

describe("the memory of bodies", () => {
  let scene: SmallScene;
  let where: Where;
  let store: BlobStore;
  /** Pieces that were handed out and did not come back. */
  const out = new Set<ArrayBufferLike>();
  beforeAll(async () => {
    store = createMemoryBlobStore();
    scene = await createSmallScene({ blobs: store });
    where = await scene.repository("memory");
  });
  afterAll(() => scene.target.close());
  beforeEach(() => out.clear());

  /** Counts what the hasher hands out and gets back, by hand or by hashing. */
  function counting(): Hasher {
    const { hasher } = scene.ctx;
    const recycle: Hasher["recycle"] = (buffer) => {
      out.delete(buffer);
      hasher.recycle(buffer);
    };
    const start: Hasher["start"] = (options) => {
      const stream = hasher.start(options);
      const taken: ArrayBufferLike[] = [];
      const free = () => taken.splice(0).forEach((buffer) => void out.delete(buffer));
      const update: typeof stream.update = async (bytes) => {
        taken.push(bytes.buffer);
        await stream.update(bytes);
      };
      return {
        update,
        finish: () => stream.finish().finally(free),
        save: () => stream.save().finally(free),
        discard() {
          stream.discard();
          free();
        },
      };
    };
    const buffer = () => {
      const made = hasher.buffer();
      out.add(made);
      return made;
    };
    return { ...hasher, start, buffer, recycle };
  }
  const failingStore = (where: "open" | "write"): BlobStore => ({
    ...store,
    async openWriter(key, from) {
      if (where === "open") throw new BlobStoreError("full", "no space is left");
      const write = () => Promise.reject(new BlobStoreError("full", "no space is left"));
      return { ...(await store.openWriter(key, from)), write };
    },
  });
  const large = randomContent(2_500_000).bytes;
  const small = randomContent(1000).bytes;
  const broken = (bytes: Uint8Array) => ({ body: breakingBody(bytes), range: null, lengthBytes: null });

  it.each([
    ["that was taken into memory", () => incomingOf(small), null],
    ["that was stored", () => incomingOf(large), null],
    ["that broke in memory", () => broken(small), null],
    ["that broke on its way to the store", () => broken(large), null],
    ["that could not be stored", () => incomingOf(large), "write"],
    ["whose object could not be opened", () => incomingOf(large), "open"],
    [
      "that brought more than it named",
      () => ({ ...incomingOf(large), range: { start: 0, end: 9 }, lengthBytes: null }),
      null,
    ],
  ] as const)("comes back after one %s", async (_, incoming, fails) => {
    const ctx = { ...scene.ctx, hasher: counting(), blobs: fails ? failingStore(fails) : store };
    const { id } = await beginUpload(ctx, where, null);
    await appendUpload(ctx, where, id, incoming()).catch(() => {});
    expect(out.size).toBe(0);
    await appendUpload(ctx, where, id, incoming()).catch(() => {});
    expect(out.size).toBe(0);
  });
});
