import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, contentOf, randomContent, unknownDigest } from "./content.ts";
import { beginUpload, errorCode, locationOf, send, streamOf, withDigest } from "./requests.ts";

const repo = "whole/blobs";
const uploads = `/v2/${repo}/blobs/uploads/`;

describeMatrix("whole blobs", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  describe.each(algorithms)("%s", (algorithm) => {
    it("takes a blob in one POST with its digest", async () => {
      const { bytes, digest } = randomContent(5000, algorithm);
      const answer = await send(berth, "POST", `${uploads}?digest=${digest}`, { body: bytes });
      expect(answer.status).toBe(201);
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
      expect(locationOf(answer)).toBe(`/v2/${repo}/blobs/${digest}`);
      expect((await send(berth, "GET", locationOf(answer))).body).toEqual(bytes);
    });

    it("takes a blob in one POST without a length", async () => {
      const { bytes, digest } = randomContent(150_000, algorithm);
      const body = streamOf(bytes.subarray(0, 70_000), bytes.subarray(70_000));
      const answer = await send(berth, "POST", `${uploads}?digest=${digest}`, { body });
      expect(answer.status).toBe(201);
      expect((await send(berth, "GET", locationOf(answer))).body).toEqual(bytes);
    });

    it("takes a blob by POST and PUT", async () => {
      const { bytes, digest } = randomContent(5000, algorithm);
      const location = await beginUpload(berth, repo);
      const answer = await send(berth, "PUT", withDigest(location, digest), { body: bytes });
      expect(answer.status).toBe(201);
      expect(answer.headers.get("docker-content-digest")).toBe(digest);
      expect(answer.body.byteLength).toBe(0);
      expect((await send(berth, "GET", locationOf(answer))).body).toEqual(bytes);
    });

    it("takes a closing PUT without a length", async () => {
      const { bytes, digest } = randomContent(90_000, algorithm);
      const location = await beginUpload(berth, repo);
      const answer = await send(berth, "PUT", withDigest(location, digest), { body: streamOf(bytes) });
      expect(answer.status).toBe(201);
    });

    it("takes a session that was opened for the algorithm", async () => {
      const { bytes, digest } = randomContent(3000, algorithm);
      const begun = await send(berth, "POST", `${uploads}?digest-algorithm=${algorithm}`);
      expect(begun.status).toBe(202);
      const answer = await send(berth, "PUT", withDigest(locationOf(begun), digest), { body: bytes });
      expect(answer.status).toBe(201);
    });

    it.each([0, 1, 2, 65_535, 65_536, 65_537, 1_048_576, 1_048_577, 3_000_000])(
      "keeps %i bytes exactly",
      async (size) => {
        const { bytes, digest } = randomContent(size, algorithm);
        const location = await beginUpload(berth, repo);
        expect((await send(berth, "PUT", withDigest(location, digest), { body: bytes })).status).toBe(201);
        const got = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`);
        expect(got.headers.get("content-length")).toBe(String(size));
        expect(Buffer.compare(got.body, bytes)).toBe(0);
      },
    );

    it.each([
      ["the empty blob", ""],
      ["{}", "{}"],
    ])("takes %s by every way, any number of times", async (_, text) => {
      const { bytes, digest } = contentOf(text, algorithm);
      const posted = await send(berth, "POST", `${uploads}?digest=${digest}`, { body: bytes });
      expect(posted.status).toBe(201);
      const put = await send(berth, "PUT", withDigest(await beginUpload(berth, repo), digest), { body: bytes });
      expect(put.status).toBe(201);
      const patched = await beginUpload(berth, repo);
      expect((await send(berth, "PATCH", patched, { body: streamOf(bytes) })).status).toBe(202);
      expect((await send(berth, "PUT", withDigest(patched, digest))).status).toBe(201);
      const head = await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`);
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes.byteLength)]);
      expect((await send(berth, "GET", `/v2/${repo}/blobs/${digest}`)).body).toEqual(bytes);
    });

    it("refuses bytes of another digest in a POST and keeps nothing", async () => {
      const digest = unknownDigest(algorithm);
      const answer = await send(berth, "POST", `${uploads}?digest=${digest}`, { body: randomContent().bytes });
      expect([answer.status, errorCode(answer)]).toEqual([400, "DIGEST_INVALID"]);
      expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
    });

    it("refuses bytes of another digest in a closing PUT, which ends the session", async () => {
      const digest = unknownDigest(algorithm);
      const location = await beginUpload(berth, repo);
      const answer = await send(berth, "PUT", withDigest(location, digest), { body: randomContent().bytes });
      expect([answer.status, errorCode(answer)]).toEqual([400, "DIGEST_INVALID"]);
      expect((await send(berth, "GET", location)).status).toBe(404);
      expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
    });
  });

  it("answers 202 to a POST that names a digest and brings nothing, and goes on with the session", async () => {
    const { bytes, digest } = randomContent();
    const path = `${uploads}?digest=${digest}`;
    const answer = await send(berth, "POST", path, { headers: { "Content-Length": "0" } });
    expect(answer.status).toBe(202);
    const put = await send(berth, "PUT", withDigest(locationOf(answer), digest), { body: bytes });
    expect(put.status).toBe(201);
  });

  it("keeps one content under both names when both were used", async () => {
    const text = crypto.randomUUID();
    for (const algorithm of algorithms) {
      const { bytes, digest } = contentOf(text, algorithm);
      expect((await send(berth, "POST", `${uploads}?digest=${digest}`, { body: bytes })).status).toBe(201);
    }
    for (const algorithm of algorithms) {
      const { bytes, digest } = contentOf(text, algorithm);
      const got = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`);
      expect(got.headers.get("docker-content-digest")).toBe(digest);
      expect(got.body).toEqual(bytes);
    }
  });

  it.each(["application/json", "application/octet-stream", "text/plain; charset=utf-8", "x"])(
    "does not mind the Content-Type %s",
    async (type) => {
      const { bytes, digest } = randomContent();
      const headers = { "Content-Type": type };
      const begun = await send(berth, "POST", uploads, { headers: { ...headers, "Content-Length": "0" } });
      expect(begun.status).toBe(202);
      expect((await send(berth, "PATCH", locationOf(begun), { body: bytes, headers })).status).toBe(202);
      const put = await send(berth, "PUT", withDigest(locationOf(begun), digest), { headers });
      expect(put.status).toBe(201);
    },
  );

  it.each(["sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", "nonsense", `sha256:${"G".repeat(64)}`, ""])(
    "refuses the digest %j",
    async (digest) => {
      const location = await beginUpload(berth, repo);
      const put = await send(berth, "PUT", withDigest(location, digest), { body: randomContent().bytes });
      expect([put.status, errorCode(put)]).toEqual([400, "DIGEST_INVALID"]);
      const post = await send(berth, "POST", `${uploads}?digest=${digest}`, { body: randomContent().bytes });
      expect([post.status, errorCode(post)]).toEqual([400, "DIGEST_INVALID"]);
    },
  );

  it("refuses a closing PUT without a digest, and an algorithm that it cannot verify", async () => {
    const put = await send(berth, "PUT", await beginUpload(berth, repo), { body: randomContent().bytes });
    expect([put.status, errorCode(put)]).toEqual([400, "DIGEST_INVALID"]);
    const post = await send(berth, "POST", `${uploads}?digest-algorithm=md5`);
    expect([post.status, errorCode(post)]).toEqual([400, "DIGEST_INVALID"]);
  });
});
