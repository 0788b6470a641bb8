import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool, createPoolCompute, type Pool } from "#adapters/compute/pool.ts";
import { ComputeBusyError } from "#ports/compute.ts";
import type { HashStream } from "#ports/hasher.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

const kill = (pool: Pool) => Promise.all(pool.threads.map((thread) => thread.terminate()));

describe("a worker that dies", () => {
  let pool: Pool;
  beforeAll(() => {
    pool = createPool(1);
  });
  afterAll(() => pool.destroy());

  it.each([false, true])(
    "loses its hashes, and whoever feeds them is not kept waiting (resumable: %s)",
    async (resumable) => {
      const hasher = createPoolHasher(pool);
      const stream = hasher.start({ algorithms: ["sha256"], resumable });
      await stream.update(new Uint8Array(randomBytes(1_000_000)));
      await kill(pool);
      for (let i = 0; i < 20; i++) await stream.update(new Uint8Array(randomBytes(1_000_000)));
      expect(await stream.finish()).toBeNull();
      const next = hasher.start({ algorithms: ["sha256"], resumable });
      const bytes = randomBytes(100_000);
      await next.update(new Uint8Array(bytes));
      expect(await next.finish()).toEqual({ sha256: createHash("sha256").update(bytes).digest("hex") });
    },
  );

  it("cannot save its states either", async () => {
    const stream = createPoolHasher(pool).start({ algorithms: ["sha512"], resumable: true });
    await stream.update(new Uint8Array(randomBytes(1000)));
    await kill(pool);
    expect(await stream.save()).toBeNull();
  });
});

describe("the queue of the pool", () => {
  it("says that it is full, and takes work again when it is not", async () => {
    const pool = createPool(1, { tasksPerThread: 64, idleThreads: 1 });
    const compute = createPoolCompute(pool);
    const hasher = createPoolHasher(pool);
    const streams: HashStream[] = [];
    // 64 hashes keep the one thread's places; 1024 more wait.
    for (let i = 0; i < 64 + 1024; i++) {
      const stream = hasher.start({ algorithms: ["sha256"], resumable: true });
      await stream.update(new Uint8Array(8));
      streams.push(stream);
    }
    const refused = await compute.run("hashPassword", { password: "x" }).catch((error) => error);
    expect(refused).toBeInstanceOf(ComputeBusyError);
    expect(compute.queued()).toBe(1024);
    for (const stream of streams) stream.discard();
    const deadline = Date.now() + 20_000;
    while (compute.queued() > 500 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    const hash = await compute.run("hashPassword", { password: "x" });
    expect(await compute.run("verifyPassword", { password: "x", hash })).toBe(true);
    expect(await compute.run("verifyPassword", { password: "y", hash })).toBe(false);
    await compute.close();
  });
});

describeMatrix(
  "an upload whose worker dies",
  (kind) => {
    let berth: Target;
    let pool: Pool;
    beforeAll(async () => {
      berth = await startTarget(kind);
      pool = createPool(1);
      berth.ctx.hasher = createPoolHasher(pool);
    });
    afterAll(async () => {
      await berth.close();
      await pool.destroy();
    });

    it.each([
      ["PATCH", "sha256"],
      ["PATCH", "sha512"],
      ["PUT", "sha256"],
      ["PUT", "sha512"],
    ] as const)("during a %s succeeds all the same (%s)", async (method, algorithm) => {
      const bytes = randomBytes(4_000_000);
      const digest = `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
      const headers = { Authorization: berth.admin };
      const opened = await berth.fetch("/v2/dying/blobs/blobs/uploads/", { method: "POST", headers });
      const location = opened.headers.get("location") as string;
      let sent = 0;
      const body = new ReadableStream({
        async pull(controller) {
          if (sent === 2_000_000) await kill(pool);
          if (sent === bytes.byteLength) return controller.close();
          controller.enqueue(bytes.subarray(sent, sent + 500_000));
          sent += 500_000;
        },
      });
      const path = method === "PUT" ? `${location}?digest=${digest}` : location;
      const answer = await berth.fetch(path, { method, headers, body });
      expect(answer.status).toBe(method === "PUT" ? 201 : 202);
      if (method === "PATCH")
        expect((await berth.fetch(`${location}?digest=${digest}`, { method: "PUT", headers })).status).toBe(201);
      const got = await berth.fetch(`/v2/dying/blobs/blobs/${digest}`, { headers });
      expect(Buffer.compare(new Uint8Array(await got.arrayBuffer()), bytes)).toBe(0);
    });
  },
  "threads that die",
);
