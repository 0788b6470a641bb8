// The scrub of a blob that takes many slices: any process goes on where the last one stopped.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Where } from "#core/content/where.ts";
import { scrubBlobs } from "#core/jobs/scrub.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, dyingHasher, type Scene } from "./scene.ts";

const mebibyte = 1024 * 1024;
const day = 86_400;

describe("the scrub of a large blob", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  beforeAll(async () => {
    store.chunkBytes = 128 * 1024;
    scene = await createScene(store);
    where = await scene.repository("scrubbed");
  });
  afterAll(() => scene.close());

  const begun = async () => (await scene.ctx.db.execute(sql`select count(*)::int as n from blob_scrub`))[0]?.n;
  const verifiedAt = async (of: Content) => (await scene.row(of)).verified_at;

  const big = 5 * mebibyte + 17;
  let content: Content;
  let blob: BlobRow;
  beforeEach(async () => {
    ({ content, blob } = await scene.given(where, big));
    scene.advance(31 * day);
    // Whatever else is due by now.
    const now = scene.ctx.clock.now().toISOString();
    await scene.ctx.db.execute(sql`update blob set verified_at = ${now} where id <> ${blob.id}`);
    store.reads.length = 0;
    scene.told.length = 0;
  });
  /** A slice of one mebibyte. */
  const small = () => {
    const limits = { ...scene.ctx.limits, scrubBytesPerSecond: mebibyte };
    return scrubBlobs({ ...scene.ctx, limits });
  };

  it("goes on where the last one stopped, and ends with the right digest", async () => {
    expect(await small()).toBe(true);
    expect(await begun()).toBe(1);
    expect(await verifiedAt(content)).toBeNull();
    expect(await scene.scrub()).toBe(2);
    expect(await verifiedAt(content)).not.toBeNull();
    expect(await begun()).toBe(0);
    expect(store.reads).toHaveLength(2);
  });

  it("finds a flip in a part that was read before", async () => {
    store.change(blob.key, (bytes) => flipped(bytes, 5), true);
    await small();
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: "digest" });
    expect(await begun()).toBe(0);
  });

  it("begins anew when the object was changed between two slices: a restore is no damage", async () => {
    const { bytes } = store.objects.get(blob.key) as { bytes: Uint8Array };
    store.change(blob.key, (whole) => flipped(whole, 5));
    await small();
    store.change(blob.key, () => bytes);
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({
      mark_reason: null,
      stamp: store.objects.get(blob.key)?.stamp,
    });
    expect(await verifiedAt(content)).not.toBeNull();
  });

  it("begins anew when a push has healed the blob between two slices", async () => {
    await small();
    await scene.ctx.db.execute(sql`update blob set marked_at = now() where id = ${blob.id}`);
    await scene.push(where, content);
    scene.advance(31 * day);
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: null });
    expect(await begun()).toBe(0);
  });

  it("begins anew when what was saved is of another form", async () => {
    await small();
    await scene.ctx.db.execute(sql`update blob_scrub set hash_state = '{"version": 9}'`);
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: null });
    expect(await verifiedAt(content)).not.toBeNull();
  });

  it("reads a part again whose worker died", async () => {
    await small();
    for (const limits of [{ scrubBytesPerSecond: mebibyte }, { scrubBytesPerSecond: 2 ** 40 }]) {
      const hasher = dyingHasher(scene.ctx.hasher, 1);
      await scrubBlobs({ ...scene.ctx, hasher, limits: { ...scene.ctx.limits, ...limits } });
      expect(await begun()).toBe(1);
    }
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: null });
    expect(await verifiedAt(content)).not.toBeNull();
    expect(scene.told).toEqual([]);
  });

  it("waits with a bad sector for an hour, and goes on with the others", async () => {
    const object = store.objects.get(blob.key);
    if (object) object.badAt = 3 * mebibyte;
    await small();
    expect(await scrubBlobs(scene.ctx)).toBe(false);
    expect(scene.told).toMatchObject([{ level: "error", message: "a blob cannot be read" }]);
    const other = await scene.given(where, 10);
    await scene.ctx.db.execute(sql`update blob set created_at = '2020-01-01' where id = ${other.blob.id}`);
    await scene.scrub();
    expect(await verifiedAt(other.content)).not.toBeNull();
    expect(await scene.row(content)).toMatchObject({ mark_reason: null, verified_at: null });
    if (object) object.badAt = Number.POSITIVE_INFINITY;
    scene.advance(3601);
    await scene.scrub();
    expect(await verifiedAt(content)).not.toBeNull();
  });

  it("is forgotten with its blob", async () => {
    await small();
    await scene.ctx.db.execute(sql`delete from link where blob_id = ${blob.id}`);
    await scene.ctx.db.execute(sql`delete from blob_digest where blob_id = ${blob.id}`);
    await scene.ctx.db.execute(sql`delete from blob where id = ${blob.id}`);
    expect(await begun()).toBe(0);
  });
});
