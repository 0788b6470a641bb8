import { describe, expect, it } from "vitest";
import { remembered } from "#core/cache/remembered.ts";
import { collect } from "#workers/garbage.ts";

const MiB = 2 ** 20;

describe("texts that are read once", () => {
  it("do not keep the longer text in memory that they are a part of", () => {
    const read = remembered((text) => ({ name: text.slice(4, 40) }));
    const part = (i: number) => {
      const address = Buffer.from(`/v2/a/repository/manifests/${i}?${"x".repeat(16_000)}`).toString("latin1");
      return /^[^?]+/.exec(address)?.[0] as string;
    };
    collect.all();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_900; i++) read(part(i));
    collect.all();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * MiB);
    // They are still known: else nothing was shown.
    expect(read(part(7))).toBe(read(part(7)));
  });
});
