// The S3 store when the bucket misbehaves: answers that are lost, cut or lie, refusals that pass, and one that does not answer.
import { beforeEach, describe, expect, it } from "vitest";
import type { BlobStore } from "#ports/blob-store.ts";
import { atStart, freshKey, patternOf, readAll } from "#test/suites/blob-store-harness.ts";
import { createFakeBucket, type FakeBucket, type FakeRequest, keys, refuse, times } from "./s3-fake.ts";

const mebibyte = 1024 * 1024;
const piece = patternOf(mebibyte);

let bucket: FakeBucket;
let store: BlobStore;
beforeEach(async () => {
  bucket = createFakeBucket();
  store = await bucket.open();
  bucket.log.length = 0;
});

async function put(pieces: number): Promise<string> {
  const key = freshKey();
  const writer = await store.openWriter(key, atStart);
  for (let i = 0; i < pieces; i++) await writer.write(piece);
  await writer.seal();
  return key;
}

async function expectWhole(key: string, pieces: number) {
  const bytes = await readAll(await store.read(key, { start: 0, end: pieces * mebibyte - 1 }));
  expect(Buffer.compare(bytes, Buffer.concat(Array(pieces).fill(piece)))).toBe(0);
  expect([[...bucket.objects.keys()].filter((name) => name.startsWith(key)), bucket.uploads.size]).toEqual([[key], 0]);
}

const isPart = ({ query }: FakeRequest) => query.has("partNumber");
const isBegin = ({ method, query }: FakeRequest) => method === "POST" && query.has("uploads");
const isComplete = ({ method, query }: FakeRequest) => method === "POST" && query.has("uploadId");
const isSmallPut = ({ method, query }: FakeRequest) => method === "PUT" && !query.has("partNumber");
const isRead = ({ method, name }: FakeRequest) => method === "GET" && name !== "";
const lostAnswer = async (answer: () => Response): Promise<Response> => {
  answer();
  throw new TypeError("fetch failed");
};

describe("an upload is whole", () => {
  it("after parts that were refused for a passing reason", async () => {
    bucket.faults.push(times(5, (request) => (isPart(request) ? refuse(503, "SlowDown") : null)));
    await expectWhole(await put(20), 20);
  });

  it("after answers that never came", async () => {
    for (const is of [isPart, isBegin, isComplete, isSmallPut])
      bucket.faults.push(times(2, (request, answer) => (is(request) ? lostAnswer(answer) : null)));
    await expectWhole(await put(20), 20);
    await expectWhole(await put(1), 1);
  });

  it("after a 200 whose body is an error", async () => {
    const error = () => refuse(200, "InternalError");
    bucket.faults.push(times(2, (request) => (isComplete(request) ? error() : null)));
    await expectWhole(await put(9), 9);
  });

  it("after a 200 whose body broke off", async () => {
    const cut = (answer: () => Response) =>
      answer()
        .text()
        .then((text) => new Response(text.slice(0, -5)));
    bucket.faults.push(times(1, (request, answer) => (isComplete(request) ? cut(answer) : null)));
    await expectWhole(await put(9), 9);
  });

  it("with credentials that ran out on the way", async () => {
    const used: string[] = [];
    const fresh = { ...keys, accessKeyId: "FRESH" };
    let current = keys;
    store = await bucket.open({
      credentials: async (stale) => {
        if (stale) current = fresh;
        used.push(current.accessKeyId);
        return current;
      },
    });
    bucket.faults.push(({ headers }) =>
      headers.get("authorization")?.includes("FRESH") ? null : refuse(400, "ExpiredToken"),
    );
    await expectWhole(await put(9), 9);
    expect(used.at(-1)).toBe("FRESH");
  });
});

describe("an upload fails in the store's own words", () => {
  it.each([
    ["full", 507, "XMinioStorageFull"],
    ["full", 403, "QuotaExceeded"],
    ["lost", 404, "NoSuchUpload"],
    ["unavailable", 403, "AccessDenied"],
  ])("%s when a part is answered %i %s", async (problem, status, code) => {
    bucket.faults.push((request) => (isPart(request) ? refuse(status, code) : null));
    await expect(put(20)).rejects.toMatchObject({ problem, message: expect.stringContaining(code) });
  });

  it("lost when somebody else put it together", async () => {
    bucket.faults.push(
      times(1, (request) => {
        if (isComplete(request)) bucket.uploads.clear();
        return null;
      }),
    );
    await expect(put(9)).rejects.toMatchObject({ problem: "lost" });
  });

  it("unavailable within a bound of time when nothing answers, and says nothing of keys", async () => {
    bucket.faults.push(() => new Promise<Response>(() => {}));
    const started = performance.now();
    const error = await store.stat(freshKey()).catch((thrown) => thrown);
    expect(error).toMatchObject({ problem: "unavailable", code: "TimeoutError" });
    expect(performance.now() - started).toBeLessThan(14_000);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toMatch(/sEcReT|AKIDEXAMPLE|Signature/);
  });

  it("too large before a byte beyond the parts is taken", async () => {
    expect(store.maxObjectBytes).toBe(584_000 * mebibyte);
    const offset = 584_000 * mebibyte - 5;
    const etags = Array(9_999).fill("a");
    const tail = { ending: 0, sizeBytes: 64 * mebibyte - 5, etag: "b" };
    const key = freshKey();
    bucket.objects.set(`${key}.tail`, { bytes: new Uint8Array(tail.sizeBytes), etag: "b", mark: null });
    const state = { version: 1, upload: { id: "u", mark: "m" }, etags, tail, replaces: null };
    const writer = await store.openWriter(key, { offset, state });
    await expect(writer.write(piece)).rejects.toMatchObject({ problem: "too large" });
    await writer.abort();
  });
});

describe("a read", () => {
  /** The true answer, cut after so many bytes: with an error, or as if it ended there. */
  const cutAfter = (count: number, how: "error" | "end") => async (answer: () => Response) => {
    const whole = answer();
    const bytes = new Uint8Array(await whole.arrayBuffer()).subarray(0, count);
    const body = new ReadableStream(
      {
        start: (controller) => controller.enqueue(bytes),
        pull: (controller) => (how === "end" ? controller.close() : controller.error(new TypeError("terminated"))),
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status: whole.status, headers: whole.headers });
  };

  it.each(["error", "end"] as const)("goes on at the byte where a stream was cut: %s", async (how) => {
    const key = await put(3);
    bucket.faults.push(times(5, (request, answer) => (isRead(request) ? cutAfter(300_000, how)(answer) : null)));
    await expectWhole(key, 3);
    expect(bucket.log.filter((line) => line.startsWith(`GET ${key}`))).toHaveLength(6);
  });

  it("breaks when the object was changed between two connections", async () => {
    const key = await put(1);
    bucket.faults.push(times(1, (request, answer) => (isRead(request) ? cutAfter(1000, "end")(answer) : null)));
    const body = await store.read(key, { start: 0, end: mebibyte - 1 });
    bucket.objects.set(key, { bytes: patternOf(mebibyte, 7), etag: "other", mark: null });
    await expect(readAll(body)).rejects.toMatchObject({ problem: "lost" });
  });

  it("is given up when connection after connection brings nothing", async () => {
    const key = await put(1);
    bucket.faults.push((request, answer) => (isRead(request) ? cutAfter(0, "end")(answer) : null));
    const body = await store.read(key, { start: 0, end: mebibyte - 1 });
    await expect(readAll(body)).rejects.toMatchObject({ problem: "unavailable" });
  });

  it("breaks when the bucket gives all instead of a range", async () => {
    const key = await put(1);
    bucket.faults.push((request) => (isRead(request) ? new Response(piece) : null));
    await expect(store.read(key, { start: 5, end: 10 })).rejects.toMatchObject({ problem: "unavailable" });
  });
});

describe("the check at the start", () => {
  it.each([
    ["s3:PutObject on arn:aws:s3:::bucket/*", isSmallPut],
    ["s3:GetObject on arn:aws:s3:::bucket/*", isRead],
    [
      "s3:AbortMultipartUpload on arn:aws:s3:::bucket/*",
      ({ method, query }: FakeRequest) => method === "DELETE" && query.has("uploadId"),
    ],
    [
      "s3:ListBucketMultipartUploads on arn:aws:s3:::bucket",
      ({ method, query }: FakeRequest) => method === "GET" && query.has("uploads"),
    ],
    ["s3:ListBucket on arn:aws:s3:::bucket", ({ query }: FakeRequest) => query.has("list-type")],
    [
      "s3:DeleteObject on arn:aws:s3:::bucket/*",
      ({ method, query }: FakeRequest) => method === "DELETE" && !query.has("uploadId"),
    ],
  ])("names the permission that is missing: %s", async (permission, is) => {
    bucket.faults.push((request) => (is(request) ? refuse(403, "AccessDenied") : null));
    await expect(bucket.open()).rejects.toThrow(`the permission ${permission} is missing (AccessDenied)`);
  });

  it.each([
    ["it is in another region, set region=eu-west-1", 301, "PermanentRedirect", "<Region>eu-west-1</Region>"],
    ["clock is wrong", 403, "RequestTimeTooSkewed", ""],
    ["correct sse= and kmsKey=", 400, "KMS.NotFoundException", ""],
  ])("says: %s", async (line, status, code, more) => {
    bucket.faults.push(() => refuse(status, code, more));
    await expect(bucket.open()).rejects.toThrow(line);
  });

  it("says at once that a certificate is not trusted: trying again does not help", async () => {
    const cause = Object.assign(new Error("self-signed"), { code: "SELF_SIGNED_CERT_IN_CHAIN" });
    bucket.faults.push(() => Promise.reject(new TypeError("fetch failed", { cause })));
    bucket.log.length = 0;
    await expect(bucket.open()).rejects.toThrow("its certificate is not trusted (SELF_SIGNED_CERT_IN_CHAIN)");
    expect(bucket.log.length).toBe(1);
  });

  it("leaves no object behind, and does without conditions where the server does not know them", async () => {
    bucket.faults.push(({ headers }) => (headers.has("if-none-match") ? refuse(501, "NotImplemented") : null));
    store = await bucket.open();
    expect(bucket.objects.size).toBe(0);
    await expectWhole(await put(9), 9);
    expect(await store.ensureIdentity("one")).toBe("one");
    expect(await store.ensureIdentity("two")).toBe("one");
  });
});
