// Clients that hardly move: they are cut, they cost the others nothing, and they leave nothing behind.
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { getToken, pushBlob, request } from "#test/clients/setup/registry.ts";
import { closeAll, downloadSlowly, openIdle, type SlowClient, uploadSlowly } from "./slow-clients.ts";

const mebibyte = 1024 * 1024;
const repository = "slow/app";
const small = randomBytes(4_096);
const large = randomBytes(24 * mebibyte);
const limitSeconds = 8;

let berth: Berth;
let authorization: string;

beforeAll(async () => {
  // The rate is high, so that what buffers on the way hold is soon old enough.
  const limits = { BERTH_IDLE_SECONDS: limitSeconds, BERTH_HEADER_SECONDS: limitSeconds, BERTH_MIN_RATE_SECONDS: 3 };
  const settings = Object.fromEntries(Object.entries(limits).map(([name, seconds]) => [name, String(seconds)]));
  berth = await startBerth(
    await makeHome("embedded", { ...settings, BERTH_MIN_RATE_BYTES: "1MiB", BERTH_TOKEN_SECONDS: "3600" }),
  );
  await pushBlob(berth, repository, small);
  await pushBlob(berth, repository, large);
  authorization = `Bearer ${await getToken(berth, `repository:${repository}:pull,push`)}`;
});
afterAll(() => berth?.stop());

const blobPath = (blob: Buffer) => `/v2/${repository}/blobs/${sha256(blob)}`;
const descriptors = () => readdirSync(`/proc/${berth.pid}/fd`).length;

/** Small pulls on kept connections for so long; gives their times in milliseconds, sorted. */
async function pullSmall(milliseconds: number): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const [hostname, port] = berth.host.split(":");
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const started = performance.now();
      http
        .get({ hostname, port, path: blobPath(small), agent, headers: { authorization } }, (answer) => {
          if (answer.statusCode !== 200) reject(new Error(`answered ${answer.statusCode}`));
          answer.resume().once("end", () => resolve(void times.push(performance.now() - started)));
        })
        .once("error", reject);
    });
  const run = async () => {
    while (performance.now() < end) await one();
  };
  await Promise.all([run(), run(), run(), run()]);
  agent.destroy();
  return times.sort((a, b) => a - b);
}

const quantile = (sorted: number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] as number;
const median = (values: number[]) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

async function beginUpload(): Promise<string> {
  const answer = await request(berth, `/v2/${repository}/blobs/uploads/`, { method: "POST" });
  return answer.headers.get("location") as string;
}

describe("clients of one byte a second", () => {
  it("are cut in both directions, and an upload can be resumed", async () => {
    const mark = await berth.mark();
    const location = await beginUpload();
    const [upload, download] = await Promise.all([
      uploadSlowly(berth, location, authorization),
      downloadSlowly(berth, blobPath(large), authorization),
    ]);
    const [up, down] = await Promise.all([upload.ended, download.ended]);
    console.log(
      `an upload of one byte a second was cut after ${up.toFixed(1)} s, a download after ${down.toFixed(1)} s`,
    );
    expect([up, down].filter((seconds) => seconds > 25)).toEqual([]);
    // It is not the server that failed.
    expect((await berth.requestsSince(mark)).filter(({ status }) => status >= 500)).toEqual([]);
    const state = await request(berth, location);
    expect(state.status).toBe(204);
    const [, last = "0"] = (state.headers.get("range") ?? "").split("-");
    const kept = Number(last) === 0 ? Buffer.alloc(0) : Buffer.alloc(Number(last) + 1, "x");
    const rest = randomBytes(1_000);
    const digest = sha256(Buffer.concat([kept, rest]));
    const range = `${kept.byteLength}-${kept.byteLength + rest.byteLength - 1}`;
    const headers = { "content-range": range, "content-type": "application/octet-stream" };
    const path = state.headers.get("location") ?? location;
    expect((await request(berth, path, { method: "PATCH", headers, body: new Uint8Array(rest) })).status).toBe(202);
    expect((await request(berth, `${path}?digest=${digest}`, { method: "PUT" })).status).toBe(201);
  });
});

describe("2,000 idle connections and 40 slow transfers", () => {
  const rounds = Number(process.env.BERTH_FAULT_ROUNDS ?? 3);

  async function open(): Promise<SlowClient[]> {
    const clients = await openIdle(berth, 2_000);
    for (let i = 0; i < 20; i++) {
      clients.push(await uploadSlowly(berth, await beginUpload(), authorization));
      clients.push(await downloadSlowly(berth, blobPath(large), authorization));
    }
    return clients;
  }

  it("do not slow others down", async () => {
    await pullSmall(500);
    const alone: number[] = [];
    const beside: number[] = [];
    for (let round = 0; round < rounds; round++) {
      alone.push(quantile(await pullSmall(1_500), 0.99));
      const clients = await open();
      await pause(800); // The buffers of the downloads fill at once, and only then nothing moves any more.
      beside.push(quantile(await pullSmall(1_500), 0.99));
      await closeAll(clients);
    }
    const show = (values: number[]) => values.map((value) => value.toFixed(1)).join(" ");
    console.log(`p99 in ms alone: ${show(alone)}; beside: ${show(beside)}`);
    console.log(
      `medians ${median(alone).toFixed(2)} and ${median(beside).toFixed(2)}, ratio ${(median(beside) / median(alone)).toFixed(2)}`,
    );
    // The goal is 1.2, for a machine that does nothing else; this is to notice when they cost something.
    expect(median(beside)).toBeLessThan(median(alone) * 3 + 20);
  });

  it("are closed by the server, and no descriptor is left", async () => {
    await pullSmall(500);
    const before = descriptors();
    const clients = await open();
    expect(descriptors()).toBeGreaterThan(before + 1_900);
    const seconds = await Promise.all(clients.map(({ ended }) => ended));
    console.log(`the last of ${clients.length} was closed after ${Math.max(...seconds).toFixed(1)} s`);
    expect(Math.max(...seconds)).toBeLessThan(limitSeconds + 15);
    for (const end = Date.now() + 5_000; descriptors() > before + 2 && Date.now() < end; ) await pause(100);
    expect(descriptors()).toBeLessThanOrEqual(before + 2);
    expect((await request(berth, blobPath(small))).status).toBe(200);
  });
});
