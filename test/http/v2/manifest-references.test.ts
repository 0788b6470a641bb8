import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, imageOf } from "./content.ts";
import { errorCode, pushImage, pushManifest, putManifest, send } from "./requests.ts";

const repo = "references-of/tests";

describeMatrix("references of manifests", (kind) => {
  let berth: Target;
  let image: Awaited<ReturnType<typeof pushImage>>;
  beforeAll(async () => {
    berth = await startTarget(kind);
    image = await pushImage(berth, repo, { tag: "first" });
  });
  afterAll(() => berth.close());

  const variant = (algorithm: "sha256" | "sha512" = "sha256") =>
    imageOf(image.config, [image.layer], { id: crypto.randomUUID() }, algorithm);

  it.each(algorithms)(
    "point tags of the query at a manifest pushed by digest, and tell each (%s)",
    async (algorithm) => {
      const manifest = variant(algorithm);
      const tags = Array.from({ length: 12 }, (_, i) => `${algorithm}-tag.${i}`);
      const query = tags.map((tag) => `tag=${tag}`).join("&");
      const answer = await putManifest(berth, repo, manifest, `${manifest.digest}?${query}&tag=${tags[0]}`);
      expect(answer.status).toBe(201);
      expect(answer.headers.get("oci-tag")?.split(/,\s*/).sort()).toEqual(tags.toSorted());
      for (const tag of tags) {
        const got = await send(berth, "GET", `/v2/${repo}/manifests/${tag}`);
        expect([got.headers.get("docker-content-digest"), got.text]).toEqual([
          manifest.digest,
          new TextDecoder().decode(manifest.bytes),
        ]);
      }
    },
  );

  it("refuses tags of the query beside a tag, a malformed one, and too many", async () => {
    const manifest = variant();
    const beside = await putManifest(berth, repo, manifest, "by-tag?tag=other");
    expect([beside.status, errorCode(beside)]).toEqual([400, "MANIFEST_INVALID"]);
    const malformed = await putManifest(berth, repo, manifest, `${manifest.digest}?tag=.no`);
    expect([malformed.status, errorCode(malformed)]).toEqual([400, "MANIFEST_INVALID"]);
    const many = Array.from({ length: 101 }, (_, i) => `tag=t${i}`).join("&");
    const over = await putManifest(berth, repo, manifest, `${manifest.digest}?${many}`);
    expect(over.status).toBe(414);
    errorCode(over);
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${manifest.digest}`)).status).toBe(404);
  });

  it.each(["sha256:baddigeststring", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e", "a:b"])(
    "takes the reference %s for a digest, never for a tag",
    async (reference) => {
      const put = await putManifest(berth, repo, variant(), reference);
      expect([put.status, errorCode(put)]).toEqual([400, "DIGEST_INVALID"]);
      expect([400, 404]).toContain((await send(berth, "GET", `/v2/${repo}/manifests/${reference}`)).status);
    },
  );

  it.each([".x", "-x", "a".repeat(129), "a b", "a+b", "é"])(
    "refuses the tag %j in a push, and knows no such tag in a pull",
    async (tag) => {
      const path = encodeURIComponent(tag);
      const put = await putManifest(berth, repo, variant(), path);
      expect([put.status, errorCode(put)]).toEqual([400, "MANIFEST_INVALID"]);
      for (const method of ["GET", "DELETE"]) {
        const answer = await send(berth, method, `/v2/${repo}/manifests/${path}`);
        expect([answer.status, errorCode(answer)]).toEqual([404, "MANIFEST_UNKNOWN"]);
      }
      expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${path}`)).status).toBe(404);
    },
  );

  it.each(["_x", "1", "A.b-c_D", "x".repeat(128), "latest", "list", "uploads", "sha256-abc"])(
    "takes the tag %s",
    async (tag) => {
      const manifest = await pushManifest(berth, repo, variant(), tag);
      const got = await send(berth, "GET", `/v2/${repo}/manifests/${tag}`);
      expect(got.headers.get("docker-content-digest")).toBe(manifest.digest);
    },
  );
});
