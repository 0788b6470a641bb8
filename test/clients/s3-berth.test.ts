// Berth with its blobs in a bucket: docker, the conformance suite, an upload that moves to another replica, and a refused start.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Berth, makeHome, password, startBerth, user } from "./setup/berth.ts";
import { makeBox } from "./setup/box.ts";
import { type Bucket, bucketServers, startBucket } from "./setup/buckets.ts";
import { leastPassed, runConformance } from "./setup/conformance.ts";
import { classic, runImage, useDocker } from "./setup/docker.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { greeting, makeBuildContext, sha256 } from "./setup/image.ts";
import type { Stage } from "./setup/matrix.ts";
import { request } from "./setup/registry.ts";

const mebibyte = 1024 * 1024;
const engine = useDocker("old");

describe.each(bucketServers)("Berth on %s", (server) => {
  let bucket: Bucket;
  let berth: Berth;
  beforeAll(async () => {
    bucket = await startBucket(server);
    berth = await startBerth(await makeHome("embedded", bucket.settings("berth")));
  });
  afterAll(async () => {
    await berth.stop();
    await bucket.stop();
  });

  it("is pushed to and pulled from by docker", async () => {
    const box = makeBox();
    const docker = (line: string, options = {}) => box.run(`${engine.command} ${line}`, options);
    const image = `${berth.host}/s3/app:1`;
    const steps = 'COPY large /large\nCMD ["/hello"]';
    makeBuildContext(join(box.folder, "context"), inject("run").program, steps);
    // More than two parts of an upload.
    writeFileSync(join(box.folder, "context/large"), randomBytes(20 * mebibyte));
    await docker(`login -u ${user} --password-stdin ${berth.host}`, { stdin: password });
    await docker(`build -q --network none -t ${image} context`, classic);
    await docker(`push ${image}`);
    const stage = { berth, host: berth.host, box } as Stage;
    const { content } = await pullElsewhere(stage, "s3/app:1");
    expect(content.layers?.some(({ size }) => size > 20 * mebibyte)).toBe(true);
    await docker("system prune -af");
    expect((await docker(`${runImage} ${image}`)).stdout).toBe(`${greeting}\n`);
  });

  it("keeps all bytes in the bucket and nothing of what was short of a part", async () => {
    const names = await namesIn(bucket, "berth/");
    expect(names).toContain("berth/berth-store.json");
    expect(names.filter((name) => /\.tail|probe/.test(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(3);
  });

  it(`passes ${leastPassed} checks of the conformance suite and fails none`, async () => {
    const checks = await runConformance(berth.host, makeBox());
    console.log(`conformance on ${server}: ${checks.passed} passed, ${checks.failed} failed`);
    expect(checks.failed).toBe(0);
    expect(checks.passed).toBeGreaterThanOrEqual(leastPassed);
  });

  it("goes on with an upload whose replica was killed", async () => {
    const home = await makeHome("server", bucket.settings("replicas"));
    const first = await startBerth(home);
    const second = await startBerth({
      ...(await makeHome("server")),
      env: { ...home.env, BERTH_DATA_DIR: home.dataDir },
    });
    try {
      const bytes = randomBytes(21 * mebibyte);
      const begun = await request(first, "/v2/s3/moved/blobs/uploads/", { method: "POST" });
      const path = begun.headers.get("location") as string;
      const chunk = (to: Berth, from: number, end: number) =>
        request(to, path, {
          method: "PATCH",
          headers: { "content-range": `${from}-${end - 1}`, "content-type": "application/octet-stream" },
          body: new Uint8Array(bytes.subarray(from, end)),
        });
      expect((await chunk(first, 0, 5 * mebibyte)).status).toBe(202);
      expect((await chunk(first, 5 * mebibyte, 11 * mebibyte)).status).toBe(202);
      await first.killHard();
      expect((await chunk(second, 11 * mebibyte, bytes.byteLength)).status).toBe(202);
      const done = await request(second, `${path}?digest=${sha256(bytes)}`, { method: "PUT" });
      expect(done.status).toBe(201);
      const read = await request(second, `/v2/s3/moved/blobs/${sha256(bytes)}`);
      expect(Buffer.compare(Buffer.from(await read.arrayBuffer()), bytes)).toBe(0);
    } finally {
      await first.stop();
      await second.stop();
    }
  });

  it("does not start on a bucket that it may not use, and says why in one line", async () => {
    const settings = { ...bucket.settings("refused"), BERTH_S3_SECRET_KEY: "not-the-secret" };
    const error = await startBerth(await makeHome("embedded", settings)).catch((thrown) => thrown);
    expect(String(error)).toMatch(
      /BERTH_STORAGE: the bucket blobs at http:\/\/\S+ cannot be used: the secret key does not/,
    );
    expect(String(error)).not.toContain("not-the-secret");
  });
});

async function namesIn(bucket: Bucket, prefix: string): Promise<string[]> {
  const listed = await (await bucket.ask(`?list-type=2&prefix=${prefix}`)).text();
  return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, name]) => name as string);
}
