// Whole objects of an R2 bucket: written under a condition, read in part, listed, and what lies beside a blob's object.
import { BlobStoreError, type Reading } from "#ports/blob-store.ts";
import type { R2Binding, R2Head } from "./bucket.ts";
import { asking, bucketProblem, codeOf, rangeBeyond } from "./problem.ts";

/** Marks who wrote an object, so that a writer knows its own work again after an answer was lost. As S3 shows it: x-amz-meta-berth-writer. */
export const markName = "berth-writer";

/** What an object may replace: nothing, the one with this ETag, or whatever is there. */
export type Replacing = { nothing: true } | { etag: string } | { anything: true };

/** Writes an object whole. @returns null when something else is there than may be replaced. */
export async function putObject(
  bucket: R2Binding,
  name: string,
  { bytes, replacing }: { bytes: Uint8Array; replacing: Replacing },
): Promise<R2Head | null> {
  const mark = crypto.randomUUID();
  const options = { customMetadata: { [markName]: mark } };
  let asked = 0;
  const put = await asking("take an object", () => {
    asked++;
    // A binding takes a condition's headers once.
    const onlyIf = conditionOf(replacing);
    return bucket.put(name, bytes, onlyIf ? { ...options, onlyIf } : options);
  });
  if (put || asked === 1) return put;
  // The first attempt may have been answered and the answer lost.
  const present = await headObject(bucket, name);
  return present?.customMetadata?.[markName] === mark ? present : null;
}

function conditionOf(replacing: Replacing): Headers | null {
  if ("etag" in replacing) return new Headers({ "If-Match": `"${replacing.etag}"` });
  return "nothing" in replacing ? new Headers({ "If-None-Match": "*" }) : null;
}

export function headObject(bucket: R2Binding, name: string): Promise<R2Head | null> {
  return asking("look at an object", () => bucket.head(name));
}

/**
 * Opens the bytes from `start` to `end` (inclusive), or null when there is no such object or, with `etag`, another one.
 * @throws BlobStoreError "lost" when the object is shorter.
 */
export async function openObject(
  bucket: R2Binding,
  name: string,
  { start, end, etag }: { start: number; end: number; etag?: string },
): Promise<Reading | null> {
  if (end < start) {
    const head = await headObject(bucket, name);
    return head && { body: new Response("").body as Reading["body"], sizeBytes: head.size, stamp: head.etag };
  }
  const range = { offset: start, length: end - start + 1 };
  const object = await asking("read an object", () =>
    bucket.get(name, etag === undefined ? { range } : { range, onlyIf: { etagMatches: etag } }),
  ).catch((error) => {
    if (codeOf((error as Error).cause) === rangeBeyond) throw tooShort();
    throw error;
  });
  if (!object?.body) return null;
  if (object.size > end) return { body: object.body, sizeBytes: object.size, stamp: object.etag };
  await object.body.cancel().catch(() => {});
  throw tooShort();
}

function tooShort(): BlobStoreError {
  return new BlobStoreError("lost", "the object is shorter than its blob");
}

/** The names below a prefix. */
export async function* listNames(bucket: R2Binding, prefix: string): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const from = cursor;
    const page = await asking("list its objects", () => bucket.list(from ? { prefix, cursor: from } : { prefix }));
    for (const { key } of page.objects) yield key;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
}

/** The bytes of a small object. */
export async function readBytes(bucket: R2Binding, name: string): Promise<Uint8Array | null> {
  try {
    const object = await asking("read an object", () => bucket.get(name));
    return object?.body ? new Uint8Array(await new Response(object.body).arrayBuffer()) : null;
  } catch (error) {
    throw bucketProblem("read an object", error);
  }
}
