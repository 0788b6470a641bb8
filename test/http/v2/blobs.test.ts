import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, contentOf, imageOf, randomContent, unknownDigest } from "./content.ts";
import { errorCode, pushBlob, pushImage, pushManifest, send } from "./requests.ts";

const repo = "layers/one";
const other = "layers/two";

describeMatrix("blobs", (kind) => {
  const timed = needs("time that the test moves", kind);
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await pushBlob(berth, repo);
    await pushBlob(berth, other);
  });
  afterAll(() => berth.close());

  describe.each(algorithms)("%s", (algorithm) => {
    it("serves the same headers by HEAD and by GET, and the bytes by GET alone", async () => {
      const { bytes, digest } = await pushBlob(berth, repo, randomContent(700_000, algorithm));
      const get = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`);
      const head = await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`);
      expect(Buffer.compare(get.body, bytes)).toBe(0);
      expect(head.body.byteLength).toBe(0);
      for (const { status, headers } of [get, head]) {
        expect(status).toBe(200);
        expect(headers.get("content-length")).toBe("700000");
        expect(headers.get("content-type")).toBe("application/octet-stream");
        expect(headers.get("docker-content-digest")).toBe(digest);
        expect(headers.get("etag")).toBe(`"${digest}"`);
        expect(headers.get("accept-ranges")).toBe("bytes");
        expect(headers.get("docker-distribution-api-version")).toBe("registry/2.0");
      }
    });

    it("answers 404 to a digest that is not there", async () => {
      const digest = unknownDigest(algorithm);
      const get = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`);
      expect([get.status, errorCode(get)]).toEqual([404, "BLOB_UNKNOWN"]);
      const head = await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`);
      expect([head.status, head.body.byteLength]).toEqual([404, 0]);
    });

    it("deletes in one repository alone, visible at once", async () => {
      const blob = await pushBlob(berth, repo, randomContent(100, algorithm));
      await pushBlob(berth, other, blob);
      expect((await send(berth, "DELETE", `/v2/${repo}/blobs/${blob.digest}`)).status).toBe(202);
      expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${blob.digest}`)).status).toBe(404);
      expect((await send(berth, "GET", `/v2/${other}/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
      const again = await send(berth, "DELETE", `/v2/${repo}/blobs/${blob.digest}`);
      expect([again.status, errorCode(again)]).toEqual([404, "BLOB_UNKNOWN"]);
      expect((await send(berth, "DELETE", `/v2/${other}/blobs/${blob.digest}`)).status).toBe(202);
    });

    timed.it(timed.name("takes a blob again that was deleted, also after its bytes were removed"), async () => {
      const blob = await pushBlob(berth, repo, randomContent(100, algorithm));
      for (const wait of [0, 7200]) {
        await send(berth, "DELETE", `/v2/${repo}/blobs/${blob.digest}`);
        berth.clock.advance(wait);
        for (const task of periodicTasks) await task.slice(berth.ctx);
        await pushBlob(berth, repo, blob);
        for (const task of periodicTasks) await task.slice(berth.ctx);
        expect((await send(berth, "GET", `/v2/${repo}/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
      }
    });

    it.each([
      ["quoted", (d: string) => `"${d}"`],
      ["without quotes", (d: string) => d],
      ["weak", (d: string) => `W/"${d}"`],
      ["in a list", (d: string) => `"x", "${d}"`],
      ["a star", () => "*"],
    ])("answers 304 to If-None-Match, %s", async (_, write) => {
      const { digest } = await pushBlob(berth, repo, randomContent(100, algorithm));
      const headers = { "If-None-Match": write(digest) };
      for (const method of ["GET", "HEAD"]) {
        const answer = await send(berth, method, `/v2/${repo}/blobs/${digest}`, { headers });
        expect([answer.status, answer.body.byteLength]).toEqual([304, 0]);
        expect(answer.headers.get("etag")).toBe(`"${digest}"`);
        expect(answer.headers.get("docker-content-digest")).toBe(digest);
      }
    });
  });

  it("serves the whole to If-None-Match with another digest", async () => {
    const { bytes, digest } = await pushBlob(berth, repo);
    const headers = { "If-None-Match": `"${unknownDigest()}"` };
    expect((await send(berth, "GET", `/v2/${repo}/blobs/${digest}`, { headers })).body).toEqual(bytes);
  });

  it.each([
    "sha256:totallywrong",
    "sha256:",
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    "nodigest",
    `sha512:${"a".repeat(64)}`,
  ])("answers 400 to the digest %s", async (digest) => {
    for (const method of ["GET", "DELETE"]) {
      const answer = await send(berth, method, `/v2/${repo}/blobs/${digest}`);
      expect([answer.status, errorCode(answer)]).toEqual([400, "DIGEST_INVALID"]);
    }
  });

  it("answers 404 NAME_UNKNOWN when the repository is not there", async () => {
    const answer = await send(berth, "GET", `/v2/layers/nowhere/blobs/${unknownDigest()}`);
    expect([answer.status, errorCode(answer)]).toEqual([404, "NAME_UNKNOWN"]);
  });

  it("refuses to delete what a manifest refers to, until that is deleted", async () => {
    const image = await pushImage(berth, repo);
    for (const { digest } of [image.config, image.layer]) {
      const refused = await send(berth, "DELETE", `/v2/${repo}/blobs/${digest}`);
      expect([refused.status, errorCode(refused)]).toEqual([405, "UNSUPPORTED"]);
      expect(refused.text).toContain(image.digest);
    }
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${image.digest}`)).status).toBe(202);
    for (const { digest } of [image.config, image.layer])
      expect((await send(berth, "DELETE", `/v2/${repo}/blobs/${digest}`)).status).toBe(202);
  });

  it("deletes in one repository what a manifest of another refers to", async () => {
    const image = await pushImage(berth, repo);
    await pushBlob(berth, other, image.layer);
    expect((await send(berth, "DELETE", `/v2/${other}/blobs/${image.layer.digest}`)).status).toBe(202);
    expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${image.layer.digest}`)).status).toBe(200);
  });

  it("never compresses", async () => {
    const blob = await pushBlob(berth, repo, contentOf("a".repeat(100_000)));
    const config = await pushBlob(berth, repo, contentOf("{}"));
    const manifest = await pushManifest(berth, repo, imageOf(config, [blob]));
    const headers = { "Accept-Encoding": "zstd;q=1, gzip;q=0.8, deflate;q=0.5, br" };
    for (const [path, size] of [
      [`/v2/${repo}/blobs/${blob.digest}`, 100_000],
      [`/v2/${repo}/manifests/${manifest.digest}`, manifest.size],
    ] as const) {
      const answer = await send(berth, "GET", path, { headers });
      expect(answer.headers.get("content-encoding")).toBeNull();
      expect(answer.headers.get("content-length")).toBe(String(size));
      expect(answer.body.byteLength).toBe(size);
    }
  });

  it("does not mind the parameter ns", async () => {
    const { bytes, digest } = await pushBlob(berth, repo);
    expect((await send(berth, "GET", `/v2/${repo}/blobs/${digest}?ns=docker.io`)).body).toEqual(bytes);
  });

  it("reads a digest that is percent-encoded", async () => {
    const { bytes, digest } = await pushBlob(berth, repo);
    expect((await send(berth, "GET", `/v2/${repo}/blobs/${encodeURIComponent(digest)}`)).body).toEqual(bytes);
  });
});
