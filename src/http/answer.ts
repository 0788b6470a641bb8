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

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: AnswerBody;
}
