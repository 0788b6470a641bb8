// The requests for whole objects: put, head, read a small one, delete, list.
import type { Sealed } from "#ports/blob-store.ts";
import type { S3Client } from "./client.ts";
import { markHeader, readETag } from "./multipart.ts";
import { objectHeaders } from "./place.ts";
import { S3Problem } from "./problem.ts";
import { patienceFor } from "./retry.ts";
import { childrenOf, readXml, textOf } from "./xml.ts";

/** What is known of an object that is there. */
export interface ObjectHead extends Sealed {
  stamp: string;
  /** Who wrote it, or null when it does not say. */
  mark: string | null;
}

/** Whether S3 says that there is no such object. Other things that are not there (the bucket, the account) are problems. */
function isAbsent(error: unknown): boolean {
  return error instanceof S3Problem && error.status === 404 && ["", "NoSuchKey", "NotFound"].includes(error.code);
}

/** An object that is written in one request. */
export interface WholeObject {
  body: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the body in hex, where it is known. */
  bodyHash?: string | null;
  headers: Record<string, string>;
  what: string;
  signal?: AbortSignal;
}

/** Writes an object whole. @returns its ETag. */
export async function putObject(client: S3Client, name: string, input: WholeObject): Promise<string> {
  const { headers } = await client.ask({
    what: input.what,
    method: "PUT",
    name,
    headers: { ...objectHeaders(client.place), "content-type": "application/octet-stream", ...input.headers },
    body: input.body,
    bodyHash: input.bodyHash ?? null,
    patience: patienceFor(input.body.byteLength),
    ...(input.signal ? { signal: input.signal } : {}),
  });
  return readETag(headers.get("etag"));
}

export async function headObject(client: S3Client, name: string): Promise<ObjectHead | null> {
  try {
    const { headers } = await client.ask({ what: "look at an object", method: "HEAD", name });
    const stamp = readETag(headers.get("etag"));
    return { sizeBytes: Number(headers.get("content-length")), stamp, mark: headers.get(markHeader) };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Opens the bytes from `start` to `end`, or null when there is no such object. */
export async function openObject(
  client: S3Client,
  name: string,
  input: { range: { start: number; end: number }; etag: string | null; signal: AbortSignal },
): Promise<Response | null> {
  const { start, end } = input.range;
  try {
    return await client.open({
      what: "read an object",
      method: "GET",
      name,
      headers: { range: `bytes=${start}-${end}`, ...(input.etag ? { "if-match": `"${input.etag}"` } : {}) },
      signal: input.signal,
    });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** An object that is not there is no error. */
export async function deleteObject(client: S3Client, name: string): Promise<void> {
  try {
    await client.ask({ what: "delete an object", method: "DELETE", name });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

/** The names of all objects below a prefix. */
export async function* listObjects(client: S3Client, prefix: string): AsyncGenerator<string> {
  let more: Record<string, string> = {};
  for (;;) {
    const query = { "list-type": "2", prefix, ...more };
    const { text } = await client.ask({ what: "list its objects", method: "GET", name: "", query });
    const root = readXml(text);
    if (!root) throw new S3Problem("list its objects", { status: 0, code: "an answer that broke off" });
    for (const object of childrenOf(root, "Contents")) yield textOf(object, "Key");
    const token = textOf(root, "NextContinuationToken");
    if (textOf(root, "IsTruncated") !== "true" || token === "") return;
    more = { "continuation-token": token };
  }
}

/** Deletes all objects below a prefix. */
export async function deleteBelow(client: S3Client, prefix: string): Promise<void> {
  for await (const name of listObjects(client, prefix)) await deleteObject(client, name);
}
