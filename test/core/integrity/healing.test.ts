// A push of a digest whose blob is marked: the blob takes over the new bytes, and everything that refers to it is good again.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deleteBlob, mountBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import { markDamaged } from "#core/integrity/damage.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { type BlobRow, findLinkedBlobs } from "#db/queries/blobs.ts";
import { findBlob } from "#db/queries/integrity.ts";
import { parseDigest } from "#oci/digest.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, madeContent, readBlob, type Scene } from "./scene.ts";

describe("a push of a marked blob", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  let elsewhere: Where;
  let content: Content;
  let blob: BlobRow;
  beforeAll(async () => {
    scene = await createScene(store);
    where = await scene.repository("here");
    elsewhere = await scene.repository("elsewhere");
  });
  afterAll(() => scene.close());
  beforeEach(async () => {
    content = madeContent(5000);
    await scene.push(where, content);
    await scene.push(elsewhere, content);
    blob = (await scene.find(where, content)) as BlobRow;
    await clearUp();
    store.change(blob.key, flipped);
    expect((await readBlob(scene, { ...blob })).ended).toBe("BLOB_UNKNOWN");
  });

  const clearUp = async () => {
    scene.advance(4000);
    for (const task of periodicTasks.filter(({ name }) => /upload|condemn/.test(name)))
      while (await task.slice(scene.ctx));
  };
  /** Every object is named by a row and every row's object is there. */
  const expectTidy = async () => {
    await clearUp();
    const found = await scene.ctx.db.execute(sql`select key from blob order by key`);
    expect([...store.objects.keys()].sort()).toEqual(found.map((row) => row.key));
  };
  const expectServed = async (at: Where) => {
    const present = (await scene.find(at, content)) as BlobRow;
    expect(await readBlob(scene, present)).toEqual({ bytes: Buffer.from(content.bytes), ended: "clean" });
  };

  it("finds the blob missing wherever it is linked: for readers, manifests and mounts", async () => {
    expect(await scene.find(elsewhere, content)).toBeNull();
    const digest = parseDigest(content.digest);
    expect(await findLinkedBlobs(scene.ctx.db, where.repository.id, [digest])).toEqual(new Map());
    const other = await scene.repository(`mount-${crypto.randomUUID().slice(0, 8)}`);
    expect(await mountBlob(scene.ctx, other, digest, where.repository.path)).toBe(false);
  });

  it("makes all links to it good again, and the damaged bytes go", async () => {
    await scene.push(where, content);
    await expectServed(where);
    await expectServed(elsewhere);
    const healed = await scene.row(content);
    expect(healed).toMatchObject({ id: blob.id, marked_at: null, mark_reason: null, state: "live" });
    expect(healed.key).not.toBe(blob.key);
    expect(healed.verified_at).not.toBeNull();
    expect(await scene.events(content)).toEqual(["blob.mark", "blob.heal"]);
    await expectTidy();
    expect(store.objects.has(blob.key)).toBe(false);
  });

  it("from a third repository heals it, too", async () => {
    const third = await scene.repository(`third-${crypto.randomUUID().slice(0, 8)}`);
    await scene.push(third, content);
    for (const at of [where, elsewhere, third]) await expectServed(at);
    await expectTidy();
  });

  it("heals a blob whose object is gone", async () => {
    await store.remove(blob.key);
    await scene.push(where, content);
    await expectServed(elsewhere);
    await expectTidy();
  });

  it("is only one of many: one heals it, the others' bytes are spare", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => scene.push(i % 2 ? where : elsewhere, content)));
    expect(await scene.events(content)).toEqual(["blob.mark", "blob.heal"]);
    await expectServed(where);
    await expectServed(elsewhere);
    const before = store.objects.size;
    await expectTidy();
    expect(before - store.objects.size).toBe(8);
  });

  it("goes through beside deletions of the blob from every repository", async () => {
    const digest = parseDigest(content.digest);
    for (let round = 0; round < 10; round++) {
      const before = (await scene.find(where, content)) ?? blob;
      await markDamaged(scene.ctx, before, "digest");
      await Promise.all([
        scene.push(where, content),
        deleteBlob(scene.ctx, elsewhere, digest).catch(() => {}),
        deleteBlob(scene.ctx, where, digest).catch(() => {}),
        scene.push(elsewhere, content),
      ]);
      for (const at of [where, elsewhere]) if (await scene.find(at, content)) await expectServed(at);
      await scene.push(where, content);
      await scene.push(elsewhere, content);
      await expectServed(where);
      await expectServed(elsewhere);
    }
    await expectTidy();
  });

  it("is not undone by a reader who still held the row of the damaged object", async () => {
    await scene.push(where, content);
    await markDamaged(scene.ctx, blob, "digest");
    await expectServed(where);
    expect(await findBlob(scene.ctx.db, blob.id)).not.toBeNull();
  });

  it("and marks made beside pushes never leave it both pushed and out of reach", async () => {
    for (let round = 0; round < 20; round++) {
      const present = (await scene.find(where, content)) ?? blob;
      await Promise.all([
        markDamaged(scene.ctx, present, "digest"),
        scene.push(where, content),
        markDamaged(scene.ctx, present, "digest"),
        scene.push(elsewhere, content),
      ]);
      const state = await scene.row(content);
      // A mark that came after both pushes is a new finding about the old object; about a new object nobody said anything.
      if (state.marked_at !== null) expect(state.key).toBe(present.key);
      await scene.push(where, content);
      await expectServed(elsewhere);
    }
    await expectTidy();
  });

  it("with wrong bytes heals nothing", async () => {
    const wrong = { ...content, bytes: flipped(content.bytes) as Uint8Array<ArrayBuffer> };
    await expect(scene.push(where, wrong)).rejects.toMatchObject({ code: "DIGEST_INVALID" });
    expect(await scene.find(where, content)).toBeNull();
    await scene.push(where, content);
    await expectTidy();
  });
});
