// What readers get of a blob whose object was changed behind the registry's back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, dyingHasher, madeContent, readBlob, type Scene } from "./scene.ts";

describe("a reader of a blob", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  let content: Content;
  let blob: BlobRow;
  beforeAll(async () => {
    scene = await createScene(store);
    where = await scene.repository("read");
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    await given(5000);
  });
  const given = async (sizeBytes: number) => {
    content = madeContent(sizeBytes);
    await scene.push(where, content);
    blob = (await scene.find(where, content)) as BlobRow;
    store.reads.length = 0;
    scene.told.length = 0;
  };
  const part = { start: 1000, end: 1999 };
  const read = (range?: { start: number; end: number }) => readBlob(scene, { ...blob }, range);
  const expectMarked = async (reason: string) => {
    expect(await scene.find(where, content)).toBeNull();
    expect(await scene.row(content)).toMatchObject({ state: "live", mark_reason: reason });
    expect(await scene.events(content)).toEqual(["blob.mark"]);
    expect(scene.told).toMatchObject([{ level: "error", fields: { digest: content.digest, key: blob.key } }]);
  };
  const expectUnmarked = async () => {
    expect(await scene.find(where, content)).not.toBeNull();
    expect(await scene.events(content)).toEqual([]);
  };

  it("gets an untouched one by a single plain read", async () => {
    expect(await read()).toEqual({ bytes: Buffer.from(content.bytes), ended: "clean" });
    expect(await read(part)).toEqual({ bytes: Buffer.from(content.bytes.slice(1000, 2000)), ended: "clean" });
    expect(store.reads).toHaveLength(2);
    expect(await scene.row(content)).toMatchObject({ verified_at: null });
  });

  it.each([
    ["missing", "is gone", (key: string) => store.remove(key)],
    ["size", "is shorter", (key: string) => store.change(key, (bytes) => bytes.slice(0, -1))],
    ["size", "is longer", (key: string) => store.change(key, (bytes) => new Uint8Array([...bytes, 0]))],
    ["size", "is empty", (key: string) => store.change(key, () => new Uint8Array())],
    [
      "size",
      "is longer by a change that hides",
      (key: string) => store.change(key, (b) => new Uint8Array([...b, 0]), true),
    ],
    ["digest", "has a bit flipped", (key: string) => store.change(key, flipped)],
  ])("is told that it is missing, and it is marked (%s) when its object %s", async (reason, _, damage) => {
    await damage(blob.key);
    expect(await read()).toMatchObject({ ended: "BLOB_UNKNOWN", bytes: { byteLength: 0 } });
    await expectMarked(reason);
  });

  it.each([
    ["missing", (key: string) => store.remove(key)],
    ["size", (key: string) => store.change(key, (bytes) => bytes.slice(0, -1))],
    ["digest", (key: string) => store.change(key, (bytes) => flipped(bytes, 4999))],
  ])("of a part is told so, too, also when the damage is elsewhere: %s", async (reason, damage) => {
    await damage(blob.key);
    expect(await read(part)).toMatchObject({ ended: "BLOB_UNKNOWN", bytes: { byteLength: 0 } });
    await expectMarked(reason);
  });

  it("of a large one whose end is wrong never comes to a clean end", async () => {
    await given(3_000_000);
    store.change(blob.key, (bytes) => flipped(bytes, 2_999_999));
    const got = await read();
    expect(got.ended).toBe("broken");
    expect(got.bytes.byteLength).toBeLessThan(3_000_000);
    await expectMarked("digest");
  });

  it("gets one with another stamp when its bytes are right, and the stamp is kept", async () => {
    store.touch(blob.key);
    expect(await read()).toEqual({ bytes: Buffer.from(content.bytes), ended: "clean" });
    const { stamp, verified_at: verifiedAt } = await scene.row(content);
    expect(stamp).toBe(store.objects.get(blob.key)?.stamp);
    expect(verifiedAt).not.toBeNull();
    await expectUnmarked();
  });

  it("of a part of one with another stamp gets it after one look at the whole, and the next one plainly", async () => {
    store.touch(blob.key);
    const readers = await Promise.all(Array.from({ length: 5 }, () => read(part)));
    for (const reader of readers)
      expect(reader).toEqual({ bytes: Buffer.from(content.bytes.slice(1000, 2000)), ended: "clean" });
    expect(store.reads.length, "5 looks, 1 hashed, 5 read").toBeLessThanOrEqual(11);
    blob = (await scene.find(where, content)) as BlobRow;
    store.reads.length = 0;
    await read(part);
    expect(store.reads).toHaveLength(1);
  });

  it("who holds a remembered row reads plainly, too, once the stamp was kept", async () => {
    store.touch(blob.key);
    await readBlob(scene, blob);
    expect(blob.stamp).toBe(store.objects.get(blob.key)?.stamp);
  });

  it("gets a broken stream from a bad sector, which marks nothing", async () => {
    await given(3_000_000);
    for (const touched of [false, true]) {
      if (touched) store.touch(blob.key);
      const object = store.objects.get(blob.key);
      if (object) object.badAt = 2_500_000;
      expect((await read()).ended).toBe("broken");
      expect((await read({ start: 2_400_000, end: 2_600_000 })).ended).toBe(touched ? "UNAVAILABLE" : "broken");
    }
    await expectUnmarked();
  });

  it("gets a broken stream when the object changes while it is hashed, and what it is then decides", async () => {
    await given(3_000_000);
    store.touch(blob.key);
    const original = store.objects.get(blob.key)?.bytes as Uint8Array;
    store.change(blob.key, (bytes) => flipped(bytes));
    const body = await openBlob(scene.ctx, { ...blob }, { start: 0, end: blob.sizeBytes - 1 });
    // A restore is under way: the wrong bytes are replaced by the right ones.
    store.change(blob.key, () => original);
    await expect(new Response(body).arrayBuffer()).rejects.toThrow("not those that were stored");
    await expectUnmarked();
    expect((await read()).ended).toBe("clean");
  });

  it.each([
    ["whole", undefined],
    ["part", part],
  ])("gets a touched one although a worker died while it was hashed: %s", async (_, range) => {
    store.touch(blob.key);
    const ctx = { ...scene.ctx, hasher: dyingHasher(scene.ctx.hasher, 1) };
    expect(await readBlob({ ctx }, { ...blob }, range)).toMatchObject({ ended: "clean" });
    store.change(blob.key, flipped);
    const again = { ...scene.ctx, hasher: dyingHasher(scene.ctx.hasher, 1) };
    expect(await readBlob({ ctx: again }, { ...blob }, range)).toMatchObject({ ended: "BLOB_UNKNOWN" });
    await expectMarked("digest");
  });

  it("is told to try again when no worker lives long enough, which marks nothing", async () => {
    store.touch(blob.key);
    const ctx = { ...scene.ctx, hasher: dyingHasher(scene.ctx.hasher, 99) };
    for (const range of [undefined, part])
      expect(await readBlob({ ctx }, { ...blob }, range)).toMatchObject({ ended: "UNAVAILABLE" });
    await expectUnmarked();
  });

  it("who remembers where it lay gets it from where a push has put it since", async () => {
    const remembered = { ...blob };
    await store.remove(blob.key);
    expect((await read()).ended).toBe("BLOB_UNKNOWN");
    await scene.push(where, content);
    expect(await readBlob(scene, remembered)).toEqual({ bytes: Buffer.from(content.bytes), ended: "clean" });
    expect(await readBlob(scene, remembered, part)).toMatchObject({ ended: "clean" });
    expect(await scene.events(content)).toEqual(["blob.mark", "blob.heal"]);
  });

  it("may go away in the middle of hashing", async () => {
    await given(3_000_000);
    store.touch(blob.key);
    const reader = (await openBlob(scene.ctx, { ...blob }, { start: 0, end: blob.sizeBytes - 1 })).getReader();
    await reader.read();
    await reader.cancel();
    await expectUnmarked();
  });
});
