import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, randomContent, unknownDigest } from "./content.ts";
import { beginUpload, errorCode, locationOf, send, sendChunk, streamOf, withDigest } from "./requests.ts";

const repo = "chunked/blobs";

describeMatrix("chunked uploads", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  it("tells all that clients look for when it opens a session", async () => {
    const answer = await send(berth, "POST", `/v2/${repo}/blobs/uploads/`, { headers: { "Content-Length": "0" } });
    expect(answer.status).toBe(202);
    expect(answer.headers.get("range")).toBe("0-0");
    expect(answer.headers.get("content-length")).toBe("0");
    const id = answer.headers.get("docker-upload-uuid");
    expect(locationOf(answer)).toBe(`/v2/${repo}/blobs/uploads/${id}`);
  });

  describe.each(algorithms)("%s", (algorithm) => {
    const finish = async (location: string, digest: string, bytes: Uint8Array<ArrayBuffer>) => {
      const put = await send(berth, "PUT", withDigest(location, digest));
      expect([put.status, put.headers.get("docker-content-digest")]).toEqual([201, digest]);
      expect(Buffer.compare((await send(berth, "GET", locationOf(put))).body, bytes)).toBe(0);
    };

    it("takes one chunk and a closing PUT", async () => {
      const { bytes, digest } = randomContent(4000, algorithm);
      const patch = await sendChunk(berth, await beginUpload(berth, repo), bytes, 0);
      expect([patch.status, patch.headers.get("range")]).toEqual([202, "0-3999"]);
      expect(patch.headers.get("docker-upload-uuid")).toBeTruthy();
      await finish(locationOf(patch), digest, bytes);
    });

    it.each([
      ["without", ""],
      ["with", `?digest-algorithm=${algorithm}`],
    ])(
      "takes many chunks %s the algorithm named at the start, each answer telling the last byte of the whole",
      async (_, query) => {
        const { bytes, digest } = randomContent(2_500_000, algorithm);
        const begun = await send(berth, "POST", `/v2/${repo}/blobs/uploads/${query}`);
        let location = locationOf(begun);
        const sizes = [1, 1023, 1_048_576, 300_000, bytes.byteLength - 1024 - 1_048_576 - 300_000];
        let at = 0;
        for (const size of sizes) {
          const patch = await sendChunk(berth, location, bytes.slice(at, at + size), at);
          at += size;
          expect([patch.status, patch.headers.get("range")]).toEqual([202, `0-${at - 1}`]);
          location = locationOf(patch);
        }
        await finish(location, digest, bytes);
      },
    );

    it("takes the last chunk in the closing PUT", async () => {
      const { bytes, digest } = randomContent(3000, algorithm);
      const patch = await sendChunk(berth, await beginUpload(berth, repo), bytes.slice(0, 2000), 0);
      const headers = { "Content-Range": "2000-2999" };
      const put = await send(berth, "PUT", withDigest(locationOf(patch), digest), { body: bytes.slice(2000), headers });
      expect(put.status).toBe(201);
      expect((await send(berth, "GET", locationOf(put))).body).toEqual(bytes);
    });

    it("takes a stream without length and range", async () => {
      const { bytes, digest } = randomContent(300_000, algorithm);
      const location = await beginUpload(berth, repo);
      const body = streamOf(bytes.subarray(0, 5), bytes.subarray(5, 200_000), bytes.subarray(200_000));
      const patch = await send(berth, "PATCH", location, { body });
      expect([patch.status, patch.headers.get("range")]).toEqual([202, "0-299999"]);
      await finish(locationOf(patch), digest, bytes);
    });

    it("appends chunks that name no range", async () => {
      const { bytes, digest } = randomContent(5000, algorithm);
      const location = await beginUpload(berth, repo);
      await sendChunk(berth, location, bytes.slice(0, 1000));
      await send(berth, "PATCH", location, { body: streamOf(bytes.subarray(1000, 3000)) });
      const last = await sendChunk(berth, location, bytes.slice(3000));
      expect(last.headers.get("range")).toBe("0-4999");
      await finish(location, digest, bytes);
    });

    it("mixes ranged chunks, streams and a closing PUT with bytes", async () => {
      const { bytes, digest } = randomContent(200_000, algorithm);
      const location = await beginUpload(berth, repo);
      await send(berth, "PATCH", location, { body: streamOf(bytes.subarray(0, 70_000)) });
      await sendChunk(berth, location, bytes.slice(70_000, 140_000), 70_000);
      const put = await send(berth, "PUT", withDigest(location, digest), { body: streamOf(bytes.subarray(140_000)) });
      expect(put.status).toBe(201);
      expect((await send(berth, "GET", locationOf(put))).body).toEqual(bytes);
    });

    it("refuses a digest that the chunks do not have, whichever request brings the last of them", async () => {
      const { bytes } = randomContent(2000, algorithm);
      const digest = unknownDigest(algorithm);
      const wrong = async (location: string, sending = {}) => {
        const put = await send(berth, "PUT", withDigest(location, digest), sending);
        expect([put.status, errorCode(put)]).toEqual([400, "DIGEST_INVALID"]);
        expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
      };
      const chunked = await beginUpload(berth, repo);
      await sendChunk(berth, chunked, bytes, 0);
      await wrong(chunked);
      const closing = await beginUpload(berth, repo);
      await sendChunk(berth, closing, bytes.slice(0, 1000), 0);
      await wrong(closing, { body: bytes.slice(1000), headers: { "Content-Range": "1000-1999" } });
      const streamed = await beginUpload(berth, repo);
      await send(berth, "PATCH", streamed, { body: streamOf(bytes) });
      await wrong(streamed);
    });
  });

  it("finishes with sha512 a session that was opened for sha256, and the other way round", async () => {
    for (const [named, used] of [
      ["sha256", "sha512"],
      ["sha512", "sha256"],
    ] as const) {
      const { bytes, digest } = randomContent(3000, used);
      const begun = await send(berth, "POST", `/v2/${repo}/blobs/uploads/?digest-algorithm=${named}`);
      await sendChunk(berth, locationOf(begun), bytes.slice(0, 1000), 0);
      await sendChunk(berth, locationOf(begun), bytes.slice(1000), 1000);
      const put = await send(berth, "PUT", withDigest(locationOf(begun), digest));
      expect([put.status, put.headers.get("docker-content-digest")]).toEqual([201, digest]);
    }
  });

  it("reads Content-Range with the prefix and the total that some clients send", async () => {
    const { bytes, digest } = randomContent(20);
    const location = await beginUpload(berth, repo);
    const first = { body: bytes.slice(0, 10), headers: { "Content-Range": "bytes 0-9/20" } };
    expect((await send(berth, "PATCH", location, first)).status).toBe(202);
    const second = { body: bytes.slice(10), headers: { "Content-Range": "bytes=10-19" } };
    expect((await send(berth, "PATCH", location, second)).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
  });
});
