// Finds a request's body among the bytes of its connection (RFC 9112, section 6): by its announced length, or by its chunks.
// Bytes stay where they were read: what stands between chunks is taken out by moving the body's bytes together.

/** What some bytes of a connection were. */
export interface Taken {
  /** So many of them are the body's; they lie at the front now. */
  body: number;
  /** So many at the end belong to what follows the body. */
  rest: number;
}

export interface Framing {
  /** @throws FramingError when this is no body as it was announced. */
  take(bytes: Uint8Array): Taken;
  isEnded(): boolean;
}

/** The bytes of a connection are not what its client announced; nothing that follows can be understood. */
export class FramingError extends Error {}

/** A body of this many bytes. */
export function createSizedFraming(lengthBytes: number): Framing {
  let left = lengthBytes;
  return {
    take(bytes) {
      const body = Math.min(left, bytes.byteLength);
      left -= body;
      return { body, rest: bytes.byteLength - body };
    },
    isEnded: () => left === 0,
  };
}

/** Sizes of chunks have at most this many digits: more than any body has bytes, less than numbers can count. */
const maxDigits = 12;
/** Bytes of extensions and trailers, which are read over, in one body. */
const maxIgnoredBytes = 16 * 1024;

const cr = 13;
const lf = 10;
const semicolon = 59;

type State = "size" | "extension" | "size end" | "data" | "data cr" | "data lf" | "trailer" | "trailer lf" | "ended";

/** A body in chunks, to the end of its trailers. */
export function createChunkedFraming(): Framing {
  let state: State = "size";
  let size = 0;
  let digits = 0;
  let ignored = 0;
  /** Characters of the trailer line so far. */
  let line = 0;
  const expect = (byte: number, wanted: number, next: State) => {
    if (byte !== wanted) throw new FramingError("a chunk of the request's body does not end where it should");
    state = next;
  };
  const ignore = () => {
    if (++ignored > maxIgnoredBytes) throw new FramingError("extensions or trailers of the chunked body are too large");
  };
  const takeSize = (byte: number) => {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      size = size * 16 + digit;
      if (++digits > maxDigits) throw new FramingError("a chunk of the request's body is too large");
      return;
    }
    if (digits === 0 || (byte !== cr && byte !== semicolon))
      throw new FramingError("a chunk of the request's body does not begin with its size");
    state = byte === cr ? "size end" : "extension";
  };
  const takeExtension = (byte: number) => {
    if (byte === lf) throw new FramingError("a line in the chunked body ends without a carriage return");
    if (byte === cr) state = "size end";
    else ignore();
  };
  const takeTrailer = (byte: number) => {
    if (byte === lf) throw new FramingError("a line in the chunked body ends without a carriage return");
    if (byte === cr) state = "trailer lf";
    else ignore();
    if (byte !== cr) line++;
  };
  const step = (byte: number) => {
    if (state === "size") return takeSize(byte);
    if (state === "extension") return takeExtension(byte);
    if (state === "size end") {
      expect(byte, lf, size > 0 ? "data" : "trailer");
      line = 0;
      return;
    }
    if (state === "data cr") return expect(byte, cr, "data lf");
    if (state === "data lf") {
      expect(byte, lf, "size");
      size = 0;
      digits = 0;
      return;
    }
    if (state === "trailer") return takeTrailer(byte);
    expect(byte, lf, line === 0 ? "ended" : "trailer");
    line = 0;
  };
  return {
    take(bytes) {
      let at = 0;
      let body = 0;
      while (at < bytes.byteLength && state !== "ended") {
        if (state !== "data") {
          step(bytes[at++] as number);
          continue;
        }
        const taken = Math.min(size, bytes.byteLength - at);
        if (body !== at) bytes.copyWithin(body, at, at + taken);
        body += taken;
        at += taken;
        size -= taken;
        if (size === 0) state = "data cr";
      }
      return { body, rest: bytes.byteLength - at };
    },
    isEnded: () => state === "ended",
  };
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}
