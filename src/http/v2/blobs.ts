// Blobs: HEAD and GET with ranges and conditions, DELETE.
import { reachRepository } from "#core/access/reach.ts";
import { deleteBlob, getBlob, type LinkedBlob, openBlob } from "#core/content/blobs.ts";
import { formatDigest, parseDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { type ByteRange, parseRanges } from "#oci/range.ts";
import { watchOutgoing } from "../rate.ts";
import { multipartLength, multipartStream } from "./multipart.ts";
import type { V2Handler, V2Request } from "./request.ts";

type OnBlob = { name: string; digest: string };

/** GET, HEAD /v2/<name>/blobs/<digest> */
export const getBlobContent: V2Handler<OnBlob> = async (request, { name, digest: text }) => {
  const { ctx, caller, c } = request;
  const digest = parseDigest(text);
  const repository = await reachRepository(ctx, caller, name, "pull");
  const blob = await getBlob(ctx, repository.id, digest);
  const etag = `"${formatDigest(digest)}"`;
  const headers = {
    "Docker-Content-Digest": formatDigest(digest),
    ETag: etag,
    "Cache-Control": "private, max-age=31536000, immutable",
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
  };
  if (matches(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
  const ranges = wantedRanges(request, blob.sizeBytes, etag);
  if (ranges === "unsatisfiable")
    throw registryError("RANGE_INVALID", `the blob has ${blob.sizeBytes} bytes`, undefined, {
      sizeBytes: blob.sizeBytes,
    });
  if (ranges && ranges.length > 1) return sendMany(request, blob, ranges, headers);
  const range = ranges?.[0] ?? { start: 0, end: blob.sizeBytes - 1 };
  return sendOne(request, blob, range, ranges !== null, headers);
};

/** DELETE /v2/<name>/blobs/<digest> */
export const deleteBlobLink: V2Handler<OnBlob> = async (request, { name, digest: text }) => {
  const { ctx, caller, c } = request;
  const digest = parseDigest(text);
  const repository = await reachRepository(ctx, caller, name, "delete");
  await deleteBlob(ctx, { repository, caller }, digest);
  return c.body(null, 202, { "Content-Length": "0" });
};

/** Ranges are defined for GET alone (RFC 9110 14.2). `If-Range` with another validator means: the whole (13.1.5). */
function wantedRanges({ c }: V2Request, sizeBytes: number, etag: string) {
  if (c.req.method !== "GET") return null;
  const ifRange = c.req.header("if-range");
  if (ifRange !== undefined && ifRange !== etag) return null;
  return parseRanges(c.req.header("range"), sizeBytes);
}

async function sendOne(
  request: V2Request,
  blob: LinkedBlob,
  range: ByteRange,
  partial: boolean,
  headers: Record<string, string>,
): Promise<Response> {
  const { ctx, c, around } = request;
  const length = range.end - range.start + 1;
  const all: Record<string, string> = { ...headers, "Content-Length": String(length) };
  if (partial) all["Content-Range"] = `bytes ${range.start}-${range.end}/${blob.sizeBytes}`;
  const status = partial ? 206 : 200;
  if (c.req.method === "HEAD" || length === 0) return c.body(null, status, all);
  const body = await openBlob(ctx, blob, range);
  return c.body(watchOutgoing(c, around, body, length), status, all);
}

async function sendMany(
  request: V2Request,
  blob: LinkedBlob,
  ranges: ByteRange[],
  headers: Record<string, string>,
): Promise<Response> {
  const { ctx, c, around } = request;
  // Plain letters and digits, unquoted: a client's parser stumbles over more.
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const parts = { ranges, sizeBytes: blob.sizeBytes, boundary, contentType: headers["Content-Type"] as string };
  const length = multipartLength(parts);
  const all = {
    ...headers,
    "Content-Type": `multipart/byteranges; boundary=${boundary}`,
    "Content-Length": String(length),
  };
  const body = multipartStream(parts, (range) => openBlob(ctx, blob, range));
  return c.body(watchOutgoing(c, around, body, length), 206, all);
}

/** Whether an `If-None-Match` names the entity; some clients leave the quotes away. */
export function matches(header: string | undefined, etag: string): boolean {
  if (!header) return false;
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag || `"${tag}"` === etag;
  });
}
