// BERTH_S3_REDIRECT: off, on, or a size.
import { expect, it } from "vitest";
import { type Config, parseConfig } from "#runtime/config/parse.ts";

it.each([
  [undefined, null],
  ["off", null],
  ["on", 0],
  ["64MiB", 64 * 2 ** 20],
])("BERTH_S3_REDIRECT=%s", (text, expected) => {
  const config = parseConfig({ BERTH_S3_REDIRECT: text }) as Config;
  expect(config.s3Redirect).toBe(expected);
});

it("BERTH_S3_REDIRECT may be nothing else", () => {
  expect(parseConfig({ BERTH_S3_REDIRECT: "yes" })).toEqual({
    problems: ['BERTH_S3_REDIRECT: "yes" is not allowed, it must be off, on, or a size such as 64MiB'],
  });
});
