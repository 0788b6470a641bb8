// A decided answer, before any runtime has made it its own: status, headers, and what the body is.
import type { LinkedBlob } from "#core/content/blobs.ts";
import type { ByteRange } from "#oci/range.ts";

/** What follows the headers; null is nothing, also where the headers announce the length that GET would bring. */
export type AnswerBody =
  | null
  | Uint8Array<ArrayBuffer>
  /** Part of a blob: a runtime that can reach the stored bytes itself may send them its own way. */
  | { blob: LinkedBlob; range: ByteRange }
  | { lengthBytes: number; open: () => Promise<ReadableStream<Uint8Array>> };

/** A JSON answer; HEAD gets its length alone. */
export function jsonAnswer(value: unknown, headers: Answer["headers"] = {}): Answer {
  const body = new TextEncoder().encode(JSON.stringify(value));
  const all = { "Content-Type": "application/json", ...headers, "Content-Length": String(body.byteLength) };
  return { status: 200, headers: all, body };
}

export interface Answer {
  status: number;
  /** A list is a header that is there several times. */
  headers: Record<string, string | string[]>;
  body: AnswerBody;
}
