// A hundred slow uploads to a bucket: a fast one gets through, memory keeps its bound, and the slow ones come to their end.
import { createHash } from "node:crypto";
import http from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Berth, makeHome, startBerth } from "./setup/berth.ts";
import { type Bucket, startBucket } from "./setup/buckets.ts";
import { pause } from "./setup/daemon.ts";
import { idleMiB, peakDuring } from "./setup/memory.ts";
import { getToken, request } from "./setup/registry.ts";
import { makeBytes, sendStream } from "./setup/stream.ts";

const mebibyte = 1024 * 1024;
const slowClients = 100;
const budgetMiB = 128;
const trickle = Buffer.alloc(1024, 7);

let bucket: Bucket;
let berth: Berth;
let token: string;
beforeAll(async () => {
  bucket = await startBucket("minio");
  const settings = {
    ...bucket.settings("slow"),
    BERTH_S3_BUFFER_BYTES: `${budgetMiB}MiB`,
    BERTH_TOKEN_SECONDS: "3600",
  };
  berth = await startBerth(await makeHome("embedded", settings));
  token = await getToken(berth, "repository:s3/slow:pull,push");
});
afterAll(async () => {
  await berth.stop();
  await bucket.stop();
});

interface SlowUpload {
  asking: http.ClientRequest;
  hash: ReturnType<typeof createHash>;
  answered: Promise<http.IncomingMessage>;
}

async function begin(): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await request(berth, "/v2/s3/slow/blobs/uploads/", { method: "POST", headers });
  return new URL(answer.headers.get("location") as string, `http://${berth.host}`).href;
}

/** Sends 3 MiB at once, and from then on only what it is told to. */
async function beginSlow(): Promise<SlowUpload> {
  const headers = { authorization: `Bearer ${token}`, "transfer-encoding": "chunked" };
  const asking = http.request(await begin(), { method: "PATCH", headers, agent: false });
  const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
    asking.once("response", resolve);
    asking.once("error", reject);
  });
  answered.catch(() => {}); // Awaited at the end.
  const hash = createHash("sha256");
  for (const block of makeBytes(3 * mebibyte)) {
    hash.update(block);
    asking.write(Buffer.from(block));
  }
  return { asking, hash, answered };
}

async function finish(location: string, digest: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const url = new URL(location, `http://${berth.host}`);
  url.searchParams.set("digest", digest);
  const answer = await request(berth, url.pathname + url.search, { method: "PUT", headers });
  if (answer.status !== 201) console.log(answer.status, await answer.text());
  return answer.status;
}

async function end({ asking, hash, answered }: SlowUpload): Promise<number> {
  asking.end();
  const answer = await answered;
  answer.resume();
  expect(answer.statusCode).toBe(202);
  return finish(answer.headers.location as string, `sha256:${hash.digest("hex")}`);
}

it("a fast upload gets through a hundred slow ones, in a bound of memory", { timeout: 180_000 }, async () => {
  const idle = await idleMiB(berth.pid);
  const slow: SlowUpload[] = [];
  const trickling = setInterval(() => {
    for (const { asking, hash } of slow) {
      asking.write(trickle);
      hash.update(trickle);
    }
  }, 500);
  let fastSeconds = 0;
  let statuses: number[] = [];
  const peak = await peakDuring(berth.pid, async () => {
    slow.push(...(await Promise.all(Array.from({ length: slowClients }, beginSlow))));
    await pause(2_000);
    const since = Date.now();
    const fast = await sendStream(await begin(), token, { sizeBytes: 100 * mebibyte });
    expect(fast.status).toBe(202);
    expect(await finish(fast.location, fast.digest)).toBe(201);
    fastSeconds = (Date.now() - since) / 1000;
    await pause(1_000);
    clearInterval(trickling);
    statuses = await Promise.all(slow.map(end));
  });
  console.log(`100 MiB beside ${slowClients} slow uploads: ${fastSeconds} s; ${Math.round(peak - idle)} MiB over idle`);
  expect(new Set(statuses)).toEqual(new Set([201]));
  expect(fastSeconds).toBeLessThan(60);
  // Beside the budget there are the pieces that next bytes are collected in, of all uploads together, and garbage.
  expect(peak - idle).toBeLessThan(budgetMiB + 120);
});
