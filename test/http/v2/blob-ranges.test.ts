import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, type Content, contentOf, randomContent, unknownDigest } from "./content.ts";
import { errorCode, pushBlob, send } from "./requests.ts";

const repo = "ranges/blobs";

describeMatrix("ranges of blobs", (kind) => {
  const stored = needs("a store of the test's", kind);
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  describe.each(algorithms)("%s", (algorithm) => {
    let blob: Content;
    beforeAll(async () => {
      blob = await pushBlob(berth, repo, randomContent(2048, algorithm));
    });
    const get = (headers: Record<string, string>, method = "GET") =>
      send(berth, method, `/v2/${repo}/blobs/${blob.digest}`, { headers });

    it.each([
      ["bytes=500-1499", 500, 1499],
      ["bytes=500-", 500, 2047],
      ["bytes=-500", 1548, 2047],
      ["bytes=2000-5000", 2000, 2047],
      ["bytes=0-0", 0, 0],
      ["bytes=2047-2047", 2047, 2047],
      ["bytes=-5000", 0, 2047],
      ["bytes=0-", 0, 2047],
      ["Bytes=0-1", 0, 1],
      ["bytes=5-6, 5000-", 5, 6],
    ])("serves %s", async (range, start, end) => {
      const answer = await get({ Range: range });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("content-range")).toBe(`bytes ${start}-${end}/2048`);
      expect(answer.headers.get("content-length")).toBe(String(end - start + 1));
      expect(answer.headers.get("docker-content-digest")).toBe(blob.digest);
      expect(answer.body).toEqual(blob.bytes.slice(start, end + 1));
    });

    it.each(["bytes=500-0", "bytes=5000-10000", "bytes=2048-", "bytes=-0", "bytes=99999999999999999999999-"])(
      "answers 416 to %s, in the form of every error",
      async (range) => {
        const answer = await get({ Range: range });
        expect(answer.status).toBe(416);
        expect(answer.headers.get("content-range")).toBe("bytes */2048");
        errorCode(answer);
        expect(answer.headers.get("content-length")).toBe(String(answer.body.byteLength));
      },
    );

    it.each(["bytes=abc", "bytes=1-2-3", "lines=1-2", "bytes", "bytes=-"])(
      "ignores the malformed %s",
      async (range) => {
        const answer = await get({ Range: range });
        expect([answer.status, answer.body.byteLength]).toEqual([200, 2048]);
      },
    );

    it("ignores a range in HEAD, for which none is defined (RFC 9110 14.2)", async () => {
      for (const range of ["bytes=0-9", "bytes=0-1,5-6", "bytes=5000-"]) {
        const answer = await get({ Range: range }, "HEAD");
        expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "2048"]);
      }
    });

    it("serves a range when If-Range names the blob, and the whole when it names another", async () => {
      expect((await get({ Range: "bytes=0-9", "If-Range": `"${blob.digest}"` })).status).toBe(206);
      for (const other of [`"${unknownDigest()}"`, `W/"${blob.digest}"`, "Wed, 21 Oct 2015 07:28:00 GMT"]) {
        const answer = await get({ Range: "bytes=0-9", "If-Range": other });
        expect([answer.status, answer.body.byteLength]).toEqual([200, 2048]);
      }
    });

    it("prefers 304 to a range", async () => {
      expect((await get({ Range: "bytes=0-9", "If-None-Match": `"${blob.digest}"` })).status).toBe(304);
    });

    it("serves several ranges as multipart/byteranges with a plain boundary", async () => {
      const ranges = [
        [0, 9],
        [100, 199],
        [50, 60],
        [2040, 2047],
      ] as const;
      const answer = await get({ Range: "bytes=0-9,100-199, 50-60 ,-8" });
      expect(answer.status).toBe(206);
      expect(answer.headers.get("content-range")).toBeNull();
      const boundary = /^multipart\/byteranges; boundary=([A-Za-z0-9:-]+)$/.exec(
        answer.headers.get("content-type") ?? "",
      )?.[1];
      expect(boundary).toBeTruthy();
      expect(answer.headers.get("content-length")).toBe(String(answer.body.byteLength));
      const parts = Buffer.from(answer.body).toString("latin1").split(`--${boundary}`);
      expect(parts[0]).toBe("");
      expect(parts.at(-1)).toBe("--\r\n");
      const got = parts.slice(1, -1).map((part) => {
        const [head = "", ...rest] = part.split("\r\n\r\n");
        return { head, body: rest.join("\r\n\r\n").slice(0, -2) };
      });
      expect(got.length).toBe(ranges.length);
      for (const [i, [start, end]] of ranges.entries()) {
        expect(got[i]?.head).toContain(`Content-Range: bytes ${start}-${end}/2048`);
        expect(got[i]?.body).toBe(Buffer.from(blob.bytes.slice(start, end + 1)).toString("latin1"));
      }
    });
  });

  it("answers 416 to any range of the empty blob, and serves it whole without", async () => {
    const empty = await pushBlob(berth, repo, contentOf(""));
    const path = `/v2/${repo}/blobs/${empty.digest}`;
    const ranged = await send(berth, "GET", path, { headers: { Range: "bytes=0-0" } });
    expect([ranged.status, ranged.headers.get("content-range")]).toEqual([416, "bytes */0"]);
    const whole = await send(berth, "GET", path);
    expect([whole.status, whole.headers.get("content-length")]).toEqual([200, "0"]);
  });

  it("serves a range across the pieces in which it reads", async () => {
    const blob = await pushBlob(berth, repo, randomContent(1_000_000));
    const headers = { Range: "bytes=262000-800000" };
    const answer = await send(berth, "GET", `/v2/${repo}/blobs/${blob.digest}`, { headers });
    expect(Buffer.compare(answer.body, blob.bytes.slice(262_000, 800_001))).toBe(0);
  });

  stored.it(
    stored.name("reports bytes that the store has lost, and never ends a shortened stream cleanly"),
    async () => {
      const blob = await pushBlob(berth, repo, randomContent(1000));
      for await (const key of berth.ctx.blobs.keys()) {
        const stat = await berth.ctx.blobs.stat(key);
        if (stat?.sizeBytes !== 1000) continue;
        const writer = await berth.ctx.blobs.openWriter(key, { offset: 10, state: null });
        await writer.seal();
      }
      const path = `/v2/${repo}/blobs/${blob.digest}`;
      const shortened = await send(berth, "GET", path).catch(() => null);
      expect([404, undefined]).toContain(shortened?.status);
      for await (const key of berth.ctx.blobs.keys())
        if ((await berth.ctx.blobs.stat(key))?.sizeBytes === 10) await berth.ctx.blobs.remove(key);
      const lost = await send(berth, "GET", path);
      expect([lost.status, errorCode(lost)]).toEqual([404, "BLOB_UNKNOWN"]);
    },
  );
});
