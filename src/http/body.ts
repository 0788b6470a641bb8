// Reads bodies that have to be in memory whole: they are small, and one that is not is refused.
import { joinBytes } from "#core/uploads/gather.ts";
import { type Body, eachSlab } from "#core/uploads/slabs.ts";
import type { RequestHead } from "./head.ts";

/** What a body may be at most, and the error for one that is more. */
interface BodyLimit {
  maxBytes: number;
  tooLarge: () => Error;
}

const pieceBytes = 64 * 1024;

/** The body's bytes. @throws what the limit makes when there are more than it allows, as soon as that is known. */
export async function readBody(
  head: RequestHead,
  incoming: { readonly body: Body | null },
  limit: BodyLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const announced = Number(head.header("content-length") ?? 0);
  if (announced > limit.maxBytes) throw limit.tooLarge();
  const { body } = incoming;
  if (!body) return new Uint8Array();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const source = { buffer: () => new ArrayBuffer(Math.min(announced || pieceBytes, pieceBytes)), recycle: () => {} };
  const broken = await eachSlab(body, source, async (piece) => {
    size += piece.byteLength;
    if (size > limit.maxBytes) throw limit.tooLarge();
    parts.push(piece as Uint8Array<ArrayBuffer>);
  });
  if (broken) throw broken.error;
  return joinBytes(parts);
}
