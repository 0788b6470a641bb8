import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accountNameProblem, isRepositoryPath, parseRepositoryName, reservedAccountNames } from "#oci/name.ts";
import { thrownBy } from "./thrown.ts";

/** The specification's grammar of a whole name, as it stands there. */
const specified = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;

describe("repository names", () => {
  it.each([
    ["a/b", "a", "b"],
    ["library/hello-world", "library", "hello-world"],
    ["a/blobs/uploads", "a", "blobs/uploads"],
    ["a/manifests", "a", "manifests"],
    ["x/tags/list", "x", "tags/list"],
    ["a.b_c__d---e/0", "a.b_c__d---e", "0"],
    ["a/b/c/d", "a", "b/c/d"],
  ])("%s is %s and %s", (text, namespace, name) => {
    expect(parseRepositoryName(text)).toEqual({ namespace, name });
  });

  it.each([
    "",
    "/",
    "a/",
    "/a",
    "a//b",
    "A/b",
    "a/B",
    "a/.b",
    "a/b.",
    "a/b..c",
    "a/b___c",
    "a/-b",
    "a/b-",
    "a/b c",
    "a/b\n",
    "a/é",
    "a/b:c",
    "a/b@c",
    "a\\b/c",
  ])("%j is none", (text) => {
    expect(thrownBy(() => parseRepositoryName(text)).code).toBe("NAME_INVALID");
  });

  it("of one segment are refused with the way to write them", () => {
    const { code, message } = thrownBy(() => parseRepositoryName("redis"));
    expect([code, message]).toEqual(["NAME_INVALID", expect.stringContaining("library/redis")]);
  });

  it("have 255 characters at most", () => {
    expect(parseRepositoryName(`a/${"b".repeat(253)}`).name.length).toBe(253);
    expect(thrownBy(() => parseRepositoryName(`a/${"b".repeat(254)}`)).code).toBe("NAME_INVALID");
  });

  it("are those of the specification's grammar with two segments or more", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab0./_-A"), maxLength: 14 });
    fc.assert(
      fc.property(text, (name) => {
        const ours = (() => {
          try {
            const parts = parseRepositoryName(name);
            return `${parts.namespace}/${parts.name}` === name && !parts.namespace.includes("/");
          } catch {
            return false;
          }
        })();
        expect(ours).toBe(specified.test(name) && name.includes("/"));
        expect(isRepositoryPath(name)).toBe(specified.test(name));
      }),
      { numRuns: 3000 },
    );
  });

  it("that look hostile are refused quickly", () => {
    const started = performance.now();
    for (const piece of ["a-", "a.", "a__", "--", "a/"]) thrownBy(() => parseRepositoryName(`${piece.repeat(5000)}!`));
    expect(isRepositoryPath(`${"a".repeat(250)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("account names", () => {
  it.each(["a", "alice", "a.b", "a_b", "a-b", "0", "x".repeat(100), "admin"])("%s may be one", (name) => {
    expect(accountNameProblem(name)).toBeNull();
  });

  it.each(["", "A", "a b", ".a", "a-", "a/b", "a..b", "é", "x".repeat(101), crypto.randomUUID()])(
    "%j may not",
    (name) => {
      expect(accountNameProblem(name)).not.toBeNull();
    },
  );

  it("are no words that the server's own paths begin with", () => {
    for (const word of [
      "v2",
      "v1",
      "api",
      "auth",
      "_catalog",
      "_ping",
      "token",
      "health",
      "load_balancer_status",
      "blobs",
      "manifests",
      "tags",
    ]) {
      expect(reservedAccountNames.has(word)).toBe(true);
      expect(accountNameProblem(word)).not.toBeNull();
    }
  });
});
