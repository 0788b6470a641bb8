// Tags and manifests with what is known of them, as the management API tells it.
import {
  countManifests,
  findManifestRecords,
  listChildren,
  listManifestRecords,
  type ManifestRecord,
} from "#db/queries/images/manifest-records.ts";
import { countTags, findTagRecords, listTagRecords, type TagRecord } from "#db/queries/images/tag-records.ts";
import { formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { isIndex } from "#oci/media-type.ts";
import type { Caller } from "../access/caller.ts";
import { pageOf } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
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

type Reading = Needs<"db">;

/** One answer holds no more: an index lists thousands, and so many tags may name it. */
const mostAtOnce = 1000;

/** Tags in byte order. @throws as getRepository. */
export async function pageTagRecords(
  ctx: Reading,
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
  const manifests = await findManifestRecords(ctx.db, id, digests);
  const total = page.count ? await countTags(ctx.db, id) : null;
  return { items: items.map((tag) => ({ tag, manifest: manifests.get(tag.digest) ?? null })), next, total };
}

/**
 * What a reference stands for: a tag, or all tags that name the digest; of an index once for each manifest that it lists.
 * @throws NO_SUCH_REF, INVALID_DIGEST; as getRepository.
 */
export async function getTagRecords(
  ctx: Reading,
  caller: Caller,
  path: string,
  reference: string,
): Promise<DescribedTag[]> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const by = named(reference);
  const tags = await findTagRecords(ctx.db, id, by, mostAtOnce);
  const digest = "digest" in by ? by.digest : tags[0]?.digest;
  const own = digest === undefined ? undefined : (await findManifestRecords(ctx.db, id, [digest])).get(digest);
  if (!own) throw noSuchRef();
  const platforms = isIndex(own.mediaType) ? await manifestsOf(ctx, id, own.digest) : [];
  const manifests = platforms.length > 0 ? platforms : [own];
  return tags.flatMap((tag) => manifests.map((manifest) => ({ tag, manifest }))).slice(0, mostAtOnce);
}

/** What an index lists, also what is not here. */
async function manifestsOf(ctx: Reading, repositoryId: string, index: string): Promise<ManifestRecord[]> {
  const children = await listChildren(ctx.db, repositoryId, index, mostAtOnce);
  const digests = [...new Set(children.map(({ digest }) => digest))];
  const known = await findManifestRecords(ctx.db, repositoryId, digests);
  return children.map(
    ({ digest, mediaType, sizeBytes }) =>
      known.get(digest) ?? {
        digest,
        mediaType,
        artifactType: null,
        configDigest: null,
        configMediaType: null,
        sizeBytes,
      },
  );
}

/** Manifests in the order of their digests. @throws as getRepository. */
export async function pageManifestRecords(
  ctx: Reading,
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
  return { items, next, total: page.count ? await countManifests(ctx.db, id) : null };
}

/** The manifest that a reference names. @throws NO_SUCH_REF, INVALID_DIGEST; as getRepository. */
export async function getManifestRecord(
  ctx: Reading,
  caller: Caller,
  path: string,
  reference: string,
): Promise<ManifestRecord> {
  const { id } = await getRepository(ctx, caller, path, "pull");
  const by = named(reference);
  const digest = "digest" in by ? by.digest : (await findTagRecords(ctx.db, id, by, 1))[0]?.digest;
  const manifest = digest === undefined ? undefined : (await findManifestRecords(ctx.db, id, [digest])).get(digest);
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
