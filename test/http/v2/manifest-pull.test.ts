import { afterAll, beforeAll, expect, it } from "vitest";
import { mediaTypes } from "#oci/media-type.ts";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { contentOf, descriptorOf, indexOf, manifestOf, randomContent, unknownDigest } from "./content.ts";
import { errorCode, pushBlob, pushImage, pushManifest, send } from "./requests.ts";

const repo = "pulling/manifests";

describeMatrix("pulling manifests", (kind) => {
  const remembered = needs("the application's memory", kind);
  let berth: Target;
  let image: Awaited<ReturnType<typeof pushImage>>;
  beforeAll(async () => {
    berth = await startTarget(kind);
    image = await pushImage(berth, repo, { tag: "latest" });
  });
  afterAll(() => berth.close());

  const get = (reference: string, headers: Record<string, string> = {}, method = "GET") =>
    send(berth, method, `/v2/${repo}/manifests/${reference}`, { headers });

  it.each([
    "*/*",
    "application/json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    mediaTypes.dockerList,
    `${mediaTypes.dockerManifest}, */*`,
    "",
  ])("answers the stored type whatever the client accepts (%j)", async (accept) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await get("latest", { Accept: accept }, method);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, image.mediaType]);
    }
  });

  it("answers 304 to who has it already, by tag and by digest", async () => {
    for (const reference of ["latest", image.digest])
      for (const method of ["GET", "HEAD"]) {
        const answer = await get(reference, { "If-None-Match": `"${image.digest}"` }, method);
        expect([answer.status, answer.headers.get("etag")]).toEqual([304, `"${image.digest}"`]);
        expect((await get(reference, { "If-None-Match": '"other"' }, method)).status).toBe(200);
      }
  });

  it("says with a missing manifest what was asked for", async () => {
    const tag = await get("missing");
    expect([tag.status, errorCode(tag)]).toEqual([404, "MANIFEST_UNKNOWN"]);
    expect(JSON.parse(tag.text).errors[0].detail).toEqual({ Tag: "missing" });
    const digest = unknownDigest();
    const byDigest = await get(digest);
    expect([byDigest.status, errorCode(byDigest)]).toEqual([404, "MANIFEST_UNKNOWN"]);
    expect(JSON.parse(byDigest.text).errors[0].detail).toEqual({ Revision: digest });
    expect((await get(".INVALID_MANIFEST_NAME", {}, "HEAD")).status).toBe(404);
    expect((await get(".INVALID_MANIFEST_NAME")).status).toBe(404);
    expect([400, 404]).toContain((await get("sha256:totallywrong")).status);
  });

  it("serves the same bytes under sha256 and sha512 when they were pushed under both", async () => {
    const manifest = manifestOf({ mediaType: mediaTypes.ociIndex, manifests: [], id: crypto.randomUUID() });
    const named = { ...manifest, ...contentOf(manifest.bytes, "sha512") };
    await pushManifest(berth, repo, manifest);
    await pushManifest(berth, repo, named);
    for (const { digest } of [manifest, named])
      expect((await get(digest)).headers.get("docker-content-digest")).toBe(digest);
  });

  it("moves a tag, and keeps the manifest that it left", async () => {
    const first = await pushImage(berth, repo, { tag: "moving" });
    const second = await pushImage(berth, repo, { tag: "moving" });
    expect((await get("moving")).headers.get("docker-content-digest")).toBe(second.digest);
    expect((await get(first.digest)).status).toBe(200);
  });

  it("takes the children and then the index to one tag, as containerd pushes", async () => {
    const children = [await pushImage(berth, repo, { tag: "multi" }), await pushImage(berth, repo, { tag: "multi" })];
    expect((await get("multi", { Accept: mediaTypes.ociIndex }, "HEAD")).status).toBe(200);
    const index = await pushManifest(berth, repo, indexOf(children), "multi");
    expect((await get("multi")).headers.get("docker-content-digest")).toBe(index.digest);
  });

  it("takes buildkit's cache: an index over layers and a configuration that are blobs", async () => {
    const layers = [await pushBlob(berth, repo), await pushBlob(berth, repo)];
    const config = await pushBlob(berth, repo, contentOf(`{"layers":["${crypto.randomUUID()}"]}`));
    const manifests = [
      ...layers.map((layer) => descriptorOf(layer)),
      descriptorOf(config, "application/vnd.buildkit.cacheconfig.v0"),
    ];
    for (const mediaType of [mediaTypes.ociIndex, mediaTypes.dockerList]) {
      const cache = await pushManifest(berth, repo, manifestOf({ mediaType, manifests }), "cache");
      expect((await get("cache")).headers.get("docker-content-digest")).toBe(cache.digest);
    }
    const held = await send(berth, "DELETE", `/v2/${repo}/blobs/${config.digest}`);
    expect([held.status, errorCode(held)]).toEqual([405, "UNSUPPORTED"]);
  });

  it("takes attestations beside platforms that are unknown, and configurations of zero bytes and any type", async () => {
    const empty = await pushBlob(berth, repo, contentOf(""));
    const sif = manifestOf({
      config: descriptorOf(empty, "appliciation/vnd.sylabs.sif.config.v1"),
      layers: [descriptorOf(await pushBlob(berth, repo, randomContent(10)), "x/y+z")],
      mediaType: mediaTypes.ociManifest,
    });
    await pushManifest(berth, repo, sif);
    const platform = { architecture: "unknown", os: "unknown" };
    const annotations = { "vnd.docker.reference.type": "attestation-manifest" };
    const manifests = [{ ...descriptorOf(sif, sif.mediaType), platform, annotations }];
    await pushManifest(berth, repo, manifestOf({ mediaType: mediaTypes.ociIndex, manifests }));
  });

  remembered.it(remembered.name("counts a manifest's pull, and nothing else's"), async () => {
    berth.ctx.counters.take();
    await get("latest");
    await get("latest", {}, "HEAD");
    await get("latest", { "If-None-Match": `"${image.digest}"` });
    const counted = berth.ctx.counters.take().repositories;
    expect(counted.map(({ pulls, pushes }) => ({ pulls, pushes }))).toEqual([{ pulls: 1, pushes: 0 }]);
  });
});
