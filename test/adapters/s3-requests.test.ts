// The exact requests of the S3 store, for what the servers of the tests do not judge: host names, encryption, classes, tokens.
import { beforeEach, describe, expect, it } from "vitest";
import type { S3Place } from "#adapters/blob-store/s3/place.ts";
import type { S3Credentials } from "#adapters/blob-store/s3/sign.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { atStart, freshKey, patternOf, readAll } from "#test/suites/blob-store-harness.ts";
import { createFakeBucket, type FakeBucket, type FakeRequest, keys } from "./s3-fake.ts";

const mebibyte = 1024 * 1024;
const piece = patternOf(mebibyte);

let bucket: FakeBucket;
let seen: FakeRequest[];
beforeEach(() => {
  bucket = createFakeBucket();
  seen = [];
  bucket.faults.push((request) => {
    seen.push(request);
    return null;
  });
});

async function open(place: Partial<S3Place>, credentials: S3Credentials = keys): Promise<BlobStore> {
  const store = await bucket.open({ place, credentials: async () => credentials });
  return store;
}

/** Everything a store does with objects: a small one, a large one with a tail before it, a read, a removal. */
async function useAll(store: BlobStore): Promise<void> {
  const small = await store.openWriter(freshKey(), atStart);
  await small.write(piece);
  await small.seal();
  const key = freshKey();
  const first = await store.openWriter(key, atStart);
  for (let i = 0; i < 9; i++) await first.write(piece);
  const second = await store.openWriter(key, await first.suspend());
  for (let i = 0; i < 9; i++) await second.write(piece);
  await second.seal();
  const bytes = await readAll(await store.read(key, { start: 0, end: 18 * mebibyte - 1 }));
  expect(bytes.byteLength).toBe(18 * mebibyte);
  await store.remove(key);
  await store.close();
}

const isBlob = ({ method, query, name }: FakeRequest) =>
  (method === "PUT" && !query.has("partNumber") && !name.includes(".")) || query.has("uploads");
const begins = (request: FakeRequest) =>
  request.method !== "GET" && (isBlob(request) || (request.method === "PUT" && !request.query.has("partNumber")));

describe("requests", () => {
  it.each<[string, Partial<S3Place>, string]>([
    ["in the path", { style: "path" }, "https://s3.example.com/bucket/"],
    ["in the host name", { style: "virtual" }, "https://bucket.s3.example.com/"],
    ["in Amazon's host name", { style: "virtual", endpoint: null }, "https://bucket.s3.us-east-1.amazonaws.com/"],
    ["in Amazon's path", { endpoint: null, region: "eu-west-1" }, "https://s3.eu-west-1.amazonaws.com/bucket/"],
  ])("name the bucket %s", async (_, place, start) => {
    await useAll(await open(place));
    expect(seen.length).toBeGreaterThan(20);
    for (const { url, name } of seen) expect(url.href.split("?")[0]).toBe(start + name);
  });

  it("are signed for their region and host, with bodies protected by TLS", async () => {
    await useAll(await open({ region: "eu-west-1" }));
    for (const { headers } of seen) {
      expect(headers.get("authorization")).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=host;[^,]+, Signature=[0-9a-f]{64}$/,
      );
      expect(headers.get("x-amz-content-sha256")).toBe("UNSIGNED-PAYLOAD");
    }
  });

  it("sign their bodies where no TLS protects them", async () => {
    await useAll(await open({ endpoint: "http://s3.example.com" }));
    for (const { headers, body } of seen) {
      const digest = Buffer.from(await crypto.subtle.digest("SHA-256", body)).toString("hex");
      expect(headers.get("x-amz-content-sha256")).toBe(digest);
    }
  });

  it("carry the token of lent keys, as part of what is signed", async () => {
    await useAll(await open({}, { ...keys, sessionToken: "lent" }));
    for (const { headers } of seen) {
      expect(headers.get("x-amz-security-token")).toBe("lent");
      expect(headers.get("authorization")).toMatch(/SignedHeaders=[^,]*;x-amz-security-token/);
    }
  });

  it("ask for encryption wherever something begins, and nowhere else", async () => {
    await useAll(await open({ encryption: "aws:kms", kmsKey: "key-1" }));
    const name = "x-amz-server-side-encryption";
    expect(seen.filter(begins).length).toBeGreaterThan(5);
    for (const request of seen) {
      const expected = begins(request) ? ["aws:kms", "key-1"] : [null, null];
      expect([request.headers.get(name), request.headers.get(`${name}-aws-kms-key-id`)]).toEqual(expected);
    }
  });

  it("ask for the bucket's own key when none is named", async () => {
    await useAll(await open({ encryption: "AES256" }));
    const asked = seen.filter(({ headers }) => headers.get("x-amz-server-side-encryption") === "AES256");
    expect(asked).toEqual(seen.filter(begins));
    expect(seen.some(({ headers }) => headers.has("x-amz-server-side-encryption-aws-kms-key-id"))).toBe(false);
  });

  it("ask for the storage class of blobs, and not of what is removed again", async () => {
    await useAll(await open({ storageClass: "STANDARD_IA" }));
    const classOf = ({ headers }: FakeRequest) => headers.get("x-amz-storage-class");
    for (const request of seen) {
      const blob = request.method !== "GET" && isBlob(request);
      expect([request.name, classOf(request)]).toEqual([request.name, blob ? "STANDARD_IA" : null]);
    }
    expect(seen.some(({ name, method }) => method === "PUT" && name.endsWith(".tail"))).toBe(true);
  });
});

describe("the parts of an upload", () => {
  const isPart = ({ query }: FakeRequest) => query.has("partNumber");

  it("are sent four at a time, while the next is filled", async () => {
    let send = () => {};
    const held = new Promise<void>((resolve) => {
      send = resolve;
    });
    bucket.faults.push((request, answer) => (isPart(request) ? held.then(answer) : null));
    const writer = await (await open({})).openWriter(freshKey(), atStart);
    for (let i = 0; i < 40; i++) await writer.write(piece);
    const more = writer.write(piece);
    expect(await Promise.race([more.then(() => "taken"), pause(200)])).toBe("waits");
    expect(seen.filter(isPart).length).toBe(4);
    send();
    await more;
    expect((await writer.seal()).sizeBytes).toBe(41 * mebibyte);
    expect(seen.filter(isPart).length).toBe(6);
  });
});

const pause = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve("waits"), ms));

describe("an address for others", () => {
  const key = freshKey();
  const presign = async (place: Partial<S3Place>, credentials?: S3Credentials) => {
    const store = await open({ prefix: "a/b", ...place }, credentials);
    return new URL((await store.presign?.(key, { seconds: 60 })) as string);
  };

  it("names one object, for a time, and holds no secret", async () => {
    const url = await presign({});
    expect(url.origin + url.pathname).toBe(`https://s3.example.com/bucket/a/b/${key}`);
    const { "X-Amz-Date": date, "X-Amz-Signature": signature, ...rest } = Object.fromEntries(url.searchParams);
    expect(date).toMatch(/^\d{8}T\d{6}Z$/);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
    expect(rest).toEqual({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `AKIDEXAMPLE/${date?.slice(0, 8)}/us-east-1/s3/aws4_request`,
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host",
    });
    expect(url.href).not.toContain(keys.secretAccessKey);
  });

  it("has the bucket in the host name, and the token of lent keys", async () => {
    const url = await presign({ style: "virtual", endpoint: null }, { ...keys, sessionToken: "lent" });
    expect(url.origin + url.pathname).toBe(`https://bucket.s3.us-east-1.amazonaws.com/a/b/${key}`);
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe("lent");
  });

  it("costs no request", async () => {
    const store = await open({});
    seen.length = 0;
    await store.presign?.(key, { seconds: 60 });
    expect(seen).toEqual([]);
  });
});
