import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { configType, contentOf, descriptorOf, imageOf, indexOf, manifestOf, randomContent } from "../v2/content.ts";
import { pushBlob, pushManifest, send } from "../v2/requests.ts";
import { askAbout, type Json } from "./images.ts";

const repo = "told/app";
const config = {
  architecture: "arm64",
  os: "linux",
  variant: "v8",
  author: "Ahab",
  created: "2026-01-02T03:04:05.123456789Z",
  history: [
    { created_by: "/bin/sh -c #(nop) ADD file:1 in / " },
    { created_by: '/bin/sh -c #(nop)  CMD ["sh"]', empty_layer: true },
    { created_by: "RUN /bin/sh -c apk add curl # buildkit" },
  ],
};

describeMatrix("what a configuration tells", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());
  const manifestsOf = async (path: string) =>
    (await askAbout(berth, repo).get(path)).map(({ manifest }) => manifest as Json);

  /** Pushes an image over any configuration. */
  async function push(text: string, tag?: string, layers = 2) {
    const blob = await pushBlob(berth, repo, contentOf(text));
    const made = [];
    for (let i = 0; i < layers; i++) made.push(await pushBlob(berth, repo, randomContent(100 + i)));
    const image = imageOf(blob, made);
    await pushManifest(berth, repo, image, tag);
    return { ...image, config: blob, layers: made };
  }

  it("is told of its tag, as it is written", async () => {
    const image = await push(JSON.stringify(config), "told");
    const [manifest] = await manifestsOf("/tags/told");
    const [first, second] = image.layers.map((layer) => ({
      layerDigest: layer.digest,
      size: layer.bytes.byteLength,
      isEmpty: false,
      mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
    }));
    expect(manifest).toEqual({
      digest: image.digest,
      mediaType: image.mediaType,
      size: image.config.bytes.byteLength + 201,
      configDigest: image.config.digest,
      configMediaType: configType,
      os: "linux",
      architecture: "arm64",
      variant: "v8",
      author: "Ahab",
      createdAt: "2026-01-02T03:04:05.123456789Z",
      dockerfile: [
        { line: "ADD file:1 in /", ...first },
        { line: 'CMD ["sh"]', layerDigest: "", size: 0, isEmpty: true },
        { line: "RUN apk add curl", ...second },
      ],
      configStatus: "read",
    });
    expect(await manifestsOf("/tags?includeManifests=true&pageSize=1&pageStart=told")).toEqual([manifest]);
    expect(await askAbout(berth, repo).get<Json>("/manifests/told")).toEqual(manifest);
    const listed = await askAbout(berth, repo).get(`/manifests?pageSize=1&pageStart=${image.digest}`);
    expect(listed).toEqual([manifest]);
  });

  it("is told of each platform of an index, and narrowed to those that are asked for", async () => {
    const linux = await push(JSON.stringify(config));
    const windows = await push(JSON.stringify({ os: "windows", "os.version": "10.0", architecture: "amd64" }));
    const silent = await push("{}");
    const children = [linux, windows, silent].map((image) => descriptorOf(image, image.mediaType));
    const platform = { os: "plan9", architecture: "mips", "os.version": 7 };
    const manifests = [children[0], { ...children[1], platform }, { ...children[2], platform }];
    const index = manifestOf({ mediaType: "application/vnd.oci.image.index.v1+json", manifests });
    await pushManifest(berth, repo, index, "multi");
    const of = async (query: string) =>
      (await manifestsOf(`/tags/multi${query}`)).map(({ os, osVersion, architecture }) => [
        os,
        osVersion,
        architecture,
      ]);
    const all = [
      ["linux", undefined, "arm64"],
      ["windows", "10.0", "amd64"],
      ["plan9", undefined, "mips"],
    ];
    expect(await of("")).toEqual(all);
    expect(await of("?os=windows&arch=amd64")).toEqual([all[1]]);
    expect(await of("?arch=arm64")).toEqual([all[0]]);
    expect(await of("?os=windows&arch=arm64")).toEqual([]);
    const whole = await askAbout(berth, repo).get<Json>("/manifests/multi");
    expect(whole).toEqual({
      digest: index.digest,
      mediaType: index.mediaType,
      size: [linux, windows, silent].reduce((sum, image) => sum + image.config.bytes.byteLength + 201, 0),
      platforms: [
        { digest: linux.digest },
        { digest: windows.digest, os: "plan9", architecture: "mips" },
        { digest: silent.digest, os: "plan9", architecture: "mips" },
      ],
      configStatus: "none",
    });
  });

  it("is not there for artifacts, and that is said", async () => {
    const blob = await pushBlob(berth, repo, contentOf('{"os":"linux"}'));
    const type = "application/vnd.example.config+json";
    const artifact = manifestOf({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.example",
      config: descriptorOf(blob, type),
      layers: [],
    });
    await pushManifest(berth, repo, artifact, "artifact");
    expect(await manifestsOf("/tags/artifact")).toEqual([
      {
        digest: artifact.digest,
        mediaType: artifact.mediaType,
        size: blob.bytes.byteLength,
        configDigest: blob.digest,
        configMediaType: type,
        artifactType: "application/vnd.example",
        configStatus: "none",
      },
    ]);
  });

  it.each([
    ["no JSON", "hello"],
    ["nothing", " "],
    ["a number", "7"],
    ["a list", "[{}]"],
    ["what nests too deep", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`],
    ["too much", `{"a":[${"[],".repeat(60_000)}[]]}`],
    ["bytes that are no text", "\u{10ffff}\ud800"],
  ])("is not there for a configuration of %s, and that is said", async (what, text) => {
    const tag = what.replaceAll(/\W/g, "-");
    await push(text, tag);
    const [manifest] = await manifestsOf(`/tags/${tag}`);
    expect([manifest?.configStatus, manifest?.os, manifest?.dockerfile]).toEqual(["invalid", undefined, undefined]);
  });

  it.each([
    ["types", '{"os":["x"],"architecture":7,"author":{},"created":true,"history":"x"}', undefined],
    ["zeros", '{"os":"li\\u0000nux","author":"\\u0000"}', "linux"],
    ["surrogates", '{"os":"\\ud800","history":[{"created_by":"\\udfff\\u0001\\u0000"}]}', "\ufffd"],
    ["prototypes", '{"__proto__":{"os":"x"},"constructor":{"os":"y"}}', undefined],
    ["repetition", '{"os":"first","os":"second"}', "second"],
  ])("is told as far as it makes sense: %s", async (tag, text, os) => {
    await push(text, tag);
    const [manifest] = await manifestsOf(`/tags/${tag}`);
    expect([manifest?.configStatus, manifest?.os]).toEqual(["read", os]);
  });

  describe("where it is not here", () => {
    it("is said to be missing, and told once it was pushed", async () => {
      const body = new TextEncoder().encode('{"name":"sparse","sparse":true}');
      await send(berth, "POST", "/api/v0/repositories/told", { body });
      const away = contentOf(JSON.stringify({ os: "linux", made: crypto.randomUUID() }));
      const image = imageOf(away, []);
      await pushManifest(berth, "told/sparse", image, "t");
      const { get } = askAbout(berth, "told/sparse");
      const before = await get<Json>("/manifests/t");
      expect([before.configStatus, before.os]).toEqual(["missing", undefined]);
      await pushBlob(berth, "told/sparse", away);
      await pushManifest(berth, "told/sparse", image, "t");
      const after = await get<Json>("/manifests/t");
      expect([after.configStatus, after.os]).toEqual(["read", "linux"]);
    });

    it("is told to nobody by way of another repository", async () => {
      const image = await push(JSON.stringify(config), "mine");
      expect((await manifestsOf("/tags/mine"))[0]?.os).toBe("linux");
      await pushManifest(berth, "told/sparse", image, "guessed");
      const found = await askAbout(berth, "told/sparse").get<Json>("/manifests/guessed");
      expect([found.configStatus, found.os]).toEqual(["missing", undefined]);
    });

    it("nor is the manifest that an index lists", async () => {
      const index = indexOf([{ ...randomContent(9) }]);
      await pushManifest(berth, "told/sparse", index, "half");
      const [found] = await askAbout(berth, "told/sparse").get("/tags/half");
      expect(found).toMatchObject({ manifest: { configStatus: "absent" } });
    });
  });
});
