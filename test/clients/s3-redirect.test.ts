// Reads that are sent to the bucket itself: what the address is, who gets one, and that clients follow it.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { type Berth, makeHome, password, startBerth, user } from "./setup/berth.ts";
import { makeBox } from "./setup/box.ts";
import { type Bucket, bucketServers, startBucket } from "./setup/buckets.ts";
import { classic, runImage, useDocker } from "./setup/docker.ts";
import { greeting, makeBuildContext, sha256 } from "./setup/image.ts";
import { getToken, pushBlob, request } from "./setup/registry.ts";

const mebibyte = 1024 * 1024;
const engine = useDocker("old");
const large = randomBytes(9 * mebibyte);
const small = randomBytes(1000);
const pathOf = (blob: Buffer) => `/v2/s3/one/blobs/${sha256(blob)}`;

describe.each(bucketServers)("redirects to %s", (server) => {
  let bucket: Bucket;
  let berth: Berth;
  beforeAll(async () => {
    bucket = await startBucket(server);
    berth = await startBerth(await makeHome("embedded", { ...bucket.settings("away"), BERTH_S3_REDIRECT: "1MiB" }));
    for (const blob of [large, small]) await pushBlob(berth, "s3/one", blob);
  });
  afterAll(async () => {
    await berth.stop();
    await bucket.stop();
  });

  const ask = (blob: Buffer, init: RequestInit & { anonymous?: boolean } = {}) =>
    request(berth, pathOf(blob), { redirect: "manual", ...init });

  it("name one object for a minute, hold no token, and may not be kept", async () => {
    const token = await getToken(berth, "repository:s3/one:pull");
    const answer = await ask(large, { headers: { authorization: `Bearer ${token}` } });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([307, "no-store"]);
    const address = new URL(answer.headers.get("location") as string);
    expect(address.origin).toBe(bucket.endpoint);
    expect(address.pathname).toMatch(/^\/blobs\/away\/[0-9a-f]{2}\/[0-9a-f-]{36}$/);
    expect(address.searchParams.get("X-Amz-Expires")).toBe("60");
    const everything = JSON.stringify([...answer.headers, await answer.text()]);
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(bucket.settings("").BERTH_S3_SECRET_KEY);
  });

  it("lead to the bytes, or to the range that was asked for", async () => {
    const whole = await ask(large, { redirect: "follow" });
    expect(sha256(Buffer.from(await whole.arrayBuffer()))).toBe(sha256(large));
    const headers = { range: "bytes=5-14" };
    expect((await ask(large, { headers })).status).toBe(307);
    const part = await ask(large, { headers, redirect: "follow" });
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 5-14/${large.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(large.subarray(5, 15));
  });

  it("are not given for small blobs, nor for HEAD", async () => {
    const answer = await ask(small);
    expect([answer.status, sha256(Buffer.from(await answer.arrayBuffer()))]).toEqual([200, sha256(small)]);
    const head = await ask(large, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(large.length)]);
    expect(head.headers.get("docker-content-digest")).toBe(sha256(large));
  });

  it("are not given to strangers, nor for what is not here", async () => {
    const stranger = await ask(large, { anonymous: true });
    expect([stranger.status, stranger.headers.get("location")]).toEqual([401, null]);
    const elsewhere = await request(berth, pathOf(randomBytes(10)), { redirect: "manual" });
    expect([elsewhere.status, elsewhere.headers.get("location")]).toEqual([404, null]);
  });

  it("are followed by docker", async () => {
    const box = makeBox();
    const docker = (line: string, options = {}) => box.run(`${engine.command} ${line}`, options);
    const image = `${berth.host}/s3/away:1`;
    makeBuildContext(join(box.folder, "context"), inject("run").program, 'COPY large /large\nCMD ["/hello"]');
    writeFileSync(join(box.folder, "context/large"), large);
    await docker(`login -u ${user} --password-stdin ${berth.host}`, { stdin: password });
    await docker(`build -q --network none -t ${image} context`, classic);
    await docker(`push ${image}`);
    await docker("system prune -af");
    const mark = await berth.mark();
    expect((await docker(`${runImage} ${image}`)).stdout).toBe(`${greeting}\n`);
    const reads = (await berth.requestsSince(mark)).filter(
      ({ path, method }) => method === "GET" && path.includes("/blobs/"),
    );
    expect(reads.map(({ status }) => status)).toContain(307);
    expect(reads.reduce((sum, { bytesOut }) => sum + bytesOut, 0)).toBeLessThan(mebibyte);
  });
});
