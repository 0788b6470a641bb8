// Several ranges in one answer: multipart/byteranges (RFC 9110 section 14.6).
import { type ByteRange, rangesLength } from "#oci/range.ts";

/** What is sent. */
export interface Multipart {
  ranges: readonly ByteRange[];
  sizeBytes: number;
  boundary: string;
  contentType: string;
}

function partHead(m: Multipart, range: ByteRange): Uint8Array {
  const lines = [
    `--${m.boundary}`,
    `Content-Type: ${m.contentType}`,
    `Content-Range: bytes ${range.start}-${range.end}/${m.sizeBytes}`,
    "",
    "",
  ];
  return new TextEncoder().encode(lines.join("\r\n"));
}

const lineEnd = new TextEncoder().encode("\r\n");
const closing = (m: Multipart) => new TextEncoder().encode(`--${m.boundary}--\r\n`);

/** Length of the whole body in bytes. */
export function multipartLength(m: Multipart): number {
  const heads = m.ranges.reduce((sum, range) => sum + partHead(m, range).byteLength + lineEnd.byteLength, 0);
  return heads + rangesLength(m.ranges) + closing(m).byteLength;
}

/** The body; each range is opened when its turn comes. */
export function multipartStream(
  m: Multipart,
  open: (range: ByteRange) => Promise<ReadableStream<Uint8Array>>,
): ReadableStream<Uint8Array> {
  const pieces = produce(m, open);
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}

async function* produce(
  m: Multipart,
  open: (range: ByteRange) => Promise<ReadableStream<Uint8Array>>,
): AsyncGenerator<Uint8Array, void> {
  for (const range of m.ranges) {
    yield partHead(m, range);
    const reader = (await open(range)).getReader();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      await reader.cancel().catch(() => {});
    }
    yield lineEnd;
  }
  yield closing(m);
}
