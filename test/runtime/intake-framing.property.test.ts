// Whatever a body is, however its client cuts it into chunks and however the network cuts those into reads: it comes out whole,
// with exactly the bytes that follow it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChunkedFraming, createSizedFraming, type Framing } from "#runtime/node/direct/intake/framing.ts";

const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 300);
const maxDigits = 12;

/** Bytes that look like the framing itself come as often as others. */
const byte = fc.oneof(fc.constantFrom(13, 10, 48, 59, 97), fc.nat(255));
const bytes = (maxLength: number) => fc.array(byte, { maxLength }).map((all) => Uint8Array.from(all));
/** What may stand in a line that is read over. */
const text = fc.string({ unit: fc.constantFrom(..."abc019 =;:\"'\t-"), maxLength: 20 });

const chunk = fc.record({
  body: fc.oneof({ weight: 8, arbitrary: bytes(40) }, { weight: 1, arbitrary: bytes(700) }).filter((b) => b.length > 0),
  zeros: fc.nat(6),
  upper: fc.boolean(),
  extension: fc.option(text),
});
type Chunk = { body: Uint8Array; zeros: number; upper: boolean; extension: string | null };

/** Lengths of reads; the last one is repeated until nothing is left. */
const reads = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 });

function sizeLine(size: number, { zeros, upper, extension }: Omit<Chunk, "body">): string {
  const hex = size.toString(16);
  const digits = "0".repeat(Math.min(zeros, maxDigits - hex.length)) + (upper ? hex.toUpperCase() : hex);
  return `${digits}${extension === null ? "" : `;${extension}`}\r\n`;
}

function chunked(chunks: readonly Chunk[], last: Omit<Chunk, "body">, trailers: readonly string[]): Uint8Array {
  const parts = chunks.map((one) => [Buffer.from(sizeLine(one.body.length, one)), one.body, Buffer.from("\r\n")]);
  const end = `${sizeLine(0, last)}${trailers.map((line) => `${line}\r\n`).join("")}\r\n`;
  return Buffer.concat([...parts.flat(), Buffer.from(end)]);
}

/** Gives the framing what a connection brings, read by read, until it has its body. */
function readThrough(framing: Framing, sent: Uint8Array, lengths: readonly number[]) {
  const body: Uint8Array[] = [];
  let rest = new Uint8Array();
  let at = 0;
  for (let i = 0; !framing.isEnded(); i++) {
    expect(at, "the body did not end with its bytes").toBeLessThan(sent.length);
    const read = sent.slice(at, at + (lengths[Math.min(i, lengths.length - 1)] as number));
    at += read.length;
    const taken = framing.take(read);
    body.push(read.slice(0, taken.body));
    rest = read.slice(read.length - taken.rest);
    if (!framing.isEnded()) expect(taken.rest).toBe(0);
  }
  return { body: Buffer.concat(body), following: Buffer.concat([rest, sent.subarray(at)]) };
}

describe("the framing of a body", () => {
  it("gives back a chunked body and what follows it", () => {
    const last = fc.record({ zeros: fc.nat(6), upper: fc.boolean(), extension: fc.option(text) });
    const trailers = fc.array(
      text.filter((line) => line !== ""),
      { maxLength: 3 },
    );
    const sent = fc.record({ chunks: fc.array(chunk, { maxLength: 12 }), last, trailers, following: bytes(80), reads });
    fc.assert(
      fc.property(sent, ({ chunks, last: end, trailers: lines, following, reads: lengths }) => {
        const all = Buffer.concat([chunked(chunks, end, lines), following]);
        const got = readThrough(createChunkedFraming(), all, lengths);
        expect(got.body).toEqual(Buffer.concat(chunks.map(({ body }) => body)));
        expect(got.following).toEqual(Buffer.from(following));
      }),
      { numRuns: runs },
    );
  });

  it("gives back a sized body and what follows it", () => {
    fc.assert(
      fc.property(bytes(500), bytes(80), reads, (body, following, lengths) => {
        const got = readThrough(createSizedFraming(body.length), Buffer.concat([body, following]), lengths);
        expect(got).toEqual({ body: Buffer.from(body), following: Buffer.from(following) });
      }),
      { numRuns: runs },
    );
  });

  it("never takes a cut-off chunked body for a whole one", () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), fc.double({ min: 0, max: 1, noNaN: true }), (chunks, share) => {
        const all = chunked(chunks, { zeros: 0, upper: false, extension: null }, []);
        const framing = createChunkedFraming();
        const given = all.slice(0, Math.floor(share * (all.length - 1)));
        expect(framing.take(given).rest).toBe(0);
        expect(framing.isEnded()).toBe(false);
      }),
      { numRuns: runs },
    );
  });
});
