import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, createRepository, digestOf, pushBlob, pushImage } from "../access/registry.ts";

const indexType = "application/vnd.oci.image.index.v1+json";
const imageType = "application/vnd.oci.image.manifest.v1+json";

describe("the content of a deleted repository", () => {
  let berth: Target;
  let alice: string;
  let keys: string[];
  beforeAll(async () => {
    berth = await startTarget("fetch");
    alice = await berth.addUser("alice");
    await createRepository(berth, alice, "alice/goes", "public");
    await createRepository(berth, alice, "alice/stays", "public");
    await pushImage(berth, alice, "alice/stays", "latest", '{"shared":1}');
    keys = await allKeys();
  });
  afterAll(() => berth.close());

  const rowsOf = async (query: ReturnType<typeof sql>) =>
    (await berth.ctx.db.execute(query)) as unknown as Record<string, unknown>[];
  const allKeys = async () => (await rowsOf(sql`select key from blob order by key`)).map((row) => row.key as string);
  const tables = "repository manifest manifest_edge manifest_bytes tag link upload blob_digest blob".split(" ");
  const counts = async () => {
    const found: Record<string, unknown> = {};
    for (const table of tables)
      found[table] = (await rowsOf(sql`select count(*)::int as n from ${sql.identifier(table)}`))[0]?.n;
    return found;
  };
  const run = async (name: string) => {
    const task = periodicTasks.find((one) => one.name === name);
    let slices = 1;
    while (await task?.slice(berth.ctx)) if (++slices > 100) throw new Error(`${name} does not end`);
    return slices;
  };
  const exists = async (key: string) => (await berth.ctx.blobs.read(key, { start: 0, end: 0 })) !== null;

  /** Images, an index of them, a referrer, a shared blob, a blob that nothing names, and a session with bytes. */
  async function fill(): Promise<void> {
    const images = [];
    for (let i = 0; i < 4; i++) images.push(await pushImage(berth, alice, "alice/goes", `v${i}`, `{"image":${i}}`));
    await pushImage(berth, alice, "alice/goes", "shared", '{"shared":1}');
    const put = async (tag: string, mediaType: string, content: object) => {
      const body = JSON.stringify({ schemaVersion: 2, mediaType, ...content });
      const init = { method: "PUT", body, ...as(alice, { "content-type": mediaType }) };
      const answer = await berth.fetch(`/v2/alice/goes/manifests/${tag}`, init);
      expect(answer.status).toBe(201);
    };
    const size = 1;
    await put("index", indexType, {
      manifests: images.map(({ manifest: digest }) => ({ mediaType: imageType, digest, size })),
    });
    const config = { mediaType: "application/vnd.oci.image.config.v1+json", digest: images[0]?.config, size };
    const subject = { mediaType: imageType, digest: images[0]?.manifest, size };
    await put("signature", imageType, { config, layers: [], subject });
    await pushBlob(berth, alice, "alice/goes", "nobody names me");
    const began = await berth.fetch("/v2/alice/goes/blobs/uploads/", { method: "POST", ...as(alice) });
    const session = began.headers.get("location") as string;
    await berth.fetch(session, { method: "PATCH", body: "under way", ...as(alice) });
  }

  it("is gone from every table and from the store, slice by slice, and nothing of another repository is", async () => {
    const before = await counts();
    await fill();
    const filled = await allKeys();
    const added = filled.filter((key) => !keys.includes(key));
    expect(added.length >= 6).toBe(true);
    await berth.fetch("/api/v0/repositories/alice/goes", { method: "DELETE", ...as(alice) });
    expect((await run("clear-deleted-repositories")) > 3).toBe(true);
    // What was visible is held for a while, as an undo for operators; the bytes under way go when their writer must have noticed.
    berth.clock.advance(31);
    await run("remove-condemned");
    expect((await Promise.all(added.map(exists))).filter(Boolean).length).toBe(5);
    berth.clock.advance(3601);
    await run("remove-condemned");
    expect(await counts()).toEqual({ ...before, repository: 1 });
    expect(await Promise.all(added.map(exists))).toEqual(added.map(() => false));
    expect(await Promise.all(keys.map(exists))).toEqual(keys.map(() => true));
    const kept = await berth.fetch(`/v2/alice/stays/blobs/${digestOf('{"shared":1}')}`);
    expect(await kept.text()).toBe('{"shared":1}');
  });

  it("does not come back to a push that began before the deletion", async () => {
    await createRepository(berth, alice, "alice/brief", "private");
    const began = await berth.fetch("/v2/alice/brief/blobs/uploads/", { method: "POST", ...as(alice) });
    const session = began.headers.get("location") as string;
    await berth.fetch("/api/v0/repositories/alice/brief", { method: "DELETE", ...as(alice) });
    await createRepository(berth, alice, "alice/brief", "private");
    const init = { method: "PUT", body: "x", ...as(alice) };
    expect((await berth.fetch(`${session}?digest=${digestOf("x")}`, init)).status).toBe(404);
    await run("clear-deleted-repositories");
    expect((await berth.fetch(session, as(alice))).status).toBe(404);
    expect((await berth.fetch("/v2/alice/brief/tags/list", as(alice))).status).toBe(200);
  });

  it("may be cleared by two replicas at once", async () => {
    await createRepository(berth, alice, "alice/goes", "private");
    await fill();
    await berth.fetch("/api/v0/repositories/alice/goes", { method: "DELETE", ...as(alice) });
    await Promise.all([run("clear-deleted-repositories"), run("clear-deleted-repositories")]);
    expect(await rowsOf(sql`select path from repository where deleted_at is not null`)).toEqual([]);
  });
});
