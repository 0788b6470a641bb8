// Tags and manifests in DTR's words.
import { z } from "@hono/zod-openapi";
import type { DescribedTag, ManifestRecord } from "#core/images/records.ts";

const platform = {
  os: z.string().optional(),
  osVersion: z.string().optional(),
  architecture: z.string().optional(),
  /** Berth's own, as image-spec has it. */
  variant: z.string().optional(),
};
const dockerfileLine = z
  .object({
    line: z.string(),
    layerDigest: z.string(),
    size: z.number().int(),
    isEmpty: z.boolean(),
    mediaType: z.string().optional(),
    urls: z.array(z.string()).optional(),
  })
  .openapi("responses.DockerfileLine");
export const manifestAnswer = z
  .object({
    digest: z.string(),
    mediaType: z.string().optional(),
    size: z.number().int().optional(),
    configDigest: z.string().optional(),
    configMediaType: z.string().optional(),
    ...platform,
    author: z.string().optional(),
    createdAt: z.string().optional(),
    dockerfile: z.array(dockerfileLine).optional(),
    /** Berth's own: what kind of artifact it is, where the manifest says so. */
    artifactType: z.string().optional(),
    /** Berth's own: what an index lists. */
    platforms: z.array(z.object({ digest: z.string(), ...platform })).optional(),
    /** Berth's own: whether what comes from the image's configuration is told above, or why it is not. */
    configStatus: z.enum(["read", "pending", "none", "missing", "too-large", "invalid", "absent"]).optional(),
  })
  .openapi("responses.Manifest");
type ManifestAnswer = z.infer<typeof manifestAnswer>;

const tag = {
  name: z.string(),
  digest: z.string(),
  author: z.string(),
  updatedAt: z.string(),
  createdAt: z.string(),
  hashMismatch: z.boolean(),
  inNotary: z.boolean(),
  manifest: manifestAnswer,
};
export const tagAnswer = z.object(tag).openapi("responses.Tag");
export const listTagAnswer = z.object(tag).openapi("responses.ListTag");

/** Without a manifest nothing but its digest is told: where it was not asked for. */
export function describeTag({ tag, manifest }: DescribedTag): z.infer<typeof tagAnswer> {
  return {
    name: tag.name,
    digest: tag.digest,
    author: tag.author,
    updatedAt: new Date(tag.updatedAt).toISOString(),
    createdAt: new Date(tag.createdAt).toISOString(),
    hashMismatch: false,
    inNotary: false,
    manifest: manifest ? describeManifest(manifest) : { digest: tag.digest },
  };
}

export function describeManifest(record: ManifestRecord): ManifestAnswer {
  const { digest, mediaType, sizeBytes, artifactType, configDigest, configMediaType, author, created } = record;
  return {
    digest,
    mediaType,
    ...told({ size: sizeBytes, configDigest, configMediaType, ...platformOf(record), author, createdAt: created }),
    ...told({ artifactType: artifactType === configMediaType ? null : artifactType }),
    ...(record.lines && { dockerfile: record.lines.map(describeLine) }),
    ...(record.platforms && {
      platforms: record.platforms.map((listed) => ({ digest: listed.digest, ...told(platformOf(listed)) })),
    }),
    configStatus: record.status,
  };
}

type Platform = Pick<ManifestRecord, "os" | "osVersion" | "architecture" | "variant">;
const platformOf = ({ os, osVersion, architecture, variant }: Platform) => ({ os, osVersion, architecture, variant });

function describeLine({ line, layer }: NonNullable<ManifestRecord["lines"]>[number]): z.infer<typeof dockerfileLine> {
  if (!layer) return { line, layerDigest: "", size: 0, isEmpty: true };
  const { digest, sizeBytes, mediaType, urls } = layer;
  return { line, layerDigest: digest, size: sizeBytes, isEmpty: false, mediaType, ...(urls.length > 0 && { urls }) };
}

/** Fields that are not known are left out, as DTR's schema allows. */
function told<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as never;
}
