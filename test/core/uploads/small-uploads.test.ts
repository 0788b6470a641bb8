// Upload sessions that are in memory only: until they are finished, grow, rest for long, or end.
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import type { Where } from "#core/content/where.ts";
import { saveIdle } from "#core/uploads/save-session.ts";
import { smallBytes } from "#core/uploads/unsaved.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload } from "#core/uploads/uploads.ts";
import { parseDigest } from "#oci/digest.ts";
import { BlobStoreError } from "#ports/blob-store.ts";
import { algorithms, contentOf, randomContent } from "#test/http/v2/content.ts";
import { breakingBody, heldBody } from "./bodies.ts";
import { createSmallScene, incomingOf, noLonger, type SmallScene } from "./small-scene.ts";

describe("an upload in memory", () => {
  let scene: SmallScene;
  let where: Where;
  let elsewhere: Where;
  /** What the store says when something is to be written. */
  let storeError: BlobStoreError | null = null;
  /** Sessions that were rows whenever something was written. */
  let seen: { id: string; offset: number }[] = [];
  beforeAll(async () => {
    const memory = createMemoryBlobStore();
    const openWriter: typeof memory.openWriter = async (key, from) => {
      if (storeError) throw storeError;
      seen.push(...(await scene.savedSessions()));
      return memory.openWriter(key, from);
    };
    scene = await createSmallScene({ blobs: { ...memory, openWriter } });
    where = await scene.repository("here");
    elsewhere = await scene.repository("elsewhere");
  });
  afterAll(() => scene.target.close());
  afterEach(async () => {
    storeError = null;
    for (const session of scene.ctx.unsaved.idle(scene.ctx.clock.now())) scene.ctx.unsaved.end(session);
    for (const { id } of await scene.savedSessions()) await cancelUpload(scene.ctx, where, id);
  });

  const begin = async (at = where, algorithm: string | null = null) => (await beginUpload(scene.ctx, at, algorithm)).id;
  const offsetOf = async (id: string, at = where) => (await getUpload(scene.ctx, at, id)).offset;
  const expectUnknown = async (id: string, at = where) => {
    const attempts = [
      () => getUpload(scene.ctx, at, id),
      () => scene.append(at, id, randomContent().bytes),
      () => scene.finish(at, id, randomContent().digest),
      () => cancelUpload(scene.ctx, at, id),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  };
  const expectStored = async (digest: string, bytes: Uint8Array) => {
    const blob = await scene.find(where, digest);
    const reading = await scene.ctx.blobs.read(blob?.key ?? "", { start: 0, end: bytes.byteLength - 1 });
    expect(blob?.sizeBytes).toBe(bytes.byteLength);
    expect(Buffer.compare(new Uint8Array(await new Response(reading?.body).arrayBuffer()), bytes)).toBe(0);
  };

  describe.each(algorithms)("that grows (%s)", (algorithm) => {
    it.each([
      ["not at all", [0], false],
      ["to the largest size that is kept", [smallBytes - 1, 1], false],
      ["beyond what is kept, by one byte in its last request", [smallBytes, 1], true],
      ["beyond what is kept, in one request", [smallBytes + 1], true],
      ["beyond what is kept, over many requests", [50_000, 50_000, 50_000, 50_000], true],
      ["beyond what is kept, by far", [10, 3_000_000, 10], true],
    ])("%s ends well, with ranges and without", async (_, sizes, isSaved) => {
      for (const ranged of [true, false]) {
        const { bytes, digest } = randomContent(
          sizes.reduce((sum, size) => sum + size),
          algorithm,
        );
        const id = await begin(where, algorithm);
        let at = 0;
        for (const size of sizes.filter((size) => size > 0)) {
          const sent = await scene.append(where, id, bytes.subarray(at, at + size), ranged ? at : undefined);
          at += size;
          expect([sent.offset, await offsetOf(id)]).toEqual([at, at]);
        }
        // Chunks that say where they belong are saved at once.
        const expected = isSaved || (ranged && at > 0) ? [true] : [];
        expect((await scene.savedSessions()).map((session) => session.id === id)).toEqual(expected);
        expect(await scene.finish(where, id, digest)).toEqual({ sizeBytes: bytes.byteLength });
        await expectStored(digest, bytes);
        await expectUnknown(id);
      }
    });

    it("in the request that finishes it ends well", async () => {
      const { bytes, digest } = randomContent(400_000, algorithm);
      const id = await begin();
      await scene.append(where, id, bytes.subarray(0, 100_000));
      await scene.finish(where, id, digest, bytes.subarray(100_000));
      await expectStored(digest, bytes);
    });
  });

  describe("that rests", () => {
    it("is saved, with bytes and without, and goes on", async () => {
      const { bytes, digest } = randomContent(1000);
      const [empty, full] = [await begin(), await begin()];
      await scene.append(where, full, bytes.subarray(0, 600));
      await saveIdle(scene.ctx, 0);
      expect(await scene.savedSessions()).toEqual([
        { id: empty, offset: 0 },
        { id: full, offset: 600 },
      ]);
      expect(scene.ctx.unsaved.countOf(null)).toBe(0);
      expect([await offsetOf(empty), await offsetOf(full)]).toEqual([0, 600]);
      await scene.append(where, full, bytes.subarray(600), 600);
      await scene.finish(where, full, digest);
      await expectStored(digest, bytes);
      await scene.finish(where, empty, digest, bytes);
      await expectUnknown(empty);
    });

    it("is a row only when all of its bytes are stored, so that a crash leaves none that has lost some", async () => {
      seen = [];
      const id = await begin();
      await scene.append(where, id, randomContent(600).bytes);
      await saveIdle(scene.ctx, 0);
      expect(seen).toEqual([]);
      const grown = await begin();
      await scene.append(where, grown, randomContent(600).bytes);
      await scene.append(where, grown, randomContent(smallBytes).bytes);
      expect(seen.filter((session) => session.id === grown)).toEqual([{ id: grown, offset: 600 }]);
    });

    it("is saved only after so long, counted from its last request", async () => {
      const id = await begin();
      scene.target.clock.advance(25);
      await scene.append(where, id, randomContent(10).bytes);
      scene.target.clock.advance(25);
      await saveIdle(scene.ctx, 30);
      expect(await scene.savedSessions()).toEqual([]);
      scene.target.clock.advance(6);
      await saveIdle(scene.ctx, 30);
      expect(await scene.savedSessions()).toEqual([{ id, offset: 10 }]);
    });

    it("is not saved while a request writes to it", async () => {
      const { bytes, digest } = randomContent(20);
      const id = await begin();
      const body = heldBody(bytes.subarray(0, 10));
      const sending = appendUpload(scene.ctx, where, id, { body: body.stream, range: null, lengthBytes: null });
      await body.taken;
      await saveIdle(scene.ctx, 0);
      expect(await scene.savedSessions()).toEqual([]);
      body.end(bytes.subarray(10));
      expect((await sending).offset).toBe(20);
      await scene.finish(where, id, digest);
      await expectStored(digest, bytes);
    });

    it("keeps its bytes when it cannot be saved, and is saved the next time", async () => {
      const { bytes, digest } = randomContent(500);
      const id = await begin();
      await scene.append(where, id, bytes);
      storeError = new BlobStoreError("unavailable", "the store is away");
      await saveIdle(scene.ctx, 0);
      expect(await offsetOf(id)).toBe(500);
      storeError = null;
      await saveIdle(scene.ctx, 0);
      expect(await offsetOf(id)).toBe(500);
      await scene.finish(where, id, digest);
      await expectStored(digest, bytes);
    });

    it("keeps its bytes when it grows and cannot be saved", async () => {
      const { bytes, digest } = randomContent(300_000);
      const id = await begin();
      await scene.append(where, id, bytes.subarray(0, 1000));
      for (const problem of ["full", "unavailable"] as const) {
        storeError = new BlobStoreError(problem, "the store would not");
        for (const start of [1000, undefined])
          await expect(scene.append(where, id, bytes.subarray(1000), start)).rejects.toMatchObject({
            code: problem === "full" ? "INSUFFICIENT_STORAGE" : "UNAVAILABLE",
          });
        expect(await offsetOf(id)).toBe(1000);
      }
      storeError = null;
      expect((await scene.append(where, id, bytes.subarray(1000), 1000)).offset).toBe(300_000);
      await scene.finish(where, id, digest);
      await expectStored(digest, bytes);
    });

    it("for longer than sessions may is over", async () => {
      const [old, young] = [await begin(), await begin()];
      scene.target.clock.advance(scene.ctx.limits.uploadExpirySeconds - 10);
      await scene.append(where, young, randomContent().bytes);
      await scene.clearUp();
      expect(await offsetOf(old)).toBe(0);
      scene.target.clock.advance(11);
      await scene.clearUp();
      await expectUnknown(old);
      expect(await offsetOf(young)).toBe(100);
    });
  });

  it("is nobody else's: of another repository or account it is unknown", async () => {
    const mine = await scene.seenBy(where, "jane");
    const hers = await scene.seenBy(where, "mary");
    const id = await begin(mine);
    await scene.append(mine, id, randomContent().bytes);
    for (const other of [where, hers, elsewhere, { ...mine, repository: elsewhere.repository }])
      await expectUnknown(id, other);
    expect(await offsetOf(id, mine)).toBe(100);
    await cancelUpload(scene.ctx, mine, id);
    await expectUnknown(id, mine);
  });

  it("takes one request at a time, and tells another where it stands", async () => {
    const { bytes, digest } = randomContent(300);
    const id = await begin();
    await scene.append(where, id, bytes.subarray(0, 100));
    const body = heldBody(bytes.subarray(100, 200));
    const sending = appendUpload(scene.ctx, where, id, { body: body.stream, range: null, lengthBytes: null });
    await body.taken;
    const upload = { repositoryId: where.repository.id, id, offset: 100 };
    const refused = { code: "RANGE_INVALID", context: { upload } };
    await expect(scene.append(where, id, bytes)).rejects.toMatchObject(refused);
    await expect(scene.append(where, id, bytes, 100)).rejects.toMatchObject(refused);
    await expect(scene.finish(where, id, digest)).rejects.toMatchObject(refused);
    expect(await offsetOf(id)).toBe(100);
    body.end();
    await sending;
    await scene.finish(where, id, digest, bytes.subarray(200));
    await expectStored(digest, bytes);
  });

  it("refuses bytes that belong elsewhere, or are more or fewer than was said, and stays where it was", async () => {
    const { bytes, digest } = randomContent(300);
    const id = await begin();
    await scene.append(where, id, bytes.subarray(0, 100), 0);
    for (const start of [0, 99, 101])
      await expect(scene.append(where, id, bytes, start)).rejects.toMatchObject({ code: "RANGE_INVALID" });
    for (const [end, size] of [
      [109, 11],
      [109, 9],
      [109, 200_000],
    ] as const) {
      const incoming = { ...incomingOf(new Uint8Array(size)), range: { start: 100, end } };
      await expect(appendUpload(scene.ctx, where, id, incoming)).rejects.toMatchObject({ code: "SIZE_INVALID" });
      expect(await offsetOf(id)).toBe(100);
    }
    await scene.append(where, id, bytes.subarray(100), 100);
    await scene.finish(where, id, digest);
    await expectStored(digest, bytes);
  });

  it("is over after a wrong digest, with nothing stored", async () => {
    const { bytes } = randomContent(300);
    for (const last of [undefined, bytes]) {
      const id = await begin();
      const wrong = randomContent().digest;
      await scene.append(where, id, bytes);
      await expect(scene.finish(where, id, wrong, last)).rejects.toMatchObject({ code: "DIGEST_INVALID" });
      await expectUnknown(id);
      expect(await scene.find(where, wrong)).toBeNull();
    }
  });

  it("is over when the right to push is gone at the end, with nothing stored", async () => {
    const { bytes, digest } = randomContent(300);
    const id = await begin();
    const input = { id, digest: parseDigest(digest), incoming: incomingOf(bytes), mayStill: noLonger };
    await expect(finishUpload(scene.ctx, where, input)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expectUnknown(id);
    expect(await scene.find(where, digest)).toBeNull();
  });

  it("goes on after an end that the store could not make", async () => {
    const { bytes, digest } = randomContent(300);
    const id = await begin();
    await scene.append(where, id, bytes.subarray(0, 100));
    storeError = new BlobStoreError("full", "no space is left");
    const rest = bytes.subarray(100);
    await expect(scene.finish(where, id, digest, rest)).rejects.toMatchObject({ code: "INSUFFICIENT_STORAGE" });
    expect([await offsetOf(id), await scene.find(where, digest)]).toEqual([100, null]);
    storeError = null;
    await scene.finish(where, id, digest, rest);
    await expectStored(digest, bytes);
  });

  it("keeps what came of a body that broke", async () => {
    const { bytes, digest } = randomContent(1000);
    const id = await begin();
    await scene.append(where, id, bytes.subarray(0, 100));
    const broken = { body: breakingBody(bytes.subarray(100, 400)), range: { start: 100, end: 999 }, lengthBytes: 900 };
    await expect(appendUpload(scene.ctx, where, id, broken)).rejects.toThrow("the connection broke");
    const closing = { body: breakingBody(bytes.subarray(400, 700)), range: null, lengthBytes: null };
    const input = { id, digest: parseDigest(digest), incoming: closing, mayStill: async () => {} };
    await expect(finishUpload(scene.ctx, where, input)).rejects.toThrow("the connection broke");
    expect(await offsetOf(id)).toBe(700);
    await scene.append(where, id, bytes.subarray(700), 700);
    await scene.finish(where, id, digest);
    await expectStored(digest, bytes);
  });

  it("that is cancelled while it grows does not come back", async () => {
    const content = contentOf(new Uint8Array(300_000).fill(3));
    const id = await begin();
    const body = heldBody(content.bytes.subarray(0, 1000));
    const sending = appendUpload(scene.ctx, where, id, { body: body.stream, range: null, lengthBytes: null });
    await body.taken;
    await cancelUpload(scene.ctx, where, id);
    body.end(content.bytes.subarray(1000));
    await sending.catch(() => {});
    await expectUnknown(id);
  });

  it("that is cancelled while it is saved does not come back", async () => {
    const id = await begin();
    await scene.append(where, id, randomContent().bytes);
    const saving = saveIdle(scene.ctx, 0);
    await cancelUpload(scene.ctx, where, id);
    await saving;
    await expectUnknown(id);
  });

  it("that is cancelled while its last bytes come has the ones before nevertheless", async () => {
    const { bytes, digest } = contentOf(new Uint8Array(3000).fill(7));
    const id = await begin();
    await scene.append(where, id, bytes.subarray(0, 1000));
    const body = heldBody(bytes.subarray(1000, 2000));
    const incoming = { body: body.stream, range: null, lengthBytes: null };
    const mayStill = async () => {};
    const finishing = finishUpload(scene.ctx, where, { id, digest: parseDigest(digest), incoming, mayStill });
    await body.taken;
    await cancelUpload(scene.ctx, where, id);
    body.end(bytes.subarray(2000));
    await finishing;
    await expectStored(digest, bytes);
    await expectUnknown(id);
  });

  it("lets go of its bytes when it ends", async () => {
    const id = await begin();
    await scene.append(where, id, randomContent().bytes);
    const [session] = scene.ctx.unsaved.idle(scene.ctx.clock.now());
    expect(session?.bytes.byteLength).toBeGreaterThan(0);
    await cancelUpload(scene.ctx, where, id);
    expect(session?.bytes.byteLength).toBe(0);
  });
});
