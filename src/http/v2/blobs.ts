// Blobs: HEAD and GET with ranges and conditions, DELETE.
import { reachRepository } from "#core/access/reach.ts";
import { deleteBlob, getBlob, type LinkedBlob, openBlob } from "#core/content/blobs.ts";
import { redirectFor } from "#core/content/redirect.ts";
import { readSmallBlob } from "#core/content/small-blobs.ts";
import { formatDigest, parseDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { type ByteRange, parseRanges } from "#oci/range.ts";
import type { Answer } from "../answer.ts";
import type { RequestHead } from "../head.ts";
import { multipartLength, multipartStream } from "./multipart.ts";
import type { V2Handler, V2Request } from "./request.ts";

type OnBlob = { name: string; digest: string };

/** GET, HEAD /v2/<name>/blobs/<digest> */
export const getBlobContent: V2Handler<OnBlob> = async (request, { name, digest: text }) => {
  const { ctx, caller, head } = request;
  const digest = parseDigest(text);
  const repository = await reachRepository(ctx, caller, name, "pull");
  const blob = await getBlob(ctx, repository.id, digest);
  const etag = `"${formatDigest(digest)}"`;
  const headers: Record<string, string> = {
    "Docker-Content-Digest": formatDigest(digest),
    ETag: etag,
    "Cache-Control": "private, max-age=31536000, immutable",
    "Accept-Ranges": "bytes",
    "Content-Type": "application/octet-stream",
    "X-Content-Type-Options": "nosniff",
  };
  if (matches(head.header("if-none-match"), etag)) return { status: 304, headers, body: null };
  const address = head.method === "GET" ? await redirectFor(ctx, blob) : null;
  // Ranges are the store's to answer then.
  if (address !== null) return redirect(address, headers["Docker-Content-Digest"] as string);
  const ranges = wantedRanges(head, blob.sizeBytes, etag);
  if (ranges === "unsatisfiable")
    throw registryError("RANGE_INVALID", `the blob has ${blob.sizeBytes} bytes`, undefined, {
      sizeBytes: blob.sizeBytes,
    });
  if (ranges && ranges.length > 1) return manyParts(request, blob, ranges, headers);
  return onePart(request, blob, ranges?.[0] ?? null, headers);
};

/** The address is good for whoever has it, so nothing may keep it. */
function redirect(address: string, digest: string): Answer {
  const headers = {
    Location: address,
    "Cache-Control": "no-store",
    "Docker-Content-Digest": digest,
    "Content-Length": "0",
  };
  return { status: 307, headers, body: null };
}

/** DELETE /v2/<name>/blobs/<digest> */
export const deleteBlobLink: V2Handler<OnBlob> = async (request, { name, digest: text }) => {
  const { ctx, caller } = request;
  const digest = parseDigest(text);
  const repository = await reachRepository(ctx, caller, name, "delete");
  await deleteBlob(ctx, { repository, caller }, digest);
  return { status: 202, headers: { "Content-Length": "0" }, body: null };
};

/** Ranges are defined for GET alone (RFC 9110 14.2). `If-Range` with another validator means: the whole (13.1.5). */
function wantedRanges(head: RequestHead, sizeBytes: number, etag: string) {
  if (head.method !== "GET") return null;
  const wanted = head.header("range");
  if (wanted === undefined) return null;
  const ifRange = head.header("if-range");
  if (ifRange !== undefined && ifRange !== etag) return null;
  return parseRanges(wanted, sizeBytes);
}

async function onePart(
  { ctx, head }: V2Request,
  blob: LinkedBlob,
  wanted: ByteRange | null,
  headers: Record<string, string>,
): Promise<Answer> {
  const range = wanted ?? { start: 0, end: blob.sizeBytes - 1 };
  const length = range.end - range.start + 1;
  headers["Content-Length"] = String(length);
  if (wanted) headers["Content-Range"] = `bytes ${range.start}-${range.end}/${blob.sizeBytes}`;
  const status = wanted ? 206 : 200;
  if (head.method === "HEAD" || length === 0) return { status, headers, body: null };
  const small = await readSmallBlob(ctx, blob);
  if (small) return { status, headers, body: wanted ? small.subarray(range.start, range.end + 1) : small };
  return { status, headers, body: { blob, range } };
}

function manyParts({ ctx }: V2Request, blob: LinkedBlob, ranges: ByteRange[], headers: Record<string, string>): Answer {
  // Plain letters and digits, unquoted: a client's parser stumbles over more.
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const parts = { ranges, sizeBytes: blob.sizeBytes, boundary, contentType: headers["Content-Type"] as string };
  const lengthBytes = multipartLength(parts);
  const all = {
    ...headers,
    "Content-Type": `multipart/byteranges; boundary=${boundary}`,
    "Content-Length": String(lengthBytes),
  };
  const open = async () => multipartStream(parts, (range) => openBlob(ctx, blob, range));
  return { status: 206, headers: all, body: { lengthBytes, open } };
}

/** Whether an `If-None-Match` names the entity; some clients leave the quotes away. */
export function matches(header: string | undefined, etag: string): boolean {
  if (!header) return false;
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "");
    return tag === "*" || tag === etag || `"${tag}"` === etag;
  });
}
