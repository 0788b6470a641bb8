// Small blobs on their way from memory to the store and the database, many together.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import type { Where } from "#core/content/where.ts";
import { markDamaged } from "#core/integrity/damage.ts";
import { createKeyPool } from "#core/uploads/key-pool.ts";
import { createSmallBlobWriter, type SmallBlobWriter } from "#core/uploads/small-blob-writer.ts";
import { beginUpload } from "#core/uploads/uploads.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import { parseDigest } from "#oci/digest.ts";
import { type BlobStore, BlobStoreError, type WholeObject } from "#ports/blob-store.ts";
import { algorithms, type Content, contentOf, randomContent } from "#test/http/v2/content.ts";
import { createSmallScene, type SmallScene } from "./small-scene.ts";

/** A store that takes many objects at once, and refuses those of some sizes. */
function createTogetherStore(refused: Set<number>): BlobStore & { calls: number[] } {
  const memory = createMemoryBlobStore();
  const calls: number[] = [];
  const put = async ({ key, bytes, digest }: WholeObject) => {
    if (refused.has(bytes.byteLength)) return { error: new BlobStoreError("full", "no space is left") };
    if (contentOf(bytes, digest.algorithm).digest !== `${digest.algorithm}:${digest.hex}`) return { value: null };
    const writer = await memory.openWriter(key, { offset: 0, state: null });
    await writer.write(bytes);
    return { value: await writer.seal() };
  };
  const putAll = async (objects: readonly WholeObject[]) => {
    calls.push(objects.length);
    return Promise.all(objects.map(put));
  };
  return { ...memory, putAll, calls };
}

describe.each([false, true])("small blobs (stored together: %s)", (isTogether) => {
  const refused = new Set<number>();
  const together = createTogetherStore(refused);
  let scene: SmallScene;
  let here: Where;
  let there: Where;
  beforeAll(async () => {
    const blobs = isTogether ? together : createMemoryBlobStore();
    scene = await createSmallScene({ blobs, limits: { uploadsPerCaller: 1000 } });
    here = await scene.repository("here");
    there = await scene.repository("there");
  });
  afterAll(() => scene.target.close());
  beforeEach(() => refused.clear());

  const expectServed = async (where: Where, { bytes, digest }: Content) => {
    const blob = (await scene.find(where, digest)) as BlobRow;
    const reading = await scene.ctx.blobs.read(blob.key, { start: 0, end: bytes.byteLength - 1 });
    expect(new Uint8Array(await new Response(reading?.body).arrayBuffer())).toEqual(new Uint8Array(bytes));
    return blob;
  };
  /** Once time has passed, there is an object for every row and a row for every object. */
  const expectTidy = async () => {
    scene.target.clock.advance(8000);
    await scene.clearUp();
    scene.target.clock.advance(8000);
    await scene.clearUp();
    const rows = await scene.ctx.db.execute(sql`select key, state from blob order by key`);
    expect(rows.every(({ state }) => state === "live")).toBe(true);
    expect((await Array.fromAsync(scene.ctx.blobs.keys())).sort()).toEqual(rows.map(({ key }) => key));
  };

  it.each(algorithms)(
    "of the same digest (%s) all succeed, in two repositories at once, and one object stays",
    async (a) => {
      const content = randomContent(3000, a);
      await expectTidy();
      const before = await scene.keyStates();
      await Promise.all(Array.from({ length: 20 }, (_, i) => scene.push(i % 2 ? here : there, content)));
      const [one, other] = [await expectServed(here, content), await expectServed(there, content)];
      expect(one.id).toBe(other.id);
      const after = await scene.keyStates();
      expect([after.live, after.condemned]).toEqual([(before.live ?? 0) + 1, 19]);
      await scene.push(here, content);
      expect((await scene.keyStates()).condemned).toBe(20);
      await expectTidy();
    },
  );

  it("of the same digests in opposite orders do not keep each other from ending", async () => {
    const writers = [createSmallBlobWriter(scene.ctx), createSmallBlobWriter(scene.ctx)] as const;
    for (let round = 0; round < 8; round++) {
      const contents = Array.from({ length: 60 }, () => randomContent(50));
      const put = (writer: SmallBlobWriter, where: Where, all: Content[]) =>
        all.map(({ bytes, digest }) => writer.put(where, { bytes, digest: parseDigest(digest) }));
      const ends = await Promise.allSettled([
        ...put(writers[0], here, [randomContent(), ...contents]),
        ...put(writers[1], there, [randomContent(), ...contents.toReversed()]),
      ]);
      expect(ends.flatMap((end) => (end.status === "rejected" ? [String(end.reason)] : []))).toEqual([]);
    }
    await expectTidy();
  });

  it("of many digests at once are all there", async () => {
    const contents = Array.from({ length: 200 }, (_, i) => randomContent(i * 17, i % 2 ? "sha512" : "sha256"));
    await Promise.all(contents.map((content, i) => scene.push(i % 3 ? here : there, content)));
    for (const [i, content] of contents.entries()) await expectServed(i % 3 ? here : there, content);
    if (isTogether) expect(Math.max(...together.calls)).toBeGreaterThan(1);
    await expectTidy();
  });

  it("fail by themselves: a wrong digest or a full store keeps no other", async () => {
    const good = Array.from({ length: 30 }, (_, i) => randomContent(1000 + i));
    const wrong = Array.from({ length: 5 }, () => ({ ...randomContent(50), digest: randomContent().digest }));
    refused.add(77);
    const full = isTogether ? [randomContent(77), randomContent(77)] : [];
    const ends = await Promise.allSettled([...good, ...wrong, ...full].map((content) => scene.push(here, content)));
    const codes = ends.map((end) => (end.status === "fulfilled" ? "stored" : end.reason.code));
    expect(codes).toEqual([
      ...good.map(() => "stored"),
      ...wrong.map(() => "DIGEST_INVALID"),
      ...full.map(() => "INSUFFICIENT_STORAGE"),
    ]);
    for (const content of good) await expectServed(here, content);
    for (const { digest } of [...wrong, ...full]) expect(await scene.find(here, digest)).toBeNull();
    await expectTidy();
  });

  it("heal a blob that is marked as damaged, wherever it is linked", async () => {
    const content = randomContent(500);
    await scene.push(here, content);
    await scene.push(there, content);
    const damaged = await expectServed(here, content);
    await markDamaged(scene.ctx, damaged, "digest");
    expect(await scene.find(there, content.digest)).toBeNull();
    await Promise.all(Array.from({ length: 6 }, () => scene.push(here, content)));
    for (const where of [here, there]) {
      const healed = await expectServed(where, content);
      expect([healed.id, healed.key === damaged.key]).toEqual([damaged.id, false]);
    }
    await expectTidy();
  });

  it("take another key when theirs was given up meanwhile", async () => {
    await scene.push(here, randomContent());
    await scene.ctx.db.execute(sql`update blob set state = 'condemned', removable_at = now() where state = 'writing'`);
    const contents = Array.from({ length: 3 }, () => randomContent());
    const ends = await Promise.allSettled(contents.map((content) => scene.push(here, content)));
    for (const [i, end] of ends.entries()) {
      if (end.status === "fulfilled") await expectServed(here, contents[i] as Content);
      else expect(end.reason).toMatchObject({ code: "UNAVAILABLE" });
    }
    // The keys that were registered then are used up by trying.
    const content = randomContent();
    for (let tries = 0; tries < 30 && !(await scene.find(here, content.digest)); tries++)
      await scene.push(here, content).catch(() => {});
    await expectServed(here, content);
    await expectTidy();
  });

  it("of a repository that is gone at the end are not stored, and keep no other", async () => {
    const gone = await scene.repository(`gone-${isTogether}`);
    await scene.ctx.db.execute(sql`delete from repository where id = ${gone.repository.id}`);
    const [lost, kept] = [randomContent(), randomContent()];
    const ends = await Promise.allSettled([scene.push(gone, lost), scene.push(here, kept), scene.push(gone, lost)]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    await expectServed(here, kept);
    await expectTidy();
  });

  it("begin without a statement", async () => {
    expect((await beginUpload(scene.ctx, here, null)).offset).toBe(0);
    expect(await scene.savedSessions()).toEqual([]);
  });
});

describe("keys that are registered before they are needed", () => {
  let scene: SmallScene;
  beforeAll(async () => {
    scene = await createSmallScene();
  });
  afterAll(() => scene.target.close());

  it("are rows when they are taken, and each is taken once", async () => {
    const pool = createKeyPool(scene.ctx);
    const keys = await Promise.all(Array.from({ length: 300 }, () => pool.take()));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(300);
    const rows = await scene.ctx.db.execute(sql`select id, key from blob where state = 'writing'`);
    const named = new Map(rows.map(({ id, key }) => [id, key]));
    for (const { blobId, key } of keys) expect(named.get(blobId)).toBe(key);
  });

  it("are not used when they are old, and end as keys that were left behind", async () => {
    const pool = createKeyPool(scene.ctx);
    const { blobId: before } = await pool.take();
    scene.target.clock.advance(1199);
    const { blobId: young } = await pool.take();
    scene.target.clock.advance(2);
    const rows = await scene.ctx.db.execute(sql`select max(id) as last from blob`);
    const { blobId: after } = await pool.take();
    expect(young).toBe(before + 1);
    expect(after).toBeGreaterThan(Number(rows[0]?.last));
    scene.target.clock.advance(2500);
    await scene.clearUp();
    const left = await scene.ctx.db.execute(sql`select id from blob where state = 'writing' and id < ${after}`);
    expect(left).toEqual([]);
    expect((await scene.keyStates()).writing).toBeGreaterThan(0);
  });

  it("that cannot be registered are asked for again", async () => {
    let isAway = true;
    const db = {
      ...scene.ctx.db,
      execute: (query: never) => (isAway ? Promise.reject(new Error("away")) : scene.ctx.db.execute(query)),
    };
    const pool = createKeyPool({ ...scene.ctx, db } as never);
    await expect(pool.take()).rejects.toThrow("away");
    isAway = false;
    expect((await pool.take()).key).toMatch(/^[0-9a-f]{2}\//);
  });
});
