import { describe, expect, it } from "vitest";
import { parseManifest } from "#oci/manifest.ts";
import { mediaTypes } from "#oci/media-type.ts";
import { thrownBy } from "./thrown.ts";

const { ociManifest, ociIndex, dockerManifest, dockerList, ociArtifact } = mediaTypes;
const configTypes = {
  [ociManifest]: "application/vnd.oci.image.config.v1+json",
  [dockerManifest]: "application/vnd.docker.container.image.v1+json",
};
const digest = (char: string) => `sha256:${char.repeat(64)}`;
const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digest("b"), size: 2 };

const imageFields = (mediaType: keyof typeof configTypes = ociManifest) => ({
  schemaVersion: 2,
  mediaType,
  config: { mediaType: configTypes[mediaType], digest: digest("a"), size: 1 },
  layers: [layer],
});
const indexFields = (mediaType: string = ociIndex) => ({
  schemaVersion: 2,
  mediaType,
  manifests: [
    { mediaType: ociManifest, digest: digest("c"), size: 3, platform: { os: "linux", architecture: "amd64" } },
  ],
});
const limits = { maxDepth: 20, maxReferences: 100 };
const read = (value: unknown, contentType: string) =>
  parseManifest(
    new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)),
    contentType,
    limits,
  );
const refusal = (value: unknown, contentType: string) => {
  const { code, message } = thrownBy(() => read(value, contentType));
  expect(code).toBe("MANIFEST_INVALID");
  return message;
};

describe("manifests", () => {
  it.each([ociManifest, dockerManifest] as const)("of %s refer to their configuration and layers", (type) => {
    const manifest = read(imageFields(type), type);
    expect([manifest.mediaType, manifest.configMediaType, manifest.artifactType]).toEqual([
      type,
      configTypes[type],
      configTypes[type],
    ]);
    expect(
      manifest.references.map(({ kind, digest, sizeBytes, optional }) => ({ kind, digest, sizeBytes, optional })),
    ).toEqual([
      { kind: "config", digest: digest("a"), sizeBytes: 1, optional: false },
      { kind: "layer", digest: digest("b"), sizeBytes: 2, optional: false },
    ]);
  });

  it.each([ociIndex, dockerList])("of %s refer to their children", (type) => {
    const manifest = read(indexFields(type), type);
    expect([manifest.mediaType, manifest.configMediaType, manifest.artifactType]).toEqual([type, null, null]);
    expect(manifest.references.map(({ kind, digest }) => [kind, digest])).toEqual([["child", digest("c")]]);
  });

  it("of the old artifact type refer to their blobs", () => {
    const manifest = read(
      { schemaVersion: 2, mediaType: ociArtifact, artifactType: "a/b", blobs: [layer] },
      ociArtifact,
    );
    expect([manifest.artifactType, manifest.references.length]).toEqual(["a/b", 1]);
    expect(read({ schemaVersion: 2, mediaType: ociArtifact, artifactType: "a/b" }, ociArtifact).references).toEqual([]);
  });

  it("take their artifact type from the field before the configuration", () => {
    expect(read({ ...imageFields(), artifactType: "a/b" }, ociManifest).artifactType).toBe("a/b");
    expect(read({ ...indexFields(), artifactType: "a/b" }, ociIndex).artifactType).toBe("a/b");
    expect(refusal({ ...imageFields(), artifactType: 5 }, ociManifest)).toContain("artifactType");
  });

  it("tell subject and annotations", () => {
    const subject = { mediaType: ociManifest, digest: `sha512:${"d".repeat(128)}`, size: 4 };
    const annotations = { "a.b": "c", "": "" };
    for (const fields of [imageFields(), indexFields()]) {
      const manifest = read({ ...fields, subject, annotations }, fields.mediaType);
      expect([manifest.subject?.digest, manifest.annotations]).toEqual([subject.digest, annotations]);
    }
  });

  it("may have no layers and no children", () => {
    expect(read({ ...imageFields(), layers: [] }, ociManifest).references).toHaveLength(1);
    expect(read({ ...indexFields(), manifests: [] }, ociIndex).references).toEqual([]);
  });

  it("may have fields that nobody specified", () => {
    expect(
      read({ ...imageFields(), custom: { Layers: [], schemaversion: 7 }, "org.x": null }, ociManifest).references,
    ).toHaveLength(2);
  });

  it.each([
    `${ociManifest}; charset=utf-8`,
    ` ${ociManifest} `,
    ociManifest.toUpperCase(),
    "",
    "application/json",
    "application/octet-stream",
  ])("are read with the Content-Type %j", (type) => {
    expect(read(imageFields(), type).mediaType).toBe(ociManifest);
  });

  it("that name no type are what the Content-Type says, or what they look like", () => {
    const { mediaType: _, ...image } = imageFields();
    const { mediaType: __, ...index } = indexFields();
    for (const type of [ociManifest, dockerManifest]) expect(read(image, type).mediaType).toBe(type);
    for (const type of [ociIndex, dockerList]) expect(read(index, type).mediaType).toBe(type);
    expect([read(image, "").mediaType, read(index, "application/json").mediaType]).toEqual([ociManifest, ociIndex]);
    expect(refusal({ schemaVersion: 2 }, "")).toBeTruthy();
  });

  it.each([
    ["application/vnd.oci.image.layer.nondistributable.v1.tar", true],
    ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", true],
    ["application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", true],
    ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true],
    ["application/vnd.oci.image.layer.v1.tar+gzip", false],
    ["application/vnd.in-toto+json", false],
  ])("may lack a layer of %s: %s", (mediaType, optional) => {
    const layers = [{ ...layer, mediaType, urls: ["https://example.com/x"] }];
    expect(read({ ...imageFields(), layers }, ociManifest).references[1]?.optional).toBe(optional);
  });

  it("may not lack other layers for having urls", () => {
    const layers = [{ ...layer, urls: ["https://example.com/x"] }];
    expect(read({ ...imageFields(), layers }, ociManifest).references[1]?.optional).toBe(false);
  });

  it("refer to no more than the limit", () => {
    const layers = Array.from({ length: 100 }, () => layer);
    expect(refusal({ ...imageFields(), layers }, ociManifest)).toContain("100");
    expect(read({ ...imageFields(), layers: layers.slice(1) }, ociManifest).references).toHaveLength(100);
  });
});
