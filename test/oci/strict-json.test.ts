import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "#oci/strict-json.ts";
import { thrownBy } from "./thrown.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string, maxDepth = 64) => parseStrictJson(bytesOf(text), { maxDepth });
const refusal = (text: string, maxDepth = 64) => thrownBy(() => parse(text, maxDepth));

describe("strict JSON", () => {
  it("agrees with JSON.parse on what has no repeated keys", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        fc.pre(!text.includes("\\u0000"));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("takes nothing that JSON.parse does not take", () => {
    const unit = fc.constantFrom(...'{}[]":,\\ntu 1e-.a', '"a"', '{"a":', "null", "\\u0041");
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (text) => {
        let strict: unknown;
        try {
          strict = parse(text);
        } catch {
          return;
        }
        expect(strict).toEqual(JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a repeated key wherever it stands", () => {
    const key = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), key, fc.nat(3), (value, name, depth) => {
        const entry = `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
        fc.pre(!entry.includes("\\u0000"));
        let text = `{${entry}, "${crypto.randomUUID()}": 1, ${entry}}`;
        for (let i = 0; i < depth; i++) text = i % 2 ? `[1, ${text}]` : `{"outer": ${text}}`;
        const { code, message } = refusal(text);
        expect([code, message]).toEqual(["MANIFEST_INVALID", expect.stringContaining("twice")]);
      }),
    );
  });

  it.each([
    ['{"a":1,"\\u0061":2}', "written in two ways"],
    ['{"a\\/":1,"a/":2}', "with an escaped slash"],
    ['{"a":{"b":1},"c":[{"d":1,"d":1}]}', "deep inside"],
    ['{"":1,"":2}', "empty"],
  ])("sees the repeated key in %s, %s", (text) => {
    expect(refusal(text).message).toContain("twice");
  });

  it("does not take equal keys of different objects, or values, for repeated", () => {
    const text = '{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":1}],"c":"{\\"a\\":1,\\"a\\":2}"}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it("counts levels of lists and objects alike", () => {
    const nested = (levels: number) => `${'{"a":['.repeat(levels / 2)}${"]}".repeat(levels / 2)}`;
    expect(parse(nested(64))).toBeDefined();
    expect(refusal(nested(66)).message).toContain("64");
    expect(refusal("[[[]]]", 2).code).toBe("MANIFEST_INVALID");
    expect(parse('["[[[[[[[["]', 2)).toEqual(["[[[[[[[["]);
  });

  it("answers to hostile depths and lengths without falling over", () => {
    expect(refusal("[".repeat(1_000_000)).code).toBe("MANIFEST_INVALID");
    expect(refusal(`{"a":`.repeat(500_000)).code).toBe("MANIFEST_INVALID");
    const started = performance.now();
    expect(refusal(`"${"\\".repeat(1_000_000)}`).code).toBe("MANIFEST_INVALID");
    expect(parse(`["${"\\\\".repeat(500_000)}"]`)).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it.each([
    ["an overlong form", [0x22, 0xc0, 0x80, 0x22]],
    ["half of a character", [0x22, 0xe2, 0x82, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["Latin-1", [0x22, 0xe9, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
  ])("refuses %s", (_, bytes) => {
    expect(thrownBy(() => parseStrictJson(new Uint8Array(bytes), { maxDepth: 5 })).code).toBe("MANIFEST_INVALID");
  });

  it.each(['"\\u0000"', '{"\\u0000":1}', '["\\\\\\u0000"]', '"\\ud800"', '"\\uDC00\\uD800"', '{"\\udfff":1}'])(
    "refuses text that is no Unicode, or holds U+0000: %s",
    (text) => {
      expect(refusal(text).code).toBe("MANIFEST_INVALID");
    },
  );

  it.each(['"\\\\u0000"', '"\\\\ud800"', '"\\ud83d\\ude00"', '"😀"', '"\\u00e9"'])("takes %s", (text) => {
    expect(parse(text)).toBe(JSON.parse(text));
  });

  it.each([
    "",
    " ",
    "{",
    "}",
    "{]",
    '{"a"}',
    "{a:1}",
    "{'a':1}",
    "[1,]",
    '{"a":1,}',
    "NaN",
    "01",
    "// x\n1",
    '"a',
    "1 2",
    '"\t"',
  ])("refuses %j", (text) => {
    expect(refusal(text).code).toBe("MANIFEST_INVALID");
  });
});
