// A Berth whose bucket is behind a script and a network that can be spoiled, and a client that judges what it gets.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { accessKey, bucketName, secretKey, startBucket } from "#test/clients/setup/buckets.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { request } from "#test/clients/setup/registry.ts";
import { makeBytes } from "#test/clients/setup/stream.ts";
import { type ScriptedBucket, startScriptedBucket } from "./scripted-bucket.ts";
import { type ProxiedServer, startToxiproxy } from "./toxiproxy.ts";

export const mebibyte = 1024 * 1024;
const repository = "bucket/app";

/** How a push ended. */
export interface Outcome {
  status: number;
  /** Milliseconds. */
  ms: number;
  retryAfter: string | null;
  digest: string;
}

export interface BucketStage {
  berth: Berth;
  scripted: ScriptedBucket;
  network: ProxiedServer;
  /** POST, PATCH as a stream, PUT, as docker does; the outcome is that of the request that failed, or of the last one. */
  push(sizeBytes: number): Promise<Outcome>;
  /** What a client gets of a blob: "whole", "broken off", or the status. Anything else than these is a lie. */
  pull(digest: string): Promise<string>;
  head(digest: string): Promise<number>;
  stop(): Promise<void>;
}

/** Berth -> toxiproxy -> script -> a real S3 server. */
export async function startBucketStage(): Promise<BucketStage> {
  const bucket = await startBucket("versitygw");
  const toxiproxy = await startToxiproxy();
  const scripted = await startScriptedBucket(Number(new URL(bucket.endpoint).port));
  const network = await toxiproxy.proxy(scripted.port);
  const settings = {
    BERTH_STORAGE: `s3://${bucketName}/berth?endpoint=http://127.0.0.1:${network.port}`,
    BERTH_S3_ACCESS_KEY: accessKey,
    BERTH_S3_SECRET_KEY: secretKey,
  };
  const berth = await startBerth(await makeHome("embedded", settings));
  let pushes = 0;
  const stop = async () => {
    await network.heal();
    await berth.stop();
    await toxiproxy.stop();
    await scripted.stop();
    await bucket.stop();
  };
  return {
    berth,
    scripted,
    network,
    // Every push has other bytes.
    push: (sizeBytes) => push(berth, sizeBytes + pushes++),
    pull: (digest) => pull(berth, digest),
    head: async (digest) => (await request(berth, blobPath(digest), { method: "HEAD" })).status,
    stop,
  };
}

const blobPath = (digest: string) => `/v2/${repository}/blobs/${digest}`;

async function push(berth: Berth, sizeBytes: number): Promise<Outcome> {
  const started = performance.now();
  const hash = createHash("sha256");
  for (const piece of makeBytes(sizeBytes)) hash.update(piece);
  const digest = `sha256:${hash.digest("hex")}`;
  const outcome = (status: number, headers?: Headers) => {
    return { status, ms: performance.now() - started, retryAfter: headers?.get("retry-after") ?? null, digest };
  };
  const begun = await request(berth, blobPath("uploads/"), { method: "POST" });
  if (begun.status !== 202) return outcome(begun.status, begun.headers);
  const body = Readable.toWeb(Readable.from(makeBytes(sizeBytes)));
  const location = begun.headers.get("location") ?? "";
  const sent = await request(berth, location, { method: "PATCH", body, duplex: "half" } as RequestInit);
  if (sent.status !== 202) return outcome(sent.status, sent.headers);
  const closed = await request(berth, `${sent.headers.get("location")}?digest=${digest}`, { method: "PUT" });
  await closed.arrayBuffer();
  return outcome(closed.status, closed.headers);
}

async function pull(berth: Berth, digest: string): Promise<string> {
  const answer = await request(berth, blobPath(digest));
  const bytes = await answer.arrayBuffer().catch(() => null);
  if (bytes === null) return "broken off";
  if (answer.status !== 200) return String(answer.status);
  return sha256(Buffer.from(bytes)) === digest ? "whole" : `200 with ${bytes.byteLength} wrong bytes`;
}
