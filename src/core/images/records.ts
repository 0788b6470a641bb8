// Tags and manifests with what is known of them, as the management API tells it.
import { countManifests, listManifestRecords, type ManifestRecord } from "#db/queries/images/manifest-records.ts";
import { countTags, findTagRecords, listTagRecords, type TagRecord } from "#db/queries/images/tag-records.ts";
import { formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { isIndex } from "#oci/media-type.ts";
import type { Caller } from "../access/caller.ts";
import { pageOf } from "../accounts/page.ts";
import { getRepository } from "../repositories/change.ts";
import type { DescribeNeeds } from "./describe.ts";
import { describedManifests, manifestsOf, withDetails } from "./manifests.ts";
import { readReference } from "./reference.ts";

export type { ManifestRecord, TagRecord };

/** A tag, and a manifest that it stands for; null where that is not asked, or gone meanwhile. */
export interface DescribedTag {
  tag: TagRecord;
  manifest: ManifestRecord | null;
}

/** A page, where the next begins, and how many there are in all when that was asked. */
export interface RecordPage<T> {
  items: T[];
  next: string | null;
  total: number | null;
}

interface AskedPage {
  from: string;
  limit: number;
  count: boolean;
}

/** One answer holds no more: an index lists thousands, and so many tags may name it. */
const mostAtOnce = 1000;

/** Tags in byte order. @throws as getRepository. */
export async function pageTagRecords(
  ctx: DescribeNeeds,
  caller: Caller,
  path: string,
  page: AskedPage & { withManifests: boolean },
): Promise<RecordPage<DescribedTag>> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const { items, next } = await pageOf(
    page,
    ({ name }: TagRecord) => name,
    (limit) => listTagRecords(ctx.db, { repositoryId: id, from: page.from, limit }),
  );
  const digests = page.withManifests ? [...new Set(items.map(({ digest }) => digest))] : [];
  const manifests = await describedManifests(ctx, id, digests);
  const total = page.count ? await countTags(ctx.db, id) : null;
  return { items: items.map((tag) => ({ tag, manifest: manifests.get(tag.digest) ?? null })), next, total };
}

/**
 * What a reference stands for: a tag, or all tags that name the digest; of an index once for each manifest that it lists.
 * @param asked.os, asked.architecture when they are given, only what is for them.
 * @throws NO_SUCH_REF, INVALID_DIGEST; as getRepository.
 */
export async function getTagRecords(
  ctx: DescribeNeeds,
  caller: Caller,
  path: string,
  asked: { reference: string; os?: string | undefined; architecture?: string | undefined },
): Promise<DescribedTag[]> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const by = named(asked.reference);
  const tags = await findTagRecords(ctx.db, id, by, mostAtOnce);
  const digest = "digest" in by ? by.digest : tags[0]?.digest;
  const own = digest === undefined ? undefined : (await describedManifests(ctx, id, [digest])).get(digest);
  if (!own) throw noSuchRef();
  const listed = isIndex(own.mediaType) ? await manifestsOf(ctx, id, own, mostAtOnce) : [];
  const manifests = (listed.length > 0 ? listed : [own]).filter(
    ({ os, architecture }) =>
      (!asked.os || os === asked.os) && (!asked.architecture || architecture === asked.architecture),
  );
  return tags
    .slice(0, Math.ceil(mostAtOnce / Math.max(manifests.length, 1)))
    .flatMap((tag) => manifests.map((manifest) => ({ tag, manifest })))
    .slice(0, mostAtOnce);
}

/** Manifests in the order of their digests. @throws as getRepository. */
export async function pageManifestRecords(
  ctx: DescribeNeeds,
  caller: Caller,
  path: string,
  page: AskedPage,
): Promise<RecordPage<ManifestRecord>> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const { items, next } = await pageOf(
    page,
    ({ digest }: ManifestRecord) => digest,
    (limit) => listManifestRecords(ctx.db, { repositoryId: id, from: page.from, limit }),
  );
  const total = page.count ? await countManifests(ctx.db, id) : null;
  return { items: await withDetails(ctx, id, items), next, total };
}

/** The manifest that a reference names. @throws NO_SUCH_REF, INVALID_DIGEST; as getRepository. */
export async function getManifestRecord(
  ctx: DescribeNeeds,
  caller: Caller,
  path: string,
  reference: string,
): Promise<ManifestRecord> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const by = named(reference);
  const digest = "digest" in by ? by.digest : (await findTagRecords(ctx.db, id, by, 1))[0]?.digest;
  const manifest = digest === undefined ? undefined : (await describedManifests(ctx, id, [digest])).get(digest);
  if (!manifest) throw noSuchRef();
  return manifest;
}

/** The digest or the tag, as queries take it. */
function named(text: string): { tag: string } | { digest: string } {
  const reference = readReference(text);
  return "tag" in reference ? reference : { digest: formatDigest(reference.digest) };
}

function noSuchRef() {
  return registryError("NO_SUCH_REF");
}
