import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestAlgorithms, findDigest, formatDigest, parseDigest } from "#oci/digest.ts";
import { thrownBy } from "./thrown.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const anyDigest = fc.oneof(
  hex(64).map((text) => `sha256:${text}`),
  hex(128).map((text) => `sha512:${text}`),
);

describe("digests", () => {
  it("are parsed and written as they were", () => {
    fc.assert(fc.property(anyDigest, (text) => formatDigest(parseDigest(text)) === text));
  });

  it("are never read from anything else", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = findDigest(text);
        return found === null || formatDigest(found) === text;
      }),
    );
  });

  it("are refused when a character is changed for one that is no lower-case hex digit", () => {
    fc.assert(
      fc.property(anyDigest, fc.nat(), fc.constantFrom(..."gG-A Z/:\u0000\n"), (text, at, char) => {
        const place = text.indexOf(":") + 1 + (at % (text.length - text.indexOf(":") - 1));
        return findDigest(text.slice(0, place) + char + text.slice(place + 1)) === null;
      }),
    );
  });

  it.each([
    "",
    "sha256",
    "sha256:",
    ":abc",
    `sha256:${"a".repeat(63)}`,
    `sha256:${"a".repeat(65)}`,
    `sha256:${"a".repeat(128)}`,
    `sha512:${"a".repeat(64)}`,
    `SHA256:${"a".repeat(64)}`,
    `sha256:${"A".repeat(64)}`,
    ` sha256:${"a".repeat(64)}`,
    `sha256:${"a".repeat(64)}\n`,
    `sha256-${"a".repeat(64)}`,
    `sha256::${"a".repeat(63)}`,
    `sha256:sha256:${"a".repeat(64)}`,
  ])("are not %j", (text) => {
    expect(findDigest(text)).toBeNull();
    expect(thrownBy(() => parseDigest(text)).code).toBe("DIGEST_INVALID");
  });

  it.each(["md5:d41d8cd98f00b204e9800998ecf8427e", `sha384:${"a".repeat(96)}`, "blake3+b64:AbC_-="])(
    "of an algorithm that cannot be verified are refused by its name: %s",
    (text) => {
      const { code, message } = thrownBy(() => parseDigest(text));
      expect(code).toBe("DIGEST_INVALID");
      expect(message).toContain(text.split(":")[0]);
      for (const algorithm of digestAlgorithms) expect(message).toContain(algorithm);
    },
  );
});
