import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatUploadRange, parseContentRange, parseRanges, rangesLength } from "#oci/range.ts";

describe("the Range of a read", () => {
  it.each([
    ["bytes=0-9", [{ start: 0, end: 9 }]],
    ["bytes=90-", [{ start: 90, end: 99 }]],
    ["bytes=-10", [{ start: 90, end: 99 }]],
    ["bytes=-1000", [{ start: 0, end: 99 }]],
    ["bytes=50-1000", [{ start: 50, end: 99 }]],
    ["BYTES=1-1", [{ start: 1, end: 1 }]],
    [
      "bytes=0-0,-1",
      [
        { start: 0, end: 0 },
        { start: 99, end: 99 },
      ],
    ],
    [
      "bytes= 5-6 ,, 7-8 ",
      [
        { start: 5, end: 6 },
        { start: 7, end: 8 },
      ],
    ],
    [
      "bytes=9-10,5-6,200-",
      [
        { start: 9, end: 10 },
        { start: 5, end: 6 },
      ],
    ],
  ])("%s of 100 bytes", (header, ranges) => {
    expect(parseRanges(header, 100)).toEqual(ranges);
  });

  it.each(["bytes=100-", "bytes=5-4", "bytes=-0", "bytes=100-200,300-", "bytes=99999999999999999999-"])(
    "%s is beyond 100 bytes",
    (header) => {
      expect(parseRanges(header, 100)).toBe("unsatisfiable");
    },
  );

  it.each([
    null,
    undefined,
    "",
    "bytes",
    "bytes=",
    "lines=1-2",
    "bytes=a-b",
    "bytes=1",
    "bytes=-",
    "bytes=1-2-3",
    "bytes=1-2,x",
    "1-2",
  ])("%j is none", (header) => {
    expect(parseRanges(header, 100)).toBeNull();
  });

  it("has no bytes of an empty content", () => {
    for (const header of ["bytes=0-", "bytes=-1", "bytes=0-0"]) expect(parseRanges(header, 0)).toBe("unsatisfiable");
  });

  it("with more parts than any honest client asks for is ignored", () => {
    expect(parseRanges(`bytes=${Array.from({ length: 257 }, () => "0-0").join(",")}`, 100)).toBeNull();
    expect(parseRanges(`bytes=${Array.from({ length: 256 }, () => "0-0").join(",")}`, 100)).toHaveLength(256);
  });

  it("never leads outside the content", () => {
    const spec = fc.tuple(fc.option(fc.nat(300)), fc.option(fc.nat(300))).map(([a, b]) => `${a ?? ""}-${b ?? ""}`);
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 5 }), fc.nat(200), (specs, size) => {
        const ranges = parseRanges(`bytes=${specs.join(",")}`, size);
        if (!Array.isArray(ranges)) return;
        for (const { start, end } of ranges) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThan(size);
        }
        expect(rangesLength(ranges)).toBe(ranges.reduce((sum, r) => sum + r.end + 1 - r.start, 0));
      }),
    );
  });
});

describe("the Content-Range of a chunk", () => {
  it.each(["0-9", "bytes 0-9/100", "bytes=0-9", "bytes 0-9/*", " 0-9 ", "0-9/20"])(
    "%j is the first ten bytes",
    (header) => {
      expect(parseContentRange(header)).toEqual({ start: 0, end: 9 });
    },
  );

  it.each([
    "",
    "9-0",
    "-9",
    "0-",
    "a-b",
    "bytes */10",
    "0-9,10-19",
    "0 - 9",
    "0x1-0x2",
    "0--1",
    "1.5-2",
    "0-99999999999999999999",
    "lines 0-9",
  ])("%j is none", (header) => {
    expect(parseContentRange(header)).toBeNull();
  });

  it("is read as it is written", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        const [start, end] = a <= b ? [a, b] : [b, a];
        expect(parseContentRange(`${start}-${end}`)).toEqual({ start, end });
        if (start !== end) expect(parseContentRange(`${end}-${start}`)).toBeNull();
      }),
    );
  });
});

describe("the Range of an upload", () => {
  it.each([
    [0, "0-0"],
    [1, "0-0"],
    [2, "0-1"],
    [1000, "0-999"],
    [5_000_000_000, "0-4999999999"],
  ])("of %i bytes is %s", (offset, text) => {
    expect(formatUploadRange(offset)).toBe(text);
  });
});
