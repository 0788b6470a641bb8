import { describe, expect, it } from "vitest";
import { parseManifest } from "#oci/manifest.ts";
import { mediaTypes } from "#oci/media-type.ts";
import { thrownBy } from "./thrown.ts";

const { ociManifest, ociIndex, dockerManifest, dockerList, ociArtifact } = mediaTypes;
const descriptor = { mediaType: "a/b", digest: `sha256:${"a".repeat(64)}`, size: 1 };
const image = { schemaVersion: 2, mediaType: ociManifest, config: descriptor, layers: [descriptor] };
const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [descriptor] };

/** The message of the refusal. */
const refusal = (value: unknown, contentType: string): string => {
  const bytes = new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
  const { code, message } = thrownBy(() => parseManifest(bytes, contentType, { maxDepth: 20, maxReferences: 100 }));
  expect(code).toBe("MANIFEST_INVALID");
  return message;
};

describe("a manifest is refused", () => {
  it.each([
    ["when it is no object", "[]", ociManifest],
    ["when it is null", "null", ociManifest],
    ["without a schema version", { ...image, schemaVersion: undefined }, ociManifest],
    ["of schema version 3", { ...image, schemaVersion: 3 }, ociManifest],
    ["of a schema version in quotes", { ...image, schemaVersion: "2" }, ociManifest],
    ["whose type is a number", { ...image, mediaType: 7 }, ociManifest],
    ["whose type is empty", { ...image, mediaType: "" }, ""],
    ["whose type nobody knows", { ...image, mediaType: "text/html" }, "text/html"],
    ["with no configuration", { ...image, config: undefined }, ociManifest],
    ["with no layers", { ...image, layers: undefined }, ociManifest],
    ["with layers that are an object", { ...image, layers: {} }, ociManifest],
    ["without a list of manifests", { ...index, manifests: undefined }, ociIndex],
    ["whose subject is a text", { ...image, subject: "x" }, ociManifest],
    ["whose annotations are a list", { ...image, annotations: [] }, ociManifest],
    ["with an annotation that is a number", { ...image, annotations: { a: 1 } }, ociManifest],
  ])("%s", (_, value, type) => {
    expect(refusal(value, type)).not.toBe("");
  });

  it.each([
    [ociManifest, ociIndex],
    [ociManifest, dockerManifest],
    [dockerManifest, ociManifest],
    [ociManifest, "text/html"],
    [ociIndex, dockerList],
    [ociIndex, ociManifest],
  ])("when it says %s and the Content-Type %s", (own, declared) => {
    const value = own === ociIndex ? index : { ...image, mediaType: own };
    const message = refusal(value, declared);
    expect(message).toContain(own);
    expect(message).toContain(declared);
  });

  describe("when it is two things at once (CVE-2021-41190)", () => {
    it.each(["manifests", "fsLayers"])("an image with %s", (field) => {
      for (const mediaType of [ociManifest, dockerManifest])
        for (const value of [[], [descriptor], null])
          expect(refusal({ ...image, mediaType, [field]: value }, mediaType)).toContain(field);
    });

    it.each(["config", "layers", "fsLayers", "blobs"])("an index with %s", (field) => {
      for (const mediaType of [ociIndex, dockerList])
        for (const value of [[], descriptor, null])
          expect(refusal({ ...index, mediaType, [field]: value }, mediaType)).toContain(field);
    });

    it("without a type of its own", () => {
      const both = { schemaVersion: 2, config: descriptor, layers: [], manifests: [] };
      for (const type of [ociManifest, ociIndex, dockerManifest, dockerList, ""]) refusal(both, type);
    });

    it.each([
      "Layers",
      "MANIFESTS",
      "Config",
      "mediatype",
      "MediaType",
      "SchemaVersion",
      "Subject",
      "artifacttype",
      "Annotations",
      "fslayers",
    ])("by a second spelling of a key: %s", (key) => {
      expect(refusal({ ...image, [key]: [] }, ociManifest)).toContain(key);
      expect(refusal({ ...index, [key]: [] }, ociIndex)).toContain(key);
    });

    it.each(["Digest", "SIZE", "mediatype", "Urls", "DATA", "Platform", "ArtifactType"])(
      "by a second spelling inside a descriptor: %s",
      (key) => {
        const odd = { ...descriptor, [key]: "x" };
        for (const value of [
          { ...image, config: odd },
          { ...image, layers: [odd] },
          { ...image, subject: odd },
        ])
          expect(refusal(value, ociManifest)).toContain(key);
        expect(refusal({ ...index, manifests: [odd] }, ociIndex)).toContain(key);
      },
    );
  });

  it.each([
    ["no object", "x"],
    ["null", null],
    ["a list", []],
    ["without a type", { ...descriptor, mediaType: undefined }],
    ["with an empty type", { ...descriptor, mediaType: "" }],
    ["with a type of 256 characters", { ...descriptor, mediaType: "x".repeat(256) }],
    ["without a digest", { ...descriptor, digest: undefined }],
    ["with a short digest", { ...descriptor, digest: "sha256:abc" }],
    ["with a digest of another algorithm", { ...descriptor, digest: "md5:d41d8cd98f00b204e9800998ecf8427e" }],
    ["without a size", { ...descriptor, size: undefined }],
    ["with a negative size", { ...descriptor, size: -1 }],
    ["with half a byte", { ...descriptor, size: 1.5 }],
    ["with a size in quotes", { ...descriptor, size: "1" }],
    ["with a size beyond counting", { ...descriptor, size: 1e300 }],
    ["with an address that is a text", { ...descriptor, urls: "https://a/b" }],
    ["with a file's address", { ...descriptor, urls: ["file:///etc/passwd"] }],
    ["with an address with a fragment", { ...descriptor, urls: ["https://a/b#c"] }],
    ["with data that is no text", { ...descriptor, data: 5 }],
    ["with annotations that are a text", { ...descriptor, annotations: "x" }],
  ])("for a descriptor %s, naming its place", (_, odd) => {
    expect(refusal({ ...image, config: odd }, ociManifest)).toContain("config");
    expect(refusal({ ...image, layers: [descriptor, odd] }, ociManifest)).toContain("layers[1]");
    expect(refusal({ ...index, manifests: [odd] }, ociIndex)).toContain("manifests[0]");
    expect(refusal({ ...index, subject: odd }, ociIndex)).toContain("subject");
    expect(refusal({ schemaVersion: 2, mediaType: ociArtifact, blobs: [odd] }, ociArtifact)).toContain("blobs[0]");
  });

  it.each([
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
  ])("in the first schema (%s), with a word on what to do", (type) => {
    const schema1 = {
      schemaVersion: 1,
      name: "a/b",
      tag: "c",
      fsLayers: [{ blobSum: descriptor.digest }],
      history: [],
      signatures: [],
    };
    expect(refusal(schema1, type)).toContain("schema 1");
    expect(refusal(schema1, "application/json")).toContain("schema 1");
    expect(refusal({ ...image, mediaType: type }, type)).toContain("schema 1");
  });
});
