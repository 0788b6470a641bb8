// Buckets behind TLS with a certificate of an authority that must be named, and buckets in the host name.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Transport } from "#adapters/blob-store/s3/client.ts";
import { createS3BlobStore } from "#adapters/blob-store/s3.ts";
import { atStart, freshKey, patternOf, readAll } from "#test/suites/blob-store-harness.ts";
import { makeHome, startBerth } from "./setup/berth.ts";
import { accessKey, bucketName, bucketServers, secretKey } from "./setup/buckets.ts";
import { sha256 } from "./setup/image.ts";
import { pushBlob, request } from "./setup/registry.ts";
import { startTlsBucket, type TlsBucket } from "./setup/tls-bucket.ts";

const mebibyte = 1024 * 1024;

describe.each(bucketServers)("TLS on %s", (server) => {
  let bucket: TlsBucket;
  beforeAll(async () => {
    bucket = await startTlsBucket(server);
  });
  afterAll(() => bucket.stop());

  const homeOf = (more: Record<string, string>) =>
    makeHome("embedded", {
      BERTH_STORAGE: `s3://${bucketName}/tls?endpoint=${bucket.endpoint("address")}`,
      BERTH_S3_ACCESS_KEY: accessKey,
      BERTH_S3_SECRET_KEY: secretKey,
      ...more,
    });

  it("serves what was pushed when the authority is named", async () => {
    const berth = await startBerth(await homeOf({ NODE_EXTRA_CA_CERTS: bucket.authority }));
    try {
      const blob = randomBytes(20 * mebibyte);
      await pushBlob(berth, "s3/tls", blob);
      const answer = await request(berth, `/v2/s3/tls/blobs/${sha256(blob)}`);
      expect(Buffer.compare(Buffer.from(await answer.arrayBuffer()), blob)).toBe(0);
    } finally {
      await berth.stop();
    }
  });

  it("is refused at the start when the authority is not known, with a line that says what to set", async () => {
    const error = await startBerth(await homeOf({})).catch((thrown) => thrown);
    expect(String(error)).toMatch(/cannot be used: its certificate is not trusted \(\w+\).*NODE_EXTRA_CA_CERTS/);
  });

  it("is written and read with the bucket in the host name", async () => {
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: null };
    const store = await createS3BlobStore({
      place: {
        bucket: bucketName,
        prefix: "virtual",
        region: "us-east-1",
        endpoint: bucket.endpoint("name"),
        style: "virtual",
        encryption: null,
        kmsKey: null,
        storageClass: null,
      },
      credentials: async () => keys,
      transport: toThisMachine(readFileSync(bucket.authority, "utf8")),
      startHash: null,
      budgetBytes: 128 * mebibyte,
    });
    const key = freshKey();
    const bytes = patternOf(9 * mebibyte);
    const writer = await store.openWriter(key, atStart);
    await writer.write(bytes);
    await writer.seal();
    expect(Buffer.compare(await readAll(await store.read(key, { start: 0, end: bytes.length - 1 })), bytes)).toBe(0);
    await store.remove(key);
    await store.close();
  });
});

/** Carries requests for any name to this machine, which no resolver knows under that name; certificates count as ever. */
function toThisMachine(ca: string): Transport {
  return (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const { hostname, port, pathname, search } = new URL(url);
      const asking = https.request({
        host: "127.0.0.1",
        servername: hostname,
        port,
        path: pathname + search,
        method,
        ca,
        agent: false,
        headers: {
          ...Object.fromEntries(headers),
          host: `${hostname}:${port}`,
          "content-length": body?.byteLength ?? 0,
        },
      });
      asking.once("error", reject);
      asking.once("response", async (answer) => {
        const parts = await Array.fromAsync(answer as AsyncIterable<Buffer>);
        const { statusCode = 0, headers: fields } = answer;
        const text = statusCode === 204 || method === "HEAD" ? null : Buffer.concat(parts);
        resolve(new Response(text, { status: statusCode, headers: fields as Record<string, string> }));
      });
      asking.end(body ?? undefined);
    });
}
