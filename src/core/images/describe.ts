// Reads what a manifest's configuration tells (platform, author, history) and keeps it for the management API.
//
// A push marks its manifest in its own statement; the mark goes when the answer is stored. So a crash in between costs nothing but
// time, and what nobody has described yet is found by the periodic work.
import {
  type Described,
  type Detail,
  findUndescribed,
  listUndescribed,
  type ManifestKey,
  postponeDetails,
  storeDetails,
  type Undescribed,
} from "#db/queries/images/details.ts";
import { isObject } from "#oci/descriptor.ts";
import { dockerfileLines, type Layer } from "#oci/dockerfile.ts";
import { isImageConfig, readImageConfig, readPlatform, text } from "#oci/image-config.ts";
import { isIndex } from "#oci/media-type.ts";
import type { Needs } from "../context.ts";
import type { IntegrityNeeds } from "../integrity/damage.ts";
import { openSound } from "../integrity/open.ts";
import { plusSeconds } from "../moment.ts";

export type DescribeNeeds = IntegrityNeeds & Needs<"limits">;

/** Larger configurations are not read at all, larger manifests say what they are and no more. */
const maxConfigBytes = 8 * 1024 * 1024;
const maxManifestBytes = 1024 * 1024;
const maxPlatforms = 200;
const maxUrls = 10;
/** What could not be read now may be there later: the store was away, or a damaged blob is pushed again. */
const postponeSeconds = 600;
const sliceManifests = 10;

/** Describes what was pushed and nobody has described. @returns whether there may be more. */
export async function describeManifests(ctx: DescribeNeeds): Promise<boolean> {
  const keys = await listUndescribed(ctx.db, ctx.clock.now(), sliceManifests);
  await describeThese(ctx, keys);
  return keys.length === sliceManifests;
}

/**
 * Describes those of the manifests that nobody has described.
 * @param quickBytes larger configurations are left to the periodic work. @returns whether anything was described.
 */
export async function describeThese(
  ctx: DescribeNeeds,
  keys: readonly ManifestKey[],
  quickBytes = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  if (keys.length === 0) return false;
  const now = ctx.clock.now();
  const described: Described[] = [];
  const later: Undescribed[] = [];
  for (const of of await findUndescribed(ctx.db, keys, { now, bytesUpTo: maxManifestBytes })) {
    if ((of.config?.sizeBytes ?? 0) > quickBytes) continue;
    const detail = await describe(ctx, of).catch((error) => notNow(ctx, of, error));
    if (detail) described.push({ of: keyOf(of), detail });
    else later.push(of);
  }
  await storeDetails(ctx.db, described);
  await postponeDetails(ctx.db, later.map(keyOf), plusSeconds(now, postponeSeconds));
  return described.length > 0;
}

const keyOf = ({ repositoryId, digest, describeAt }: Undescribed) => ({ repositoryId, digest, describeAt });

function notNow(ctx: Needs<"report">, { digest }: Undescribed, error: unknown): null {
  ctx.report("warn", "a manifest could not be described; it is tried again", { digest, error: String(error) });
  return null;
}

/** @returns null when its configuration cannot be read now. */
async function describe(ctx: DescribeNeeds, of: Undescribed): Promise<Detail | null> {
  const known = { ...undescribed, sizeBytes: of.sizeBytes };
  if (!of.bytes) return { ...known, status: "too-large" };
  const manifest = readFields(of.bytes);
  if (isIndex(of.mediaType)) return { ...known, platforms: platformsOf(manifest) };
  if (!isImageConfig(of.configMediaType)) return known;
  if (!of.hasConfig) return { ...known, status: "missing" };
  if (of.config && of.config.sizeBytes > maxConfigBytes) return { ...known, status: "too-large" };
  const bytes = of.config && (await readBlob(ctx, of.config));
  if (!bytes) return null;
  const config = readImageConfig(bytes, { maxDepth: ctx.limits.jsonMaxDepth });
  if (!config) return { ...known, status: "invalid" };
  const { history, ...told } = config;
  return { ...known, ...told, status: "read", lines: dockerfileLines(history, layersOf(manifest)) };
}

const undescribed: Detail = {
  status: "none",
  os: null,
  osVersion: null,
  architecture: null,
  variant: null,
  author: null,
  created: null,
  sizeBytes: null,
  lines: null,
  platforms: null,
};

async function readBlob(ctx: DescribeNeeds, blob: NonNullable<Undescribed["config"]>): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(blob.sizeBytes);
  if (bytes.byteLength === 0) return bytes;
  const body = await openSound(ctx, blob, { start: 0, end: blob.sizeBytes - 1 });
  if (!body) return null;
  let at = 0;
  for await (const piece of body) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return at === bytes.byteLength ? bytes : null;
}

/** A manifest was looked at when it was pushed: its bytes are JSON, and its descriptors are what they should be. */
function readFields(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes));
}

function layersOf({ layers }: Record<string, unknown>): Layer[] {
  return listOf(layers).map(({ digest, mediaType, size, urls }) => ({
    digest: String(digest),
    mediaType: String(mediaType),
    sizeBytes: Number(size),
    urls: Array.isArray(urls) ? urls.slice(0, maxUrls).map((url) => text(url, 2000) ?? "") : [],
  }));
}

function platformsOf({ manifests }: Record<string, unknown>): Detail["platforms"] {
  return listOf(manifests)
    .slice(0, maxPlatforms)
    .map(({ digest, platform }) => ({ digest: String(digest), ...readPlatform(platform) }));
}

const listOf = (value: unknown) => (Array.isArray(value) ? value.filter(isObject) : []);
