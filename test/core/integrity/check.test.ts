// The operator's check: what is marked, what turns out damaged, what has come back, and what no row names.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Where } from "#core/content/where.ts";
import { checkStorage } from "#core/integrity/check.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import { countMarkedBlobs } from "#db/queries/integrity.ts";
import type { Content } from "#test/http/v2/content.ts";
import { freshKey } from "#test/suites/blob-store-harness.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, madeContent, type Scene } from "./scene.ts";

describe("the check of the store", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  beforeAll(async () => {
    scene = await createScene(store);
    where = await scene.repository("checked");
  });
  afterAll(() => scene.close());

  const given = async (): Promise<{ content: Content; blob: BlobRow }> => {
    const content = madeContent(1000);
    await scene.push(where, content);
    return { content, blob: (await scene.find(where, content)) as BlobRow };
  };
  const check = async (rehash = false) => {
    const said: string[] = [];
    const checked = await checkStorage(scene.ctx, {
      rehash,
      onMarked: ({ hex, reason, repositories }) => said.push(`${hex} ${reason} in ${repositories}`),
      onHealed: ({ hex }) => said.push(`${hex} healed`),
      onUnreadable: ({ hex }, error) => said.push(`${hex} ${error.problem}`),
      onStray: (key) => said.push(`stray ${key}`),
    });
    return { said: said.sort(), ...checked };
  };
  const hexOf = ({ digest }: Content) => digest.slice("sha256:".length);

  it("says nothing of what is as it should be", async () => {
    await given();
    await given();
    expect(await check()).toEqual({ said: [], blobs: 2, objects: 2 });
    expect(await check(true)).toEqual({ said: [], blobs: 2, objects: 2 });
  });

  it("finds what can be seen from outside, and marks it", async () => {
    const [gone, short, changed, touched] = [await given(), await given(), await given(), await given()];
    await store.remove(gone.blob.key);
    store.change(short.blob.key, (bytes) => bytes.slice(2), true);
    store.change(changed.blob.key, flipped);
    store.touch(touched.blob.key);
    const { said } = await check();
    expect(said).toEqual(
      [
        `${hexOf(gone.content)} missing in team/checked`,
        `${hexOf(short.content)} size in team/checked`,
        `${hexOf(changed.content)} digest in team/checked`,
      ].sort(),
    );
    expect(await countMarkedBlobs(scene.ctx.db)).toBe(3);
    expect(await scene.row(touched.content)).toMatchObject({ stamp: store.objects.get(touched.blob.key)?.stamp });
  });

  it("finds a hidden change only when it hashes everything", async () => {
    await scene.ctx.db.execute(sql`update blob set marked_at = null`);
    store.objects.clear();
    await scene.ctx.db.execute(sql`delete from link`);
    await scene.ctx.db.execute(sql`delete from blob_digest`);
    await scene.ctx.db.execute(sql`delete from blob`);
    const { content, blob } = await given();
    store.change(blob.key, flipped, true);
    expect((await check()).said).toEqual([]);
    expect((await check(true)).said).toEqual([`${hexOf(content)} digest in team/checked`]);
  });

  it("heals what is right again, as after a restore", async () => {
    const { content, blob } = await given();
    const { bytes } = store.objects.get(blob.key) as { bytes: Uint8Array };
    store.change(blob.key, flipped);
    await check();
    expect(await scene.find(where, content)).toBeNull();
    store.change(blob.key, () => bytes);
    expect((await check()).said).toContain(`${hexOf(content)} healed`);
    expect(await scene.find(where, content)).toMatchObject({
      key: blob.key,
      stamp: store.objects.get(blob.key)?.stamp,
    });
    expect(await scene.events(content)).toEqual(["blob.mark", "blob.heal"]);
  });

  it("says what it cannot read, and marks nothing for it", async () => {
    const { content, blob } = await given();
    const object = store.objects.get(blob.key);
    if (object) object.badAt = 5;
    const before = await countMarkedBlobs(scene.ctx.db);
    expect((await check(true)).said).toContain(`${hexOf(content)} unavailable`);
    expect(await countMarkedBlobs(scene.ctx.db)).toBe(before);
  });

  it("reports an object without a row and leaves it alone", async () => {
    const key = freshKey();
    const writer = await store.openWriter(key, { offset: 0, state: null });
    await writer.write(madeContent(10).bytes);
    await writer.seal();
    expect((await check()).said).toContain(`stray ${key}`);
    expect(await store.stat(key)).not.toBeNull();
  });

  it("goes through more blobs than a page has", async () => {
    await scene.ctx.db.execute(sql`with made as (
        insert into blob (key, state, size_bytes, stamp, created_at) select 'no/' || n, 'live', 1, 's', now() from generate_series(1, 1200) n returning id)
      insert into blob_digest (algorithm, hex, blob_id) select 'sha256', 'none' || id, id from made`);
    const { said } = await check();
    expect(said.filter((line) => line.startsWith("none")).length).toBe(1200);
  });
});
