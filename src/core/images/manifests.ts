// Finds manifests with their details; what was pushed a moment ago is described at once where that is quick.
import { findManifestRecords, listChildren, type ManifestRecord } from "#db/queries/images/manifest-records.ts";
import { type DescribeNeeds, describeThese } from "./describe.ts";

/** What a reader may have to wait for; more is left to the periodic work. */
const quickManifests = 10;
const quickConfigBytes = 256 * 1024;

/** Those of the digests that are manifests of the repository. */
export async function describedManifests(
  ctx: DescribeNeeds,
  repositoryId: string,
  digests: readonly string[],
): Promise<Map<string, ManifestRecord>> {
  const found = await findManifestRecords(ctx.db, repositoryId, digests);
  const records = await withDetails(ctx, repositoryId, [...found.values()]);
  return new Map(records.map((record) => [record.digest, record]));
}

/** The same records; those of them that were not described are now, as far as that is quick. */
export async function withDetails(
  ctx: DescribeNeeds,
  repositoryId: string,
  records: readonly ManifestRecord[],
): Promise<ManifestRecord[]> {
  const pending = records.filter(({ status }) => status === "pending").slice(0, quickManifests);
  const digests = pending.map(({ digest }) => digest);
  const keys = digests.map((digest) => ({ repositoryId, digest }));
  if (!(await describeThese(ctx, keys, quickConfigBytes))) return [...records];
  const described = await findManifestRecords(ctx.db, repositoryId, digests);
  return records.map((record) => described.get(record.digest) ?? record);
}

/** What an index lists, also what is not here; what a manifest's own configuration does not tell, the index may. */
export async function manifestsOf(
  ctx: DescribeNeeds,
  repositoryId: string,
  index: ManifestRecord,
  most: number,
): Promise<ManifestRecord[]> {
  const children = await listChildren(ctx.db, repositoryId, index.digest, most);
  const digests = [...new Set(children.map(({ digest }) => digest))];
  const known = await describedManifests(ctx, repositoryId, digests);
  const platforms = new Map(index.platforms?.map(({ digest, ...platform }) => [digest, platform]));
  return children.map(({ digest, mediaType, sizeBytes }) => {
    const record = known.get(digest) ?? { ...absent, digest, mediaType, sizeBytes };
    return record.os === null && record.architecture === null ? { ...record, ...platforms.get(digest) } : record;
  });
}

const absent = {
  status: "absent",
  artifactType: null,
  configDigest: null,
  configMediaType: null,
  os: null,
  osVersion: null,
  architecture: null,
  variant: null,
  author: null,
  created: null,
  lines: null,
  platforms: null,
} as const;
