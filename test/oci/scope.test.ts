import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatScope, parseScopes, type Scope } from "#oci/scope.ts";

const one = (text: string) => parseScopes([text]);

describe("scopes", () => {
  it.each<[string, Scope]>([
    ["repository:a/b:pull", { type: "repository", name: "a/b", actions: ["pull"] }],
    ["repository:a/b:push,pull", { type: "repository", name: "a/b", actions: ["push", "pull"] }],
    ["repository(plugin):a/b:pull", { type: "repository", name: "a/b", actions: ["pull"] }],
    ["repository:example.com:5000/a/b:pull", { type: "repository", name: "example.com:5000/a/b", actions: ["pull"] }],
    ["registry:catalog:*", { type: "registry", name: "catalog", actions: ["*"] }],
    ["repository:a/b:pull,pull,,push", { type: "repository", name: "a/b", actions: ["pull", "push"] }],
    ["repository:a/b:", { type: "repository", name: "a/b", actions: [] }],
    ["repository:a/b:dance", { type: "repository", name: "a/b", actions: ["dance"] }],
  ])("%s", (text, scope) => {
    expect(one(text)).toEqual([scope]);
  });

  it.each(["", "repository", "repository:a/b", ":a/b:pull", "repository::pull", "::"])("%j is left out", (text) => {
    expect(one(text)).toEqual([]);
    expect(one(`${text} repository:a/b:pull`)).toHaveLength(1);
  });

  it("come in several parameters, several in one, and again for the same resource", () => {
    const parsed = parseScopes([
      "repository:r/r:pull repository:r/r:pull,push",
      "repository:src/s:pull",
      "repository:r/r:pull",
    ]);
    expect(parsed).toEqual([
      { type: "repository", name: "r/r", actions: ["pull", "push"] },
      { type: "repository", name: "src/s", actions: ["pull"] },
    ]);
  });

  it("of one name and another type are kept apart", () => {
    expect(parseScopes(["repository:catalog:pull registry:catalog:*"])).toHaveLength(2);
  });

  it("are read as far as anyone honest asks", () => {
    expect(parseScopes([Array.from({ length: 500 }, (_, i) => `repository:a/b${i}:pull`).join(" ")])).toHaveLength(64);
  });

  it("are parsed as they were written", () => {
    const word = fc.string({ unit: fc.constantFrom(..."abc/.-0"), minLength: 1, maxLength: 10 });
    const actions = fc.uniqueArray(fc.constantFrom("pull", "push", "delete", "*"), { minLength: 1 });
    const scope = fc.record({ type: fc.constantFrom("repository", "registry"), name: word, actions });
    const scopes = fc.uniqueArray(scope, { maxLength: 8, selector: (s) => `${s.type}:${s.name}` });
    fc.assert(
      fc.property(scopes, (list) => {
        expect(parseScopes(list.map(formatScope))).toEqual(list);
        expect(parseScopes([list.map(formatScope).join("  ")])).toEqual(list);
      }),
    );
  });

  it("of any text never throw", () => {
    fc.assert(fc.property(fc.array(fc.string()), (texts) => void parseScopes(texts)));
  });
});
