// Manifests: stored with their exact bytes once everything that they refer to is here, and served as they came.
import { findLinkedBlobs } from "#db/queries/blobs.ts";
import type { NewEvent } from "#db/queries/events.ts";
import {
  type EdgeRow,
  findManifest,
  findManifestBytes,
  findManifestDigests,
  insertManifest,
  type ManifestRow,
} from "#db/queries/manifests.ts";
import type { Db } from "#db/queries/rows.ts";
import { descriptorDigest } from "#oci/descriptor.ts";
import { type Digest, formatDigest } from "#oci/digest.ts";
import { type ErrorEntry, RegistryError, registryError } from "#oci/error.ts";
import { type Manifest, parseManifest } from "#oci/manifest.ts";
import { isIndex, mediaTypes } from "#oci/media-type.ts";
import type { Reference } from "#oci/reference.ts";
import { factKey, heeding } from "../cache/feed.ts";
import type { Needs } from "../context.ts";
import { eventOf } from "../tell.ts";
import type { LinkedBlob } from "./blobs.ts";
import { requireOpen } from "./gate.ts";
import { retried } from "./retried.ts";
import { enterLimit, keepLimit, planMove, requireMoved } from "./tag-gate.ts";
import type { Where } from "./where.ts";

/** More references in one manifest are a mistake or an attack. */
const maxReferences = 10_000;

/** What is known of a manifest of a repository. */
export type KnownManifest = Omit<ManifestRow, "bytes">;

/** The manifest that a reference names here. @throws MANIFEST_UNKNOWN with the detail that clients print. */
export async function getManifest(
  ctx: Needs<"db" | "facts" | "contents">,
  repositoryId: string,
  reference: Reference,
): Promise<KnownManifest> {
  const named = "tag" in reference ? reference : { digest: formatDigest(reference.digest) };
  const key = "tag" in named ? factKey.tag(named.tag) : factKey.manifest(named.digest);
  const manifest = await ctx.facts.get(repositoryId, key, async (): Promise<KnownManifest | null> => {
    const row = await findManifest(ctx.db, repositoryId, named, ctx.contents.maxEntryBytes);
    if (row?.bytes) ctx.contents.put(row.digest, new Uint8Array(row.bytes));
    return row && { digest: row.digest, mediaType: row.mediaType, sizeBytes: row.sizeBytes };
  });
  if (!manifest) throw unknown(named);
  return manifest;
}

/** The bytes of a manifest that was just found here. @throws MANIFEST_UNKNOWN when it is gone meanwhile. */
export async function getManifestBytes(
  ctx: Needs<"db" | "contents">,
  repositoryId: string,
  { digest }: KnownManifest,
): Promise<Uint8Array<ArrayBuffer>> {
  const known = ctx.contents.get(digest);
  if (known) return known;
  const found = await findManifestBytes(ctx.db, repositoryId, digest);
  if (!found) throw unknown({ digest });
  const bytes = new Uint8Array(found);
  ctx.contents.put(digest, bytes);
  return bytes;
}

/** What is answered where a reference names nothing. */
export function unknown(named: { tag: string } | { digest: string }) {
  return registryError("MANIFEST_UNKNOWN", undefined, "tag" in named ? { Tag: named.tag } : { Revision: named.digest });
}

/** A manifest that a client pushes. */
export interface ManifestPush {
  bytes: Uint8Array;
  contentType: string;
  reference: Reference;
  /** From `?tag=`: more tags for a manifest that is pushed by digest. */
  tags: readonly string[];
}

/** What is answered to a push. */
export interface PushedManifest {
  digest: string;
  tags: string[];
  /** The subject's digest, when there is one. */
  subject: string | null;
  /** What the pusher should know although the push went well. */
  warnings: string[];
}

/**
 * Stores a manifest and points tags at it.
 * @throws MANIFEST_INVALID, DIGEST_INVALID, MANIFEST_BLOB_UNKNOWN (an entry per missing digest), DENIED for an immutable tag, READ_ONLY.
 */
export async function putManifest(
  ctx: Needs<"db" | "clock" | "hasher" | "limits" | "facts">,
  where: Where,
  push: ManifestPush,
): Promise<PushedManifest> {
  await requireOpen(ctx);
  const manifest = parseManifest(push.bytes, push.contentType, { maxDepth: ctx.limits.jsonMaxDepth, maxReferences });
  const digest = formatDigest(await verifiedDigest(ctx, push));
  const tags = "tag" in push.reference ? [push.reference.tag] : [...new Set(push.tags)];
  await retried((isFirst) => store(ctx, where, { push, manifest, digest, tags, mayRemember: isFirst }));
  return { digest, tags, subject: manifest.subject?.digest ?? null, warnings: warningsOf(manifest, tags) };
}

function warningsOf(manifest: Manifest, tags: readonly string[]): string[] {
  const warnings: string[] = [];
  if (manifest.mediaType === mediaTypes.ociArtifact)
    warnings.push(
      "the artifact manifest is no longer part of the specification: use an image manifest with artifactType",
    );
  if (isIndex(manifest.mediaType) && tags.some((tag) => /^sha(256|512)-[0-9a-f]{64}$/.test(tag)))
    warnings.push("this registry has the referrers API: tags that list referrers are not needed");
  return warnings;
}

async function verifiedDigest(ctx: Needs<"hasher">, push: ManifestPush): Promise<Digest> {
  const asked = "digest" in push.reference ? push.reference.digest : null;
  const algorithm = asked?.algorithm ?? "sha256";
  const hex = await ctx.hasher.digest(algorithm, push.bytes);
  if (asked && asked.hex !== hex)
    throw registryError("DIGEST_INVALID", `the manifest's bytes have digest ${algorithm}:${hex}`, {
      digest: formatDigest(asked),
    });
  return { algorithm, hex };
}

interface ToStore {
  push: ManifestPush;
  manifest: Manifest;
  digest: string;
  tags: string[];
  /** Whether memory may say which blobs are here. Should it be wrong, the foreign key says so, and the next try asks. */
  mayRemember: boolean;
}

async function store(
  ctx: Needs<"db" | "clock" | "facts">,
  where: Where,
  { push, manifest, digest, tags, mayRemember }: ToStore,
): Promise<void> {
  const { repository, caller } = where;
  const edges = await resolveEdges(ctx, where, { manifest, mayRemember });
  const now = ctx.clock.now();
  const detail = { digest, mediaType: manifest.mediaType, tags, sizeBytes: push.bytes.byteLength };
  const event = eventOf({ at: now, type: "manifest.push", repository, caller, detail });
  const insert = async (db: Db, at = now) => {
    const move = tags.length > 0 ? await planMove(db, where, { names: tags, digest, manifest, now: at }) : null;
    const moved = await insertManifest(db, {
      repositoryId: repository.id,
      digest,
      mediaType: manifest.mediaType,
      bytes: push.bytes,
      artifactType: manifest.artifactType,
      configMediaType: manifest.configMediaType,
      subject: manifest.subject?.digest ?? null,
      annotations: manifest.annotations,
      pushedBy: caller.account?.id ?? null,
      now: at,
      edges,
      tags: move,
      event,
    });
    requireMoved(where, tags, moved);
  };
  if (repository.tagLimit > 0 && tags.length > 0) return storeWithinLimit(ctx, where, { event, tags, now, insert });
  // Where a tag may be held, what was stored before that is known has to go again.
  await heeding(ctx, event, () => (repository.immutableTags ? ctx.db.transaction((tx) => insert(tx)) : insert(ctx.db)));
}

/** Where there may be so many tags only: those that go for it are forgotten together with those that came. */
async function storeWithinLimit(
  ctx: Needs<"db" | "facts">,
  where: Where,
  push: { event: NewEvent; tags: string[]; now: Date; insert(db: Db, at: Date): Promise<void> },
): Promise<void> {
  const { event, tags, insert } = push;
  const touched = [...tags];
  await heeding(ctx, { ...event, detail: { ...event.detail, tags: touched } }, () =>
    ctx.db.transaction(async (tx) => {
      const { tagLimit, now } = await enterLimit(tx, where, { names: tags, now: push.now });
      await insert(tx, now);
      touched.push(...(await keepLimit(tx, where, { names: tags, tagLimit, now })));
    }),
  );
}

/** Finds what each reference is here: a linked blob, a manifest, or (where that is allowed) nothing. */
async function resolveEdges(
  ctx: Needs<"db" | "facts">,
  { repository }: Where,
  { manifest, mayRemember }: Pick<ToStore, "manifest" | "mayRemember">,
): Promise<EdgeRow[]> {
  const { references } = manifest;
  const children = references.filter((r) => r.kind === "child").map((r) => r.digest);
  const manifests = await findManifestDigests(ctx.db, repository.id, children);
  // A child that is no manifest may be a blob: builders of old keep their cache so.
  const asBlobs = references.filter((r) => !manifests.has(r.digest));
  const blobs = await findBlobs(ctx, repository.id, { references: asBlobs, mayRemember });
  const missing = new Map<string, ErrorEntry>();
  const edges = references.map((reference, position): EdgeRow => {
    const { kind, digest, mediaType, sizeBytes } = reference;
    const child = manifests.has(digest) && kind === "child" ? digest : null;
    const blobId = child ? null : (blobs.get(digest) ?? null);
    if (!child && blobId === null && !reference.optional && !repository.sparse)
      missing.set(digest, {
        code: "MANIFEST_BLOB_UNKNOWN",
        message: `${isIndex(manifest.mediaType) ? "manifest" : "blob"} ${digest} is not in this repository: push it first`,
        detail: { digest },
      });
    return { position, kind, digest, mediaType, sizeBytes, blobId, child };
  });
  if (missing.size > 0) throw new RegistryError([...missing.values()].slice(0, 100));
  return edges;
}

/** The ids of the blobs that are linked here, by digest. */
async function findBlobs(
  ctx: Needs<"db" | "facts">,
  repositoryId: string,
  { references, mayRemember }: { references: Manifest["references"]; mayRemember: boolean },
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const asked: Digest[] = [];
  for (const reference of references) {
    const known = mayRemember ? ctx.facts.peek<LinkedBlob>(repositoryId, factKey.blob(reference.digest)) : null;
    if (known) found.set(reference.digest, known.id);
    else asked.push(descriptorDigest(reference));
  }
  for (const [digest, id] of await findLinkedBlobs(ctx.db, repositoryId, asked)) found.set(digest, id);
  return found;
}
