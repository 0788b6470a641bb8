// How the words of a command line are read, and how tables are written.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { readUrl } from "../../../src/cli/remote/verb/connect.ts";
import { readGrantee, readPlace } from "../../../src/cli/remote/verb/places.ts";
import { createPrinter } from "../../../src/cli/remote/verb/print.ts";
import * as usage from "../../../src/cli/remote/verb/usage.ts";

it.each([
  ["a/b", { namespace: "a", reponame: "b" }],
  ["a/b/c", { namespace: "a", reponame: "b/c" }],
])("the repository %s", (text, path) => {
  expect(usage.readRepository(text)).toEqual(path);
});

it.each(["", "a", "/a", "a/"])("%j is no repository", (text) => {
  expect(() => usage.readRepository(text)).toThrow(usage.UsageError);
});

it.each([
  ["a/b:1", "1"],
  ["a/b/c:v1.2", "v1.2"],
  ["a/b@sha256:00ff", "sha256:00ff"],
])("the reference of %s", (text, reference) => {
  expect(usage.readReference(text).reference).toBe(reference);
});

it.each(["a/b", "a/b:", "a/b@", "a:1", "a/b:1/2", "a/b:1@sha256:00"])("%j is no reference", (text) => {
  expect(() => usage.readReference(text)).toThrow(usage.UsageError);
});

it("a service account is named as it logs in, or with a slash", () => {
  for (const text of ["engineering+ci", "engineering/ci"])
    expect(usage.readRobot(text)).toEqual({ orgname: "engineering", name: "ci" });
});

it("a time is a day, a moment, or a span from now on or back", () => {
  expect(usage.readTime("2027-01-31", 1)).toBe("2027-01-31T00:00:00.000Z");
  expect(usage.readTime("2027-01-31T12:00:00+02:00", 1)).toBe("2027-01-31T10:00:00.000Z");
  const inAnHour = Date.parse(usage.readTime("1h", 1)) - Date.now();
  expect(Math.abs(inAnHour - 3_600_000)).toBeLessThan(5000);
  expect(Date.parse(usage.readTime("2d", -1))).toBeLessThan(Date.now() - 86_400_000);
  for (const wrong of ["soon", "5", "2027-31-31", "7w"])
    expect(() => usage.readTime(wrong, 1)).toThrow(usage.UsageError);
});

it("a scope is a pattern with what may be done there", () => {
  const scope = { repositories: "a/web-*", actions: ["pull", "push"] };
  expect(usage.readScope("a/web-*:pull,push")).toEqual(scope);
  for (const wrong of ["a/web", "a/web:", "a/web:read", ":pull"])
    expect(() => usage.readScope(wrong)).toThrow(usage.UsageError);
});

it("a place is a namespace, a repository or a pattern; whom it is for has a kind", () => {
  expect(readPlace("a")).toEqual({ namespace: "a" });
  expect(readPlace("a/b/c")).toEqual({ namespace: "a", reponame: "b/c" });
  expect(readPlace("a/web-*")).toEqual({ namespace: "a", pattern: "web-*" });
  expect(readGrantee("team:core/web")).toEqual({ kind: "team", name: "core/web" });
  for (const wrong of ["core", "team:", "group:core"]) expect(() => readGrantee(wrong)).toThrow(usage.UsageError);
});

it.each([
  ["registry.example", "https://registry.example"],
  ["https://registry.example:8443/some/path", "https://registry.example:8443"],
  ["localhost:5000", "http://localhost:5000"],
  ["127.0.0.1", "http://127.0.0.1"],
  ["http://10.0.0.1", "http://10.0.0.1"],
])("the address %s is %s", (text, url) => {
  expect(readUrl(text)).toBe(url);
});

it.each(["", "https://", "https://admin:secret@registry.example"])("%j is no address", (text) => {
  expect(() => readUrl(text)).toThrow(usage.UsageError);
});

let written: string[];
beforeEach(() => {
  written = [];
  vi.spyOn(console, "log").mockImplementation((line) => void written.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("columns are as wide as what is in them, and nobody's text moves the cursor", () => {
  const rows = [
    { name: "a", text: "plain", on: true },
    { name: "a-long-name", text: "\u001b[2Jgone\nline \u202eabc", on: false },
  ];
  const columns = { name: (r: (typeof rows)[0]) => r.name, on: (r: (typeof rows)[0]) => r.on };
  createPrinter(false).list(rows, { ...columns, text: ({ text }) => text });
  expect(written).toEqual([
    "NAME         ON   TEXT",
    "a            yes  plain",
    "a-long-name  no    [2Jgone line  abc",
  ]);
  createPrinter(true).list(rows, columns);
  expect(JSON.parse(written.at(-1) ?? "")).toEqual(rows);
});
