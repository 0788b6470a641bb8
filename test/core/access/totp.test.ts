import { expect, it } from "vitest";
import { totpCode, totpUri } from "#core/access/oslo.ts";

const secret = new TextEncoder().encode("12345678901234567890");

// RFC 6238, appendix B: the last six of its eight digits.
it.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("the code of second %d is %s", async (second, code) => {
  expect(await totpCode(secret, Math.floor(second / 30))).toBe(code);
});

it("an app gets the secret by an address", () => {
  expect(totpUri("registry.example.com:5000", "ahab", secret)).toBe(
    "otpauth://totp/registry.example.com%3A5000:ahab?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=registry.example.com%3A5000",
  );
});
