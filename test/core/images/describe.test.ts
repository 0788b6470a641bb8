// The periodic work that describes manifests: what a push left to be done is done, whatever happened in between.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { describeManifests } from "#core/images/describe.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { contentOf, imageOf, indexOf } from "#test/http/v2/content.ts";
import { pushBlob, pushImage, pushManifest, send } from "#test/http/v2/requests.ts";
import { startTarget, type Target } from "#test/setup/target.ts";

const repo = "periodic/app";

describe("the periodic work", () => {
  let berth: Target;
  let isAway = false;
  beforeAll(async () => {
    const blobs = createMemoryBlobStore();
    const read: BlobStore["read"] = async (...asked) => {
      if (isAway) throw new Error("the store is away");
      return blobs.read(...asked);
    };
    berth = await startTarget("fetch", { blobs: { ...blobs, read } });
  });
  afterAll(() => berth.close());
  beforeEach(() => {
    isAway = false;
  });

  const statusOf = async (digest: string): Promise<string> => {
    const found = await berth.ctx.db.execute(
      sql`select coalesce(d.status, 'pending') as status, m.describe_at is null as done from manifest m
        left join manifest_detail d on d.repository_id = m.repository_id and d.digest = m.digest where m.digest = ${digest}`,
    );
    return `${found[0]?.status}${found[0]?.done ? "" : ", to do"}`;
  };
  const runAll = async () => {
    while (await describeManifests(berth.ctx));
  };

  it("is declared", () => {
    expect(periodicTasks.find(({ name }) => name === "describe-manifests")?.slice).toBe(describeManifests);
  });

  it("describes what was pushed and never described", async () => {
    const images = [];
    for (let i = 0; i < 12; i++) images.push(await pushImage(berth, repo));
    const index = await pushManifest(berth, repo, indexOf(images));
    const digests = [...images, index].map(({ digest }) => digest);
    expect(await Promise.all(digests.map(statusOf))).toEqual(Array(13).fill("pending, to do"));
    await runAll();
    expect(await Promise.all(digests.map(statusOf))).toEqual([...Array(12).fill("read"), "none"]);
  });

  it("describes what another version of the program pushed", async () => {
    const image = await pushImage(berth, repo);
    await berth.ctx.db.execute(sql`update manifest set describe_at = default where digest = ${image.digest}`);
    await runAll();
    expect(await statusOf(image.digest)).toBe("read");
  });

  it("leaves what cannot be read now for later, and does the rest", async () => {
    const unread = await pushImage(berth, repo);
    const index = await pushManifest(berth, repo, indexOf([unread]));
    isAway = true;
    await runAll();
    expect([await statusOf(unread.digest), await statusOf(index.digest)]).toEqual(["pending, to do", "none"]);
    isAway = false;
    await runAll();
    expect(await statusOf(unread.digest)).toBe("pending, to do");
    berth.clock.advance(601);
    await runAll();
    expect(await statusOf(unread.digest)).toBe("read");
  });

  it("does not take for done what was pushed again meanwhile", async () => {
    await send(berth, "POST", "/api/v0/repositories/periodic", {
      body: new TextEncoder().encode('{"name":"sparse","sparse":true}'),
    });
    const config = contentOf('{"os":"linux","again":1}');
    const image = imageOf(config, []);
    await pushManifest(berth, "periodic/sparse", image);
    let isPushed = false;
    const db = {
      ...berth.ctx.db,
      async execute(query: Parameters<typeof berth.ctx.db.execute>[0]) {
        const found = await berth.ctx.db.execute(query);
        if (!isPushed && found.some((row) => row.describeAt)) {
          isPushed = true;
          berth.clock.advance(1);
          await pushBlob(berth, "periodic/sparse", config);
          await pushManifest(berth, "periodic/sparse", image);
        }
        return found;
      },
    };
    await describeManifests({ ...berth.ctx, db });
    expect([isPushed, await statusOf(image.digest)]).toEqual([true, "pending, to do"]);
    await runAll();
    expect(await statusOf(image.digest)).toBe("read");
  });

  it("reads configurations of up to 8 MiB, and no larger ones", async () => {
    const limit = 8 * 1024 * 1024;
    const ofSize = (bytes: number) => contentOf(`{"os":"linux","x":"${"x".repeat(bytes - 21)}"}`);
    const found = [];
    for (const bytes of [limit, limit + 1]) {
      const config = await pushBlob(berth, repo, ofSize(bytes));
      expect(config.bytes.byteLength).toBe(bytes);
      const image = await pushManifest(berth, repo, imageOf(config, []), `size-${bytes}`);
      const answer = await send(berth, "GET", `/api/v0/repositories/${repo}/tags/size-${bytes}`);
      found.push(JSON.parse(answer.text)[0].manifest.configStatus);
      await runAll();
      found.push(await statusOf(image.digest));
    }
    expect(found).toEqual(["pending", "read", "pending", "too-large"]);
  });

  it("survives any configuration", async () => {
    const hostile = [
      "",
      "[".repeat(8_000_000),
      `{"history":[${"{},".repeat(45_000)}{}]}`,
      `"${"\\".repeat(1_000_001)}`,
    ];
    const digests = [];
    for (const text of hostile) {
      const config = await pushBlob(berth, repo, contentOf(text));
      digests.push((await pushManifest(berth, repo, imageOf(config, []))).digest);
    }
    await runAll();
    expect(await Promise.all(digests.map(statusOf))).toEqual(["invalid", "invalid", "read", "invalid"]);
  });

  it("leaves nothing behind when a manifest goes", async () => {
    const image = await pushImage(berth, repo);
    await runAll();
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${image.digest}`)).status).toBe(202);
    const left = await berth.ctx.db.execute(sql`select 1 from manifest_detail where digest = ${image.digest}`);
    expect(left).toEqual([]);
  });
});
