import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createKept } from "#core/cache/kept.ts";

describe("what is kept in memory", () => {
  it("makes way in the order in which it came", () => {
    const kept = createKept<number>(2);
    for (const key of ["a", "b", "c"]) kept.set(key, 1);
    expect(["a", "b", "c"].map(kept.get)).toEqual([undefined, 1, 1]);
  });

  it("is spared once for having been used, and makes way when it was not used again", () => {
    const kept = createKept<number>(2);
    kept.set("a", 1);
    kept.set("b", 2);
    kept.get("a");
    kept.set("c", 3);
    expect(kept.get("b")).toBeUndefined();
    kept.set("d", 4);
    kept.set("e", 5);
    expect(kept.get("a")).toBeUndefined();
  });

  it("is not kept when it is larger than all that may be kept, and its former value neither", () => {
    const kept = createKept<string>(10);
    kept.set("a", "old", 5);
    kept.set("b", "other", 5);
    kept.set("a", "new", 11);
    expect([kept.get("a"), kept.get("b")]).toEqual([undefined, "other"]);
  });

  it("tells what made way for others, and nothing else", () => {
    const gone: string[] = [];
    const kept = createKept<string>(2, (value) => gone.push(value));
    kept.set("a", "replaced");
    kept.set("a", "deleted");
    kept.delete("a");
    for (const key of ["b", "c", "d"]) kept.set(key, key);
    kept.clear();
    expect(gone).toEqual(["b"]);
  });

  it("finds room although everything was used", () => {
    const kept = createKept<number>(1000);
    for (let i = 0; i < 1000; i++) kept.set(`${i}`, i);
    for (let i = 0; i < 1000; i++) kept.get(`${i}`);
    kept.set("new", 1);
    expect(kept.get("new")).toBe(1);
    expect(Array.from({ length: 1000 }, (_, i) => kept.get(`${i}`)).filter((one) => one === undefined)).toHaveLength(1);
  });

  it("never holds more than its bound, and always what came last", () => {
    const key = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const step = fc.oneof(
      fc.record({ do: fc.constant("set" as const), key, size: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ do: fc.constantFrom("get" as const, "delete" as const), key, size: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const held = new Map<string, { key: string; size: number }>();
        const kept = createKept<{ key: string; size: number }>(10, (value) => held.delete(value.key));
        for (const { do: what, key, size } of steps) {
          if (what === "delete") {
            kept.delete(key);
            held.delete(key);
          } else if (what === "set") {
            const value = { key, size };
            held.delete(key);
            kept.set(key, value, size);
            if (size <= 10) held.set(key, value);
          }
          // What it gives is exactly what was set and has not made way, and that is within the bound.
          if (what === "get") expect(kept.get(key)).toBe(held.get(key));
          expect([...held.values()].reduce((sum, one) => sum + one.size, 0)).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});
