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

    it("takes a manifest again", async () => {
      const manifest = await pushManifest(berth, repo, variant({}, algorithm));
      await pushManifest(berth, repo, manifest);
    });
  });

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

  it("warns, in the one form that is allowed, of what works and is out of date", async () => {
    const artifact = manifestOf({ mediaType: mediaTypes.ociArtifact, artifactType: "a/b", blobs: [] });
    const warned = await putManifest(berth, repo, artifact);
    expect(warned.headers.get("warning")).toMatch(/^299 - "[^"\\]+"$/);
    const fallback = manifestOf({ mediaType: mediaTypes.ociIndex, manifests: [] });
    const tagged = await putManifest(berth, repo, fallback, `sha256-${"a".repeat(64)}`);
    expect(tagged.headers.get("warning")).toMatch(/^299 - "[^"\\]+"$/);
    expect((await putManifest(berth, repo, variant())).headers.get("warning")).toBeNull();
  });

  it("knows nothing of a push that failed", async () => {
    const manifest = imageOf(image.config, [randomContent()]);
    await putManifest(berth, repo, manifest, "never");
    const tags = JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text).tags;
    expect(tags).not.toContain("never");
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${unknownDigest()}`)).status).toBe(404);
  });
});
