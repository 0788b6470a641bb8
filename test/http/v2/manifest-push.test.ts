import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mediaTypes } from "#oci/media-type.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import {
  algorithms,
  contentOf,
  descriptorOf,
  imageOf,
  type ManifestContent,
  manifestOf,
  randomContent,
  unknownDigest,
} from "./content.ts";
import { errorCode, pushBlob, pushImage, pushManifest, putManifest, send, streamOf } from "./requests.ts";

const repo = "manifests-of/tests";

describeMatrix("pushing manifests", (kind) => {
  let berth: Target;
  let image: Awaited<ReturnType<typeof pushImage>>;
  beforeAll(async () => {
    berth = await startTarget(kind);
    image = await pushImage(berth, repo, { tag: "first" });
  });
  afterAll(() => berth.close());

  const variant = (more: object = {}, algorithm: "sha256" | "sha512" = "sha256") =>
    imageOf(image.config, [image.layer], { id: crypto.randomUUID(), ...more }, algorithm);
  const padded = (sizeBytes: number): ManifestContent => {
    const base = variant({ pad: "" });
    const text = new TextDecoder()
      .decode(base.bytes)
      .replace('"pad":""', `"pad":"${"x".repeat(sizeBytes - base.size)}"`);
    const content = contentOf(text);
    return { ...content, mediaType: base.mediaType, size: content.bytes.byteLength };
  };

  describe.each(algorithms)("%s", (algorithm) => {
    it("refuses bytes that do not have the digest, and stores nothing", async () => {
      const manifest = variant({}, algorithm);
      const spoiled = { ...manifest, bytes: contentOf(`${new TextDecoder().decode(manifest.bytes)}  `).bytes };
      const answer = await putManifest(berth, repo, spoiled, manifest.digest);
      expect([answer.status, errorCode(answer)]).toEqual([400, "DIGEST_INVALID"]);
      expect((await send(berth, "GET", `/v2/${repo}/manifests/${manifest.digest}`)).status).toBe(404);
    });

    it("points tags of the query at a manifest pushed by digest, and tells each", async () => {
      const manifest = variant({}, algorithm);
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
    });

    it("takes a manifest again", async () => {
      const manifest = await pushManifest(berth, repo, variant({}, algorithm));
      await pushManifest(berth, repo, manifest);
    });
  });

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

  it("takes 4,194,304 bytes and refuses the next, with and without a length", async () => {
    const most = padded(4_194_304);
    const over = padded(4_194_305);
    const headers = { "Content-Type": most.mediaType };
    const path = (m: ManifestContent) => `/v2/${repo}/manifests/${m.digest}`;
    for (const body of [most.bytes, streamOf(most.bytes.subarray(0, 1_000_000), most.bytes.subarray(1_000_000))])
      expect((await send(berth, "PUT", path(most), { body, headers })).status).toBe(201);
    expect(Buffer.compare((await send(berth, "GET", path(most))).body, most.bytes)).toBe(0);
    for (const body of [over.bytes, streamOf(over.bytes.subarray(0, 4_194_304), over.bytes.subarray(4_194_304))]) {
      const refused = await send(berth, "PUT", path(over), { body, headers });
      expect([refused.status, errorCode(refused)]).toEqual([413, "SIZE_INVALID"]);
    }
    expect((await send(berth, "HEAD", path(over))).status).toBe(404);
  });

  it("names every missing blob in an entry of its own", async () => {
    const missing = [randomContent(), randomContent()];
    const answer = await putManifest(berth, repo, imageOf(image.config, [...missing, image.layer, ...missing]));
    expect([answer.status, errorCode(answer)]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    const { errors } = JSON.parse(answer.text) as { errors: { code: string; detail: { digest: string } }[] };
    expect(errors.map((error) => error.code)).toEqual(["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]);
    expect(errors.map((error) => error.detail.digest)).toEqual(missing.map((blob) => blob.digest));
  });

  it("does not take a blob of another repository for its own", async () => {
    const elsewhere = await pushBlob(berth, "manifests-of/others");
    const answer = await putManifest(berth, repo, imageOf(image.config, [elsewhere]));
    expect([answer.status, errorCode(answer)]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  });

  it("ignores the parameters of the Content-Type, and answers without", async () => {
    const manifest = variant();
    const headers = { "Content-Type": `${manifest.mediaType}; charset=utf-8` };
    expect((await putManifest(berth, repo, manifest, "typed", headers)).status).toBe(201);
    const got = await send(berth, "GET", `/v2/${repo}/manifests/typed`);
    expect(got.headers.get("content-type")).toBe(manifest.mediaType);
  });

  it("takes the type from the Content-Type when the manifest names none", async () => {
    const { mediaType: _, ...fields } = JSON.parse(new TextDecoder().decode(variant().bytes));
    const untyped = manifestOf(fields);
    expect(
      (await putManifest(berth, repo, untyped, "untyped", { "Content-Type": mediaTypes.dockerManifest })).status,
    ).toBe(201);
    const got = await send(berth, "GET", `/v2/${repo}/manifests/untyped`);
    expect(got.headers.get("content-type")).toBe(mediaTypes.dockerManifest);
  });

  it.each([
    ["no JSON", "nonsense"],
    ["nothing", ""],
    ["a list", "[]"],
    ["a repeated key", '{"schemaVersion":2,"schemaVersion":2}'],
    ["schema 1", '{"schemaVersion":1,"name":"a","tag":"b"}'],
  ])("refuses %s", async (_, text) => {
    const manifest = { ...manifestOf({}), bytes: contentOf(text).bytes };
    const answer = await putManifest(berth, repo, manifest, "refused");
    expect([answer.status, errorCode(answer)]).toEqual([400, "MANIFEST_INVALID"]);
  });

  it("refuses a Content-Type that the manifest contradicts, or that is none", async () => {
    for (const type of [mediaTypes.ociIndex, mediaTypes.dockerManifest, "text/html"]) {
      const answer = await putManifest(berth, repo, variant(), "refused", { "Content-Type": type });
      expect([answer.status, errorCode(answer)]).toEqual([400, "MANIFEST_INVALID"]);
    }
  });

  it("refuses text in stored fields that no database can hold", async () => {
    for (const text of ["\\u0000", "\\ud800"]) {
      const spoil = (fields: object) => {
        const written = new TextDecoder().decode(variant(fields).bytes).replaceAll("SPOILED", text);
        return { ...contentOf(written), mediaType: mediaTypes.ociManifest, size: written.length };
      };
      const layer = { ...descriptorOf(image.layer), mediaType: "a/SPOILED" };
      for (const fields of [
        { annotations: { a: "SPOILED" } },
        { annotations: { SPOILED: "" } },
        { artifactType: "SPOILED" },
        { layers: [layer] },
      ]) {
        const answer = await putManifest(berth, repo, spoil(fields));
        expect([answer.status, errorCode(answer)]).toEqual([400, "MANIFEST_INVALID"]);
      }
    }
  });

  it("knows nothing of a push that failed", async () => {
    const manifest = imageOf(image.config, [randomContent()]);
    await putManifest(berth, repo, manifest, "never");
    const tags = JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text).tags;
    expect(tags).not.toContain("never");
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${unknownDigest()}`)).status).toBe(404);
  });
});
