// Manifests: checks the bytes a client pushed against their media type and lists what they refer to.
import {
  type Descriptor,
  isObject,
  manifestInvalid,
  parseAnnotations,
  parseDescriptor,
  refuseOtherSpellings,
} from "./descriptor.ts";
import {
  bareMediaType,
  isIndex,
  isManifestMediaType,
  isNonDistributable,
  isSchema1,
  type ManifestMediaType,
  mediaTypes,
} from "./media-type.ts";
import { parseStrictJson } from "./strict-json.ts";

/** What a manifest refers to. A child is a manifest or, in caches of older builders, a blob. */
interface ManifestReference extends Descriptor {
  kind: "config" | "layer" | "child";
  /** Whether the content may be absent from this registry (it has urls, or its type says so). */
  optional: boolean;
}

/** A manifest that has been read: its facts, beside the untouched bytes. */
export interface Manifest {
  mediaType: ManifestMediaType;
  /** As the referrers API reports it: the field, for images else the configuration's media type; null for an index without. */
  artifactType: string | null;
  configMediaType: string | null;
  subject: Descriptor | null;
  annotations: Record<string, string>;
  references: ManifestReference[];
}

export interface ManifestLimits {
  maxDepth: number;
  maxReferences: number;
}

/**
 * Reads a manifest's bytes.
 * @param contentType the request's Content-Type; parameters are ignored. Empty: the type in the bytes counts.
 * @throws MANIFEST_INVALID with what is wrong and where.
 */
export function parseManifest(bytes: Uint8Array, contentType: string, limits: ManifestLimits): Manifest {
  const declared = bareMediaType(contentType);
  if (isSchema1(declared)) throw schema1();
  const value = parseStrictJson(bytes, { maxDepth: limits.maxDepth });
  if (!isObject(value)) throw manifestInvalid("it must be a JSON object");
  refuseOtherSpellings(value, "manifest");
  if (value.schemaVersion === 1) throw schema1();
  if (value.schemaVersion !== 2) throw manifestInvalid("schemaVersion must be 2");
  const mediaType = decideMediaType(value, declared);
  refuseBothKinds(value, mediaType);
  const references = isIndex(mediaType) ? children(value) : content(value, mediaType);
  if (references.length > limits.maxReferences)
    throw manifestInvalid(`it refers to more than ${limits.maxReferences} pieces of content`);
  const subject = value.subject === undefined ? null : parseDescriptor(value.subject, "subject");
  const annotations = value.annotations === undefined ? {} : parseAnnotations(value.annotations, "annotations");
  const configMediaType = references.find((reference) => reference.kind === "config")?.mediaType ?? null;
  return {
    mediaType,
    artifactType: artifactType(value, configMediaType),
    configMediaType,
    subject,
    annotations,
    references,
  };
}

function schema1() {
  return manifestInvalid(
    "Docker image manifest schema 1 is no longer accepted, because its digest does not cover its bytes; push with Docker 1.10 or newer",
  );
}

/** The bytes and the header must agree; either may be silent, not both. */
function decideMediaType(value: Record<string, unknown>, declared: string): ManifestMediaType {
  const own = value.mediaType;
  if (own !== undefined && typeof own !== "string") throw manifestInvalid("mediaType must be a string");
  const generic = declared === "" || declared === "application/json" || declared === "application/octet-stream";
  if (own !== undefined && !generic && own !== declared)
    throw manifestInvalid(
      `mediaType is ${own.slice(0, 200)}, but the request's Content-Type is ${declared.slice(0, 200)}`,
    );
  const type = own ?? (generic ? guessMediaType(value) : declared);
  if (isSchema1(type)) throw schema1();
  if (!isManifestMediaType(type))
    throw manifestInvalid(
      `${type.slice(0, 200) || "without a Content-Type"} is no manifest type that this registry knows: ${Object.values(mediaTypes).join(", ")}`,
    );
  return type;
}

function guessMediaType(value: Record<string, unknown>): string {
  return Array.isArray(value.manifests) ? mediaTypes.ociIndex : isObject(value.config) ? mediaTypes.ociManifest : "";
}

/** A body that is an image to one reader and an index to another is refused (CVE-2021-41190). */
function refuseBothKinds(value: Record<string, unknown>, mediaType: ManifestMediaType): void {
  const foreign = isIndex(mediaType) ? ["config", "layers", "fsLayers", "blobs"] : ["manifests", "fsLayers"];
  for (const key of foreign)
    if (value[key] !== undefined) throw manifestInvalid(`${mediaType} must not have the field ${key}`);
}

function children(value: Record<string, unknown>): ManifestReference[] {
  // Programs in Go write an empty list as null.
  const manifests = value.manifests === null ? [] : value.manifests;
  if (!Array.isArray(manifests)) throw manifestInvalid("manifests must be a list");
  return manifests.map((item, i) => {
    const descriptor = parseDescriptor(item, `manifests[${i}]`);
    return { ...descriptor, kind: "child" as const, optional: false };
  });
}

function content(value: Record<string, unknown>, mediaType: ManifestMediaType): ManifestReference[] {
  const layersKey = mediaType === mediaTypes.ociArtifact ? "blobs" : "layers";
  const optional = layersKey === "blobs" || value[layersKey] === null;
  const layers = value[layersKey] ?? (optional ? [] : undefined);
  if (!Array.isArray(layers)) throw manifestInvalid(`${layersKey} must be a list`);
  const references: ManifestReference[] = [];
  if (mediaType !== mediaTypes.ociArtifact)
    references.push({ ...parseDescriptor(value.config, "config"), kind: "config", optional: false });
  for (const [i, item] of layers.entries()) {
    const descriptor = parseDescriptor(item, `${layersKey}[${i}]`);
    // Clients never upload these types unless told to, with or without urls.
    references.push({ ...descriptor, kind: "layer", optional: isNonDistributable(descriptor.mediaType) });
  }
  return references;
}

function artifactType(value: Record<string, unknown>, configMediaType: string | null): string | null {
  const own = value.artifactType;
  if (own !== undefined && typeof own !== "string") throw manifestInvalid("artifactType must be a string");
  return own ? own : configMediaType;
}
