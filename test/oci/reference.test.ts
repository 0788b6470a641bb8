import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findTaggedSubject, isTag, parseReference, parseTag } from "#oci/reference.ts";
import { thrownBy } from "./thrown.ts";

const hex = "ab".repeat(32);

describe("references", () => {
  it("with a colon are digests, whatever stands around it", () => {
    expect(parseReference(`sha256:${hex}`)).toEqual({ digest: { algorithm: "sha256", hex } });
    for (const text of ["a:b", ":", "sha256:bad", "latest:"])
      expect(thrownBy(() => parseReference(text)).code).toBe("DIGEST_INVALID");
  });

  it.each(["latest", "v1.0", "_", "A", "0", "a-b_c.D", "x".repeat(128), `sha256-${hex}`])("%s is a tag", (tag) => {
    expect(parseReference(tag)).toEqual({ tag });
  });

  it.each(["", ".a", "-a", "x".repeat(129), "a b", "a/b", "a+b", "é", "a\n", "a\0"])("%j is no tag", (tag) => {
    expect(isTag(tag)).toBe(false);
    expect(thrownBy(() => parseTag(tag)).code).toBe("TAG_INVALID");
  });

  it("are a tag or a digest, never both, never something else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const reference = parseReference(text);
          return "tag" in reference ? /^\w[\w.-]{0,127}$/.test(text) && reference.tag === text : text.includes(":");
        } catch {
          return true;
        }
      }),
    );
  });
});

describe("tags that speak of a manifest", () => {
  it.each(["", ".sig", ".att", ".sbom"])("end with %j", (end) => {
    expect(findTaggedSubject(`sha256-${hex}${end}`)).toBe(`sha256:${hex}`);
  });

  it.each([
    `sha256-${hex}.other`,
    `sha256-${hex.slice(1)}`,
    `sha512-${hex}`,
    `sha256:${hex}`,
    `x-sha256-${hex}`,
    "latest",
  ])("are not %s", (tag) => {
    expect(findTaggedSubject(tag)).toBeNull();
  });
});
