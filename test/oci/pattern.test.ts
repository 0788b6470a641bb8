import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitsPattern, requirePattern } from "#oci/pattern.ts";

describe("a pattern of names", () => {
  it("fits as a whole, and a star stands for anything", () => {
    const parts = fc
      .array(fc.constantFrom("a", "b", "ab", "/", "_", "-", "."), { maxLength: 8 })
      .map((p) => p.join(""));
    const pattern = fc
      .array(fc.constantFrom("a", "b", "ab", "*", "/", "_", "."), { maxLength: 8 })
      .map((p) => p.join(""));
    fc.assert(
      fc.property(pattern, parts, (text, name) => {
        const escaped = text.replaceAll(".", "\\.").replaceAll("*", ".*");
        expect(fitsPattern(text, name), `${text} on ${name}`).toBe(new RegExp(`^${escaped}$`).test(name));
      }),
      { numRuns: 5000 },
    );
  });

  it("takes no longer for many stars", () => {
    const many = `${"a*".repeat(8)}b`;
    expect(fitsPattern(many, "a".repeat(255))).toBe(false);
  });

  it.each(["", "a".repeat(256), "A*", "a b", "a%", "/a", "a*b*c*d*e*f*g*h*i*j"])("is not %j", (text) => {
    expect(() => requirePattern(text)).toThrow(expect.objectContaining({ code: "INVALID_PARAMETERS" }));
  });

  it.each(["*", "web-*", "*/x", "a_b/*.c", "engineering/**"])("may be %j", (text) => {
    expect(() => requirePattern(text)).not.toThrow();
  });
});
