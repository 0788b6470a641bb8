// The scrub: it finds what neither size nor stamp shows, in slices that any process may go on with.
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Where } from "#core/content/uploads.ts";
import { scrubBlobs } from "#core/jobs/scrub.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore, flipped } from "./damageable-store.ts";
import { createScene, madeContent, type Scene } from "./scene.ts";

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

  const given = async (sizeBytes: number): Promise<{ content: Content; blob: BlobRow }> => {
    const content = madeContent(sizeBytes);
    await scene.push(where, content);
    return { content, blob: (await scene.find(where, content)) as BlobRow };
  };
  const due = () => scene.advance(31 * day);
  const slice = () => scrubBlobs(scene.ctx);
  /** Until nothing is due. @returns how many slices it took. */
  const scrub = async () => {
    let slices = 1;
    while ((await slice()) && slices < 100) slices++;
    return slices;
  };
  const begun = async () => (await scene.ctx.db.execute(sql`select count(*)::int as n from blob_scrub`))[0]?.n;
  const verifiedAt = async (content: Content) => {
    const { verified_at: at } = await scene.row(content);
    return at === null ? null : Date.parse(at as string);
  };

  it("leaves alone what was pushed or hashed not long ago", async () => {
    const { content } = await given(100);
    await given(0);
    scene.advance(29 * day);
    store.reads.length = 0;
    await scrub();
    expect(await verifiedAt(content)).toBeNull();
    scene.advance(2 * day);
    await scrub();
    expect(await verifiedAt(content)).not.toBeNull();
    const reads = store.reads.length;
    await scrub();
    expect(store.reads).toHaveLength(reads);
  });

  it.each([4, 5000, mebibyte, 3 * mebibyte])(
    "finds the flip of a bit that kept size and stamp, in %i bytes",
    async (sizeBytes) => {
      const sound = await given(sizeBytes + 1);
      const hurt = await given(sizeBytes);
      store.change(hurt.blob.key, (bytes) => flipped(bytes), true);
      due();
      await scrub();
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
    await scrub();
    expect(await scene.row(content)).toMatchObject({ mark_reason: reason });
    expect(await begun()).toBe(0);
  });

  it("keeps the stamp of an object that was touched and is right", async () => {
    const { content, blob } = await given(1000);
    store.touch(blob.key);
    due();
    await scrub();
    expect(await scene.row(content)).toMatchObject({ stamp: store.objects.get(blob.key)?.stamp, mark_reason: null });
  });

  describe("of a blob of many slices", () => {
    const big = 5 * mebibyte + 17;
    let content: Content;
    let blob: BlobRow;
    beforeEach(async () => {
      scene.ctx.limits.scrubBytesPerSecond = mebibyte;
      ({ content, blob } = await given(big));
      due();
      // Whatever else is due by now.
      scene.ctx.limits.scrubBytesPerSecond = 2 ** 40;
      await scene.ctx.db.execute(
        sql`update blob set verified_at = ${scene.ctx.clock.now().toISOString()} where id <> ${blob.id}`,
      );
      scene.ctx.limits.scrubBytesPerSecond = 64 * mebibyte;
      store.reads.length = 0;
    });
    /** A rate whose second is a mebibyte, without the waiting. */
    const quick = async () => {
      const limits = { ...scene.ctx.limits, scrubBytesPerSecond: mebibyte };
      return scrubBlobs({ ...scene.ctx, limits });
    };

    it("goes on where the last one stopped, and ends with the right digest", async () => {
      expect(await quick()).toBe(true);
      expect(await begun()).toBe(1);
      expect(await verifiedAt(content)).toBeNull();
      expect(await scrub()).toBe(2);
      expect(await verifiedAt(content)).not.toBeNull();
      expect(await begun()).toBe(0);
      expect(store.reads).toHaveLength(2);
    });

    it("finds a flip in a part that was read before", async () => {
      store.change(blob.key, (bytes) => flipped(bytes, 5), true);
      await quick();
      await scrub();
      expect(await scene.row(content)).toMatchObject({ mark_reason: "digest" });
      expect(await begun()).toBe(0);
    });

    it("begins anew when the object was changed between two slices, and does not take it for damage", async () => {
      await quick();
      store.touch(blob.key);
      await scrub();
      expect(await scene.row(content)).toMatchObject({ mark_reason: null, stamp: store.objects.get(blob.key)?.stamp });
      expect(await verifiedAt(content)).not.toBeNull();
    });

    it("begins anew when a push has healed the blob between two slices", async () => {
      await quick();
      await scene.ctx.db.execute(sql`update blob set marked_at = now() where id = ${blob.id}`);
      await scene.push(where, content);
      due();
      await scrub();
      expect(await scene.row(content)).toMatchObject({ mark_reason: null });
      expect(await begun()).toBe(0);
    });

    it("begins anew when what was saved is of another form", async () => {
      await quick();
      await scene.ctx.db.execute(sql`update blob_scrub set hash_state = '{"version": 9}'`);
      await scrub();
      expect(await scene.row(content)).toMatchObject({ mark_reason: null });
      expect(await verifiedAt(content)).not.toBeNull();
    });

    it("waits with a bad sector for an hour, and goes on with the others", async () => {
      const object = store.objects.get(blob.key);
      if (object) object.badAt = 3 * mebibyte;
      await quick();
      expect(await slice()).toBe(false);
      expect(scene.told).toMatchObject([{ level: "error", message: "a blob cannot be read" }]);
      const other = await given(10);
      await scene.ctx.db.execute(sql`update blob set created_at = '2020-01-01' where id = ${other.blob.id}`);
      await scrub();
      expect(await verifiedAt(other.content)).not.toBeNull();
      expect(await scene.row(content)).toMatchObject({ mark_reason: null, verified_at: null });
      if (object) object.badAt = Number.POSITIVE_INFINITY;
      scene.advance(3601);
      await scrub();
      expect(await verifiedAt(content)).not.toBeNull();
    });

    it("is forgotten with its blob", async () => {
      await quick();
      await scene.ctx.db.execute(sql`delete from link where blob_id = ${blob.id}`);
      await scene.ctx.db.execute(sql`delete from blob_digest where blob_id = ${blob.id}`);
      await scene.ctx.db.execute(sql`delete from blob where id = ${blob.id}`);
      expect(await begun()).toBe(0);
    });
  });

  it("keeps to its rate", async () => {
    await scrub();
    await given(2 * mebibyte);
    scene.advance(30 * day + 60);
    await scene.ctx.db.execute(
      sql`update blob set verified_at = ${scene.ctx.clock.now().toISOString()} where size_bytes <> ${2 * mebibyte}`,
    );
    scene.ctx.limits.scrubBytesPerSecond = 4 * mebibyte;
    const began = performance.now();
    await scrub();
    expect(performance.now() - began).toBeGreaterThan(450);
  });

  it("does nothing at rate 0", async () => {
    const { blob } = await given(10);
    due();
    scene.ctx.limits.scrubBytesPerSecond = 0;
    store.reads.length = 0;
    expect(await slice()).toBe(false);
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
