// Descriptors: the (media type, digest, size) triples by which manifests name their content.
import { type Digest, findDigest } from "./digest.ts";
import { registryError } from "./error.ts";

/** A descriptor as the registry needs it; fields that only clients read are left in the bytes. */
export interface Descriptor {
  mediaType: string;
  digest: string;
  sizeBytes: number;
  /** Whether the content may be fetched from elsewhere. */
  hasUrls: boolean;
}

/** Fields that Go clients read without regard to case; another spelling would be a second meaning of the same bytes. */
const specifiedKeys = new Map(
  (
    "schemaVersion mediaType artifactType config layers manifests subject annotations digest size urls data platform blobs " +
    "fsLayers"
  )
    .split(" ")
    .map((key) => [key.toLowerCase(), key]),
);

/** @throws MANIFEST_INVALID for a key like `Layers` or `mediatype`. */
export function refuseOtherSpellings(value: object, where: string): void {
  for (const key of Object.keys(value)) {
    const specified = specifiedKeys.get(key.toLowerCase());
    if (specified && specified !== key)
      throw manifestInvalid(`${where} has a key ${key}: the specification writes ${specified}`);
  }
}

/** Reads one descriptor. @throws MANIFEST_INVALID naming the place and what is wrong there. */
export function parseDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw manifestInvalid(`${where} must be a descriptor object`);
  refuseOtherSpellings(value, where);
  const { mediaType, digest, size, urls } = value;
  if (typeof mediaType !== "string" || mediaType === "" || mediaType.length > 255)
    throw manifestInvalid(`${where}.mediaType must be a media type`);
  if (typeof digest !== "string" || !findDigest(digest))
    throw manifestInvalid(`${where}.digest must be a sha256 or sha512 digest`);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0)
    throw manifestInvalid(`${where}.size must be a number of bytes`);
  if (urls !== undefined && !isUrlList(urls))
    throw manifestInvalid(`${where}.urls must be a list of http or https addresses without fragment`);
  if (value.data !== undefined && typeof value.data !== "string") throw manifestInvalid(`${where}.data must be base64`);
  if (value.annotations !== undefined) parseAnnotations(value.annotations, `${where}.annotations`);
  return { mediaType, digest, sizeBytes: size, hasUrls: urls !== undefined && urls.length > 0 };
}

/** Reads annotations: a map of strings. @throws MANIFEST_INVALID. */
export function parseAnnotations(value: unknown, where: string): Record<string, string> {
  if (!isObject(value)) throw manifestInvalid(`${where} must be an object of strings`);
  for (const [key, text] of Object.entries(value))
    if (typeof text !== "string")
      throw manifestInvalid(`${where}[${JSON.stringify(key.slice(0, 100))}] must be a string`);
  return value as Record<string, string>;
}

export function manifestInvalid(what: string) {
  return registryError("MANIFEST_INVALID", `manifest invalid: ${what}`);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUrlList(value: unknown): value is string[] {
  if (!Array.isArray(value) || value.length > 100) return false;
  return value.every((item) => typeof item === "string" && /^https?:\/\/[^\s#]+$/i.test(item));
}

/** The digest of a descriptor, parsed; parseDescriptor made sure that it is well formed. */
export function descriptorDigest(descriptor: Descriptor): Digest {
  const digest = findDigest(descriptor.digest);
  if (!digest) throw manifestInvalid(`digest ${descriptor.digest} is malformed`);
  return digest;
}
