// Streams part of an object; a connection that breaks is opened again at the byte that was reached.
import { BlobStoreError, type Reading } from "#ports/blob-store.ts";
import type { S3Client } from "./client.ts";
import { readETag } from "./multipart.ts";
import { headObject, openObject } from "./objects.ts";
import { connectionProblem, S3Problem } from "./problem.ts";

/** Bytes that are fetched ahead of a client, so that it need not wait for the network. */
const aheadBytes = 1024 * 1024;
/** A stream that brings nothing for this long is opened again. */
const idleMs = 15_000;
/** Connections in a row that bring no byte before the stream is given up. */
const mostEmpty = 3;

/** What to read. */
export interface ReadRange {
  start: number;
  /** Inclusive. */
  end: number;
  /** The object must still be this one. */
  etag?: string;
  /** For an upload: nothing is fetched before it is asked for, since uploads wait for memory that is counted. */
  isForUpload?: true;
}

/** Opens a stream of the bytes from `start` to `end`, or null when there is no such object. It never ends short of them. */
export async function openS3Reader(client: S3Client, name: string, range: ReadRange): Promise<Reading | null> {
  if (range.end < range.start) {
    const head = await headObject(client, name);
    return head && { body: new Response("").body as Reading["body"], sizeBytes: head.sizeBytes, stamp: head.stamp };
  }
  const first = await connect(client, name, { range, etag: range.etag ?? null });
  if (!first) return null;
  return { body: streamOf(client, name, range, first), sizeBytes: first.sizeBytes, stamp: first.etag || null };
}

interface Connection {
  reader: ReadableStreamDefaultReader<Uint8Array>;
  etag: string;
  /** Of the whole object. */
  sizeBytes: number;
  end(): void;
}

async function connect(
  client: S3Client,
  name: string,
  from: { range: ReadRange; etag: string | null },
): Promise<Connection | null> {
  const ending = new AbortController();
  try {
    const response = await openObject(client, name, { ...from, signal: ending.signal });
    if (!response) return null;
    const { start, end } = from.range;
    const { first, whole } = placeOf(response.headers);
    if (first !== start) throw new BlobStoreError("unavailable", "the bucket does not give ranges of an object");
    if (whole <= end) throw new TooShort();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const etag = readETag(response.headers.get("etag"));
    return { reader, etag, sizeBytes: whole, end: () => ending.abort() };
  } catch (error) {
    ending.abort();
    throw error instanceof S3Problem && error.status === 416 ? new TooShort() : error;
  }
}

/** Where an answer's bytes begin, and how large the whole object is. @throws when it does not say: sizes are compared, never guessed. */
function placeOf(headers: Headers): { first: number; whole: number } {
  const range = headers.get("content-range");
  const [, first = "0", whole = ""] =
    range === null ? [null, "0", headers.get("content-length") ?? ""] : (/^bytes (\d+)-\d+\/(\d+)$/.exec(range) ?? []);
  if (whole === "") throw new BlobStoreError("unavailable", "the bucket does not say how large an object is");
  return { first: Number(first), whole: Number(whole) };
}

function streamOf(client: S3Client, name: string, range: ReadRange, first: Connection): ReadableStream<Uint8Array> {
  let connection = first;
  let at = range.start;
  let empty = 0;
  let cancelled = false;
  const reopen = async (reason: unknown) => {
    connection.end();
    if (++empty > mostEmpty) throw connectionProblem("send an object to its end", reason);
    const next = await connect(client, name, { range: { start: at, end: range.end }, etag: first.etag || null });
    if (!next) throw new BlobStoreError("lost", "the object was removed while it was read");
    connection = next;
    if (cancelled) next.end();
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        for (;;) {
          const chunk = await within(connection.reader.read()).catch((error) => ({ done: true, value: null, error }));
          if (chunk.value && chunk.value.byteLength > 0) {
            empty = 0;
            const wanted = chunk.value.subarray(0, range.end + 1 - at);
            at += wanted.byteLength;
            controller.enqueue(wanted);
            if (at <= range.end) return;
            leave(connection);
            return controller.close();
          }
          if (chunk.done) await reopen("error" in chunk ? chunk.error : new Error("the stream ended early"));
        }
      },
      cancel() {
        cancelled = true;
        connection.end();
      },
    },
    { highWaterMark: range.isForUpload ? 0 : aheadBytes, size: (chunk) => chunk.byteLength },
  );
}

/** Reads the end of an answer, so that its connection can be used again; one that goes on is cut. */
function leave({ reader, end }: Connection): void {
  within(reader.read()).then(({ done }) => {
    if (!done) end();
  }, end);
}

class TooShort extends BlobStoreError {
  constructor() {
    super("lost", "the object is shorter than its blob");
  }
}

/** @throws when nothing comes for too long. */
async function within<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("nothing came for too long", "TimeoutError")), idleMs);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
