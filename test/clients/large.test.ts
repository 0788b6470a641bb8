// Large and slow: 2 GiB within a bound of memory, and transfers at a few KiB/s that outlive the token they began with.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Berth, databases, makeHome, startBerth } from "./setup/berth.ts";
import { idleMiB, peakDuring } from "./setup/memory.ts";
import { getToken, request } from "./setup/registry.ts";
import { makeBytes, receiveStream, sendStream } from "./setup/stream.ts";

type Database = (typeof databases)[number];

const mebibyte = 1024 * 1024;
const largeBytes = 2048 * mebibyte;
const slowSeconds = Number(process.env.BERTH_SLOW_SECONDS ?? 150);
const timeout = (slowSeconds + 120) * 1000;
// The least a token may live; a minute's leeway comes on top.
const shortTokens = { BERTH_TOKEN_SECONDS: "60" };
const berths = {} as Record<"large" | "slow", Record<Database, Berth>>;

const scope = "repository:big/blob:pull,push";

async function start(settings: Record<string, string>): Promise<Record<Database, Berth>> {
  const started = databases.map(async (database) => startBerth(await makeHome(database, settings)));
  const [embedded, server] = (await Promise.all(started)) as [Berth, Berth];
  return { embedded, server };
}

beforeAll(async () => {
  berths.large = await start({});
  berths.slow = await start(shortTokens);
});
afterAll(() => Promise.all(Object.values(berths).flatMap((of) => Object.values(of).map((berth) => berth.stop()))));

// All at once: the slow ones cost nothing but time.
it.concurrent.each(databases)(
  "moves 2 GiB in a bound of memory, database: %s",
  async (database) => {
    const berth = berths.large[database];
    await pushStream(berth, { sizeBytes: 8 * mebibyte });
    const idle = await idleMiB(berth.pid);
    let digest = "";
    const pushing = await peakDuring(berth.pid, async () => {
      digest = await pushStream(berth, { sizeBytes: largeBytes });
    });
    const pulling = await peakDuring(berth.pid, async () => {
      const received = await receiveStream(blobUrl(berth, digest), await getToken(berth, scope));
      expect(received).toEqual({ status: 200, digest, sizeBytes: largeBytes });
    });
    const [a, b, c] = [idle, pushing, pulling].map(Math.round);
    console.log(`memory of Berth (${database}): idle ${a} MiB, at most ${b} pushing and ${c} pulling 2 GiB`);
    expect(Math.max(pushing, pulling)).toBeLessThan(idle + 100);
  },
  timeout,
);

it.concurrent.each(databases)(
  "goes on with an upload whose token runs out, database: %s",
  async (database) => {
    const berth = berths.slow[database];
    const pace = { bytesPerSecond: 4096, seconds: slowSeconds };
    const token = await getToken(berth, scope);
    const sent = await sendStream(await begin(berth, token), token, { sizeBytes: 8 * mebibyte, pace });
    expect(sent.status).toBe(202);
    expect(await finish(berth, sent, token)).toBe(401);
    expect(await finish(berth, sent, await getToken(berth, scope))).toBe(201);
    expect(sent.digest).toBe(digestOf(8 * mebibyte));
    const received = await receiveStream(blobUrl(berth, sent.digest), await getToken(berth, scope));
    expect(received).toEqual({ status: 200, digest: sent.digest, sizeBytes: 8 * mebibyte });
  },
  timeout,
);

it.concurrent.each(databases)(
  "goes on with a download whose token runs out, database: %s",
  async (database) => {
    const berth = berths.slow[database];
    // More than the kernel's buffers hold, so that the server itself has to wait for the client.
    const digest = await pushStream(berth, { sizeBytes: 64 * mebibyte });
    const token = await getToken(berth, scope);
    const pace = { bytesPerSecond: 4096, seconds: slowSeconds };
    const received = await receiveStream(blobUrl(berth, digest), token, pace);
    expect(received).toEqual({ status: 200, digest, sizeBytes: 64 * mebibyte });
    const again = await request(berth, `/v2/big/blob/blobs/${digest}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(again.status).toBe(401);
  },
  timeout,
);

function blobUrl(berth: Berth, digest: string): string {
  return `http://${berth.host}/v2/big/blob/blobs/${digest}`;
}

function digestOf(sizeBytes: number): string {
  const hash = createHash("sha256");
  for (const block of makeBytes(sizeBytes)) hash.update(block);
  return `sha256:${hash.digest("hex")}`;
}

async function pushStream(berth: Berth, input: { sizeBytes: number }): Promise<string> {
  const token = await getToken(berth, scope);
  const sent = await sendStream(await begin(berth, token), token, input);
  expect(sent.status).toBe(202);
  expect(await finish(berth, sent, token)).toBe(201);
  return sent.digest;
}

async function begin(berth: Berth, token: string): Promise<string> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await request(berth, "/v2/big/blob/blobs/uploads/", { method: "POST", headers });
  expect(answer.status).toBe(202);
  return `http://${berth.host}${answer.headers.get("location")}`;
}

async function finish(berth: Berth, sent: { location: string; digest: string }, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await request(berth, `${sent.location}?digest=${sent.digest}`, { method: "PUT", headers });
  await answer.text();
  return answer.status;
}
