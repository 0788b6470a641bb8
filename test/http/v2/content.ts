// Blobs and manifests for tests: bytes, their digests and descriptors, and the manifests of every kind.
import { createHash, randomBytes } from "node:crypto";
import { mediaTypes } from "#oci/media-type.ts";

export type Algorithm = "sha256" | "sha512";
export const algorithms: readonly Algorithm[] = ["sha256", "sha512"];

/** Bytes with their name. */
export interface Content {
  bytes: Uint8Array<ArrayBuffer>;
  digest: string;
}

/** A manifest, as it is pushed. */
export interface ManifestContent extends Content {
  mediaType: string;
  size: number;
}

export interface TestDescriptor {
  mediaType: string;
  digest: string;
  size: number;
  [more: string]: unknown;
}

/** The digest of the bytes, as clients write it. */
export function digestOf(bytes: Uint8Array, algorithm: Algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** Bytes that nobody else has. */
export function randomContent(sizeBytes = 100, algorithm: Algorithm = "sha256"): Content {
  return contentOf(randomBytes(sizeBytes), algorithm);
}

export function contentOf(bytes: Uint8Array | string, algorithm: Algorithm = "sha256"): Content {
  const own = typeof bytes === "string" ? new TextEncoder().encode(bytes) : new Uint8Array(bytes);
  return { bytes: own, digest: digestOf(own, algorithm) };
}

/** A digest that nothing has. */
export function unknownDigest(algorithm: Algorithm = "sha256"): string {
  return digestOf(randomBytes(32), algorithm);
}

export function descriptorOf(
  content: Content,
  mediaType: string = "application/vnd.oci.image.layer.v1.tar+gzip",
): TestDescriptor {
  return { mediaType, digest: content.digest, size: content.bytes.byteLength };
}

export const configType = "application/vnd.oci.image.config.v1+json";
export const emptyType = "application/vnd.oci.empty.v1+json";

/** Writes a manifest's fields as JSON. */
export function manifestOf(fields: { [field: string]: unknown }, algorithm: Algorithm = "sha256"): ManifestContent {
  const content = contentOf(JSON.stringify({ schemaVersion: 2, ...fields }), algorithm);
  const mediaType = (fields.mediaType as string | undefined) ?? mediaTypes.ociManifest;
  return { ...content, mediaType, size: content.bytes.byteLength };
}

/** An image manifest over a configuration and layers. */
export function imageOf(
  config: Content,
  layers: readonly Content[],
  more: { [field: string]: unknown } = {},
  algorithm: Algorithm = "sha256",
): ManifestContent {
  return manifestOf(
    {
      mediaType: mediaTypes.ociManifest,
      config: descriptorOf(config, configType),
      layers: layers.map((layer) => descriptorOf(layer)),
      ...more,
    },
    algorithm,
  );
}

/** An index over manifests (or blobs, with the media type given). */
export function indexOf(
  children: readonly (Content & { mediaType?: string })[],
  more: { [field: string]: unknown } = {},
  algorithm: Algorithm = "sha256",
): ManifestContent {
  const manifests = children.map((child) => descriptorOf(child, child.mediaType ?? mediaTypes.ociManifest));
  return manifestOf({ mediaType: mediaTypes.ociIndex, manifests, ...more }, algorithm);
}
