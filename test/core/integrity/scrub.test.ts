// The scrub: it finds what neither size nor stamp shows, in slices that any process may go on with.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Where } from "#core/content/where.ts";
import { scrubBlobs } from "#core/jobs/scrub.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, type Scene } from "./scene.ts";

const mebibyte = 1024 * 1024;
const day = 86_400;

describe("the scrub", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  beforeAll(async () => {
    store.chunkBytes = 128 * 1024;
    scene = await createScene(store);
    where = await scene.repository("scrubbed");
  });
  afterAll(() => scene.close());
  beforeEach(() => {
    scene.ctx.limits.scrubBytesPerSecond = 2 ** 40;
    scene.told.length = 0;
  });

  const given = (sizeBytes: number) => scene.given(where, sizeBytes);
  const due = () => scene.advance(31 * day);
  const begun = async () => (await scene.ctx.db.execute(sql`select count(*)::int as n from blob_scrub`))[0]?.n;
  const verifiedAt = async (of: Content) => (await scene.row(of)).verified_at;

  it("leaves alone what was pushed or hashed not long ago", async () => {
    const { content } = await given(100);
    await given(0);
    scene.advance(29 * day);
    store.reads.length = 0;
    await scene.scrub();
    expect(await verifiedAt(content)).toBeNull();
    scene.advance(2 * day);
    await scene.scrub();
    expect(await verifiedAt(content)).not.toBeNull();
    const reads = store.reads.length;
    await scene.scrub();
    expect(store.reads).toHaveLength(reads);
  });

  it.each([4, 5000, mebibyte, 3 * mebibyte])(
    "finds the flip of a bit that kept size and stamp, in %i bytes",
    async (sizeBytes) => {
      const sound = await given(sizeBytes + 1);
      const hurt = await given(sizeBytes);
      store.change(hurt.blob.key, (bytes) => flipped(bytes), true);
      due();
      await scene.scrub();
      expect(await scene.find(where, hurt.content)).toBeNull();
      expect(await scene.row(hurt.content)).toMatchObject({ mark_reason: "digest" });
      expect(scene.told).toMatchObject([{ level: "error", fields: { digest: hurt.content.digest } }]);
      expect(await scene.find(where, sound.content)).not.toBeNull();
      expect(await verifiedAt(sound.content)).not.toBeNull();
    },
  );

  it.each([
    ["missing", (key: string) => store.remove(key)],
    ["size", (key: string) => store.change(key, (bytes) => bytes.slice(1), true)],
  ])("finds what is there to see, too: %s", async (reason, damage) => {
    const { content, blob } = await given(1000);
    await damage(blob.key);
    due();
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: reason });
    expect(await begun()).toBe(0);
  });

  it("keeps the stamp of an object that was touched and is right", async () => {
    const { content, blob } = await given(1000);
    store.touch(blob.key);
    due();
    await scene.scrub();
    expect(await scene.row(content)).toMatchObject({ stamp: store.objects.get(blob.key)?.stamp, mark_reason: null });
  });

  it("keeps to its rate", async () => {
    await scene.scrub();
    await given(2 * mebibyte);
    scene.advance(30 * day + 60);
    await scene.ctx.db.execute(
      sql`update blob set verified_at = ${scene.ctx.clock.now().toISOString()} where size_bytes <> ${2 * mebibyte}`,
    );
    scene.ctx.limits.scrubBytesPerSecond = 4 * mebibyte;
    const began = performance.now();
    await scene.scrub();
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  it("does nothing at rate 0", async () => {
    const { blob } = await given(10);
    due();
    scene.ctx.limits.scrubBytesPerSecond = 0;
    store.reads.length = 0;
    expect(await scrubBlobs(scene.ctx)).toBe(false);
    expect(store.reads).not.toContain(blob.key);
  });

  it("gets through thousands of small blobs by index", async () => {
    await scene.ctx.db.execute(
      sql`insert into blob (key, state, created_at) select 'many/' || n, 'live', now() from generate_series(1, 20000) n`,
    );
    await scene.ctx.db.execute(sql`analyze blob`);
    const plan = await scene.ctx.db.execute(sql`explain select id from blob b
      where b.state = 'live' and b.marked_at is null and coalesce(b.verified_at, b.created_at) < now() - interval '30 days'
      order by coalesce(b.verified_at, b.created_at) limit 200`);
    expect(JSON.stringify(plan)).toContain("blob_last_hashed");
  });
});
