import { describe, expect, it } from "vitest";
import { createChunkedFraming, createSizedFraming, FramingError } from "#runtime/node/direct/intake/framing.ts";

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

describe("a chunked body", () => {
  it.each([
    ["a size that ends with a bare LF", "5\nhello\r\n0\r\n\r\n"],
    ["a size line whose CR is not followed by LF", "5\rhello\r\n0\r\n\r\n"],
    ["a chunk that ends with a bare LF", "5\r\nhello\n0\r\n\r\n"],
    ["a chunk whose CR is not followed by LF", "5\r\nhello\r0\r\n\r\n"],
    ["a chunk that does not end at all", "5\r\nhello0\r\n\r\n"],
    ["a chunk that is longer than it said", "5\r\nhello!\r\n0\r\n\r\n"],
    ["a chunk that is shorter than it said", "6\r\nhello\r\n0\r\n\r\n"],
    ["no digits", "\r\nhello\r\n0\r\n\r\n"],
    ["no digits before an extension", ";a=b\r\nhello\r\n0\r\n\r\n"],
    ["too many digits", "0000000000005\r\nhello\r\n0\r\n\r\n"],
    ["a size that no number could count", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"],
    ["a negative size", "-5\r\nhello\r\n0\r\n\r\n"],
    ["a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"],
    ["a size with the prefix of hexadecimal numbers", "0x5\r\nhello\r\n0\r\n\r\n"],
    ["letters that are no digits", "g\r\nhello\r\n0\r\n\r\n"],
    ["characters that differ from digits by one bit", "\x10\r\nhello\r\n0\r\n\r\n"],
    ["a space before the size", " 5\r\nhello\r\n0\r\n\r\n"],
    ["a space after the size", "5 \r\nhello\r\n0\r\n\r\n"],
    ["a tab before an extension", "5\t;a=b\r\nhello\r\n0\r\n\r\n"],
    ["an extension with a bare LF", "5;a=b\nhello\r\n0\r\n\r\n"],
    ["an extension with a bare CR", "5;a\rb\r\nhello\r\n0\r\n\r\n"],
    ["extensions that are too large", `5;${"a".repeat(17_000)}\r\nhello\r\n0\r\n\r\n`],
    ["many extensions that are too large together", `${`1;${"a".repeat(1700)}\r\nx\r\n`.repeat(10)}0\r\n\r\n`],
    ["trailers that are too large", `5\r\nhello\r\n0\r\na: ${"b".repeat(17_000)}\r\n\r\n`],
    ["many trailers that are too large together", `5\r\nhello\r\n0\r\n${`a: ${"b".repeat(1700)}\r\n`.repeat(10)}\r\n`],
    ["a trailer with a bare LF", "5\r\nhello\r\n0\r\na: b\n\r\n"],
    ["a trailer with a bare CR", "5\r\nhello\r\n0\r\na: b\rc\r\n\r\n"],
    ["an end with a bare LF", "5\r\nhello\r\n0\r\n\n"],
    ["an end whose CR is not followed by LF", "5\r\nhello\r\n0\r\n\rG"],
  ])("is refused with %s, in one read or byte by byte", (_, text) => {
    expect(() => createChunkedFraming().take(bytesOf(text))).toThrow(FramingError);
    const framing = createChunkedFraming();
    const byByte = () => {
      for (const byte of bytesOf(text)) if (!framing.isEnded()) framing.take(Uint8Array.of(byte));
    };
    expect(byByte).toThrow(FramingError);
  });

  it("has the largest size that is understood without being refused for it", () => {
    const framing = createChunkedFraming();
    expect(framing.take(bytesOf(`${"f".repeat(12)}\r\nhello`))).toEqual({ body: 5, rest: 0 });
    expect(framing.isEnded()).toBe(false);
  });

  it("leaves its bytes at the front of what was read, and what follows it at the end", () => {
    const read = bytesOf("2;x\r\nab\r\n03\r\ncde\r\n0\r\nT: v\r\n\r\nGET /");
    expect(createChunkedFraming().take(read)).toEqual({ body: 5, rest: 5 });
    expect(Buffer.from(read.subarray(0, 5)).toString()).toBe("abcde");
    expect(Buffer.from(read.subarray(-5)).toString()).toBe("GET /");
  });

  it("that has ended takes nothing more", () => {
    const framing = createChunkedFraming();
    framing.take(bytesOf("0\r\n\r\n"));
    expect(framing.take(bytesOf("1\r\nx"))).toEqual({ body: 0, rest: 4 });
  });
});

describe("a sized body", () => {
  it("of no bytes has ended before it began", () => {
    const framing = createSizedFraming(0);
    expect(framing.isEnded()).toBe(true);
    expect(framing.take(bytesOf("GET /"))).toEqual({ body: 0, rest: 5 });
  });
});
