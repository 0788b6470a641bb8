// Bodies in chunks, as they go over a bare socket.

/** Cuts bytes into chunks. @param sizeOf gives the size of each, by its number. @returns the whole body with its end. */
export function chunkedBody(bytes: Uint8Array, sizeOf: (chunk: number) => number, trailers = ""): Buffer {
  return Buffer.concat([...chunksOf(bytes, sizeOf), Buffer.from(`0\r\n${trailers}\r\n`)]);
}

/** The chunks without an end. */
export function chunksOf(bytes: Uint8Array, sizeOf: (chunk: number) => number): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.byteLength; i++) {
    const piece = bytes.subarray(at, at + Math.max(1, sizeOf(i)));
    at += piece.byteLength;
    const size = i % 2 ? piece.byteLength.toString(16).toUpperCase() : `0${piece.byteLength.toString(16)}`;
    parts.push(Buffer.from(`${size}${i % 5 === 4 ? ";name=value" : ""}\r\n`), Buffer.from(piece), Buffer.from("\r\n"));
  }
  return parts;
}

/** Bytes of which every place tells which body they are of: 16 at a time. */
export function markedBytes(sizeBytes: number, mark: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(sizeBytes / 16) * 4);
  for (let i = 0; i < words.length; i += 4) words.set([mark, i, ~mark, Math.imul(i, 0x9e3779b1) ^ mark], i);
  return new Uint8Array(words.buffer, 0, sizeBytes);
}
