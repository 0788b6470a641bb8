import { describe, expect, it } from "vitest";
import { isImageConfig, readImageConfig } from "#oci/image-config.ts";

const read = (text: string) => readImageConfig(new TextEncoder().encode(text), { maxDepth: 64 });

describe("an image's configuration", () => {
  it("tells its platform, author, time and history", () => {
    const config = {
      os: "windows",
      "os.version": "10.0.17763.1",
      architecture: "arm64",
      variant: "v8",
      author: "Ahab <ahab@pequod.example>",
      created: "2026-01-02T03:04:05.123456789Z",
      history: [{ created_by: "/bin/sh -c #(nop) ADD file:1 in / " }, { created_by: "CMD", empty_layer: true }],
    };
    expect(read(JSON.stringify(config))).toEqual({
      os: "windows",
      osVersion: "10.0.17763.1",
      architecture: "arm64",
      variant: "v8",
      author: "Ahab <ahab@pequod.example>",
      created: "2026-01-02T03:04:05.123456789Z",
      history: [
        { createdBy: "/bin/sh -c #(nop) ADD file:1 in / ", isEmpty: false },
        { createdBy: "CMD", isEmpty: true },
      ],
    });
  });

  const nothing = {
    os: null,
    osVersion: null,
    architecture: null,
    variant: null,
    author: null,
    created: null,
    history: [],
  };
  it.each([
    "{}",
    '{"os":7,"architecture":{},"author":[],"created":5,"history":{}}',
    '{"os":"","author":"","created":"yesterday"}',
    '{"created":"2026-13-45T99:99:99Z"}',
    '{"os":null,"history":null,"__proto__":{"os":"linux"}}',
    '{"os":"\\u0000"}',
  ])("that says nothing of use is empty: %s", (text) => {
    expect(read(text)).toEqual(nothing);
  });

  it.each(["", "null", "7", "[]", '"text"', "{", '{"a":}', "not json", '{"a":"', "\u0000", "[".repeat(100_000)])(
    "is not read from %j",
    (text) => {
      expect(read(text)).toBe(null);
    },
  );

  it("is not read when it nests too deep or holds too much", () => {
    expect(read(`{"a":${"[".repeat(63)}${"]".repeat(63)}}`)).toEqual(nothing);
    expect(read(`{"a":${"[".repeat(64)}${"]".repeat(64)}}`)).toBe(null);
    expect(read(`{"a":[${"1,".repeat(99_000)}1]}`)).toEqual(nothing);
    expect(read(`{"a":[${"1,".repeat(100_000)}1]}`)).toBe(null);
    expect(read(`{"a":[${"[],".repeat(60_000)}[]]}`)).toBe(null);
    expect(read(`{"a":"${"[,{".repeat(100_000)}"}`)).toEqual(nothing);
  });

  it("is cut where it says too much", () => {
    const config = {
      os: "l".repeat(1000),
      history: Array.from({ length: 2000 }, (_, at) => ({ created_by: "x".repeat(at ? 1 : 50_000) })),
    };
    const found = read(JSON.stringify(config));
    expect([found?.os?.length, found?.os?.at(-1)]).toEqual([255, "…"]);
    expect(found?.history.length).toBe(1000);
    expect(found?.history[0]?.createdBy.length).toBe(32_768);
  });

  it("gives text that a database takes", () => {
    expect(read('{"author":"a\\u0000b\\ud800c","os":"\\"\\\\"}')).toMatchObject({ author: "ab\ufffdc", os: '"\\' });
  });

  it("holds what it holds in any entry of its history", () => {
    expect(read('{"history":[null,7,"x",{"created_by":7},{"empty_layer":"true"}]}')?.history).toEqual(
      Array(5).fill({ createdBy: "", isEmpty: false }),
    );
  });

  it.each([
    ["application/vnd.oci.image.config.v1+json", true],
    ["application/vnd.docker.container.image.v1+json", true],
    ["application/vnd.docker.plugin.v1+json", false],
    ["application/vnd.oci.empty.v1+json", false],
    [null, false],
  ])("has media type %s: %s", (type, is) => {
    expect(isImageConfig(type)).toBe(is);
  });
});
