// Tags and manifests in DTR's words.
import { z } from "@hono/zod-openapi";
import type { DescribedTag, ManifestRecord } from "#core/images/records.ts";

export const manifestAnswer = z
  .object({
    digest: z.string(),
    mediaType: z.string().optional(),
    size: z.number().int().optional(),
    configDigest: z.string().optional(),
    configMediaType: z.string().optional(),
    /** Berth's own: what kind of artifact it is, where the manifest says so. */
    artifactType: z.string().optional(),
  })
  .openapi("responses.Manifest");
export type ManifestAnswer = z.infer<typeof manifestAnswer>;

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
  const { digest, mediaType, sizeBytes, artifactType, configDigest, configMediaType } = record;
  return {
    digest,
    mediaType,
    size: sizeBytes,
    ...(configDigest !== null && { configDigest }),
    ...(configMediaType !== null && { configMediaType }),
    ...(artifactType !== null && artifactType !== configMediaType && { artifactType }),
  };
}
