// Byte ranges: the `Range` header of RFC 9110 section 14 for reads, and the `Content-Range` of upload chunks.

/** The first and the last byte, both inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Ranges beyond this number are answered as if there were none: a client that asks so is confused or hostile. */
const maxRanges = 256;

/**
 * Reads a `Range` header for content of a known size.
 * @returns null when the header is absent, not in bytes or malformed (it is then ignored, RFC 9110 14.2);
 * "unsatisfiable" when no range overlaps the content; otherwise the satisfiable ranges in the order asked.
 */
export function parseRanges(
  header: string | null | undefined,
  sizeBytes: number,
): ByteRange[] | "unsatisfiable" | null {
  if (!header) return null;
  const match = /^bytes=(.+)$/i.exec(header.trim());
  if (!match) return null;
  const specs = (match[1] as string).split(",").map((spec) => spec.trim());
  if (specs.length > maxRanges) return null;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    if (spec === "") continue;
    const parts = /^(\d*)-(\d*)$/.exec(spec);
    if (!parts || (parts[1] === "" && parts[2] === "")) return null;
    const range = toRange(parts[1] as string, parts[2] as string, sizeBytes);
    // A range that ends before it begins is invalid; clients and the conformance list want 416, not the whole.
    if (range) ranges.push(range);
  }
  return ranges.length > 0 ? ranges : "unsatisfiable";
}

function toRange(first: string, last: string, sizeBytes: number): ByteRange | null {
  if (first === "") {
    const suffix = Number(last);
    if (suffix === 0 || sizeBytes === 0) return null;
    return { start: Math.max(0, sizeBytes - suffix), end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end || start >= sizeBytes ? null : { start, end };
}

/** Sum of the lengths of the ranges, overlaps counted as often as they were asked. */
export function rangesLength(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, range) => sum + range.end - range.start + 1, 0);
}

/**
 * Reads the `Content-Range` of an upload chunk: `first-last`, or the form `bytes first-last/total` that some clients send.
 * @returns null when malformed.
 */
export function parseContentRange(header: string): ByteRange | null {
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(header.trim());
  if (!match) return null;
  const start = Number(match[1]);
  const end = Number(match[2]);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || end < start) return null;
  return { start, end };
}

/** The `Range` of an upload session: `0-0` while it is empty, else the last byte that is stored. */
export function formatUploadRange(offset: number): string {
  return `0-${Math.max(0, offset - 1)}`;
}
