import { describe, expect, it } from "vitest";
import { remembered } from "#core/cache/remembered.ts";

function counted(read: (text: string) => object) {
  const asked: string[] = [];
  const call = remembered((text: string) => {
    asked.push(text);
    return read(text);
  });
  return { asked, call };
}

describe("texts that are read once", () => {
  it("give the same value again", () => {
    const { asked, call } = counted((text) => ({ text }));
    expect(call("a")).toBe(call("a"));
    expect(asked).toEqual(["a"]);
  });

  it("give a value that nobody can change for the next", () => {
    const { call } = counted((text) => ({ text }));
    expect(() => Object.assign(call("a"), { text: "b" })).toThrow(TypeError);
  });

  it("are read anew where reading them failed", () => {
    const { asked, call } = counted(() => {
      throw new Error("no");
    });
    expect(() => call("a")).toThrow("no");
    expect(() => call("a")).toThrow("no");
    expect(asked).toHaveLength(2);
  });

  it("are not kept when they are long, and not without end", () => {
    const { asked, call } = counted((text) => ({ text }));
    const long = "x".repeat(301);
    call(long);
    expect(call(long)).toEqual({ text: long });
    expect(asked).toHaveLength(2);
    for (let i = 0; i < 2_001; i++) call(`${i}`);
    call("0");
    expect(asked.filter((text) => text === "0")).toHaveLength(2);
  });
});
