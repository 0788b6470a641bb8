import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { contentOf, imageOf, unknownDigest } from "./content.ts";
import { changeRepository, errorCode, locationOf, pushBlob, pushManifest, send, withDigest } from "./requests.ts";

/** Names made of the words that the routes are made of: the rightmost keyword counts. */
const confusing = [
  "a/blobs",
  "a/blobs/uploads",
  "a/manifests",
  "a/manifests/latest",
  "x/tags",
  "x/tags/list",
  "x/referrers",
  "x/catalog",
  "a/blobs/uploads/blobs/uploads",
  "a/manifests/tags/list",
  "a/b/c/d/e/f/g",
  "a1/b.c_d__e-f---g",
  "0/0",
];

describeMatrix("names", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  it.each(confusing)("works for %s on every route", async (name) => {
    const blob = await pushBlob(berth, name, contentOf(`{"of":"${name}"}`));
    const manifest = await pushManifest(berth, name, imageOf(blob, [blob]), "latest");
    expect((await send(berth, "GET", `/v2/${name}/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
    expect((await send(berth, "HEAD", `/v2/${name}/manifests/latest`)).headers.get("docker-content-digest")).toBe(
      manifest.digest,
    );
    const tags = await send(berth, "GET", `/v2/${name}/tags/list`);
    expect(JSON.parse(tags.text)).toEqual({ name, tags: ["latest"] });
    expect((await send(berth, "GET", `/v2/${name}/referrers/${manifest.digest}`)).status).toBe(200);
    const opened = await send(berth, "POST", `/v2/${name}/blobs/uploads`);
    expect(locationOf(opened)).toBe(`/v2/${name}/blobs/uploads/${opened.headers.get("docker-upload-uuid")}`);
    const location = locationOf(opened);
    expect((await send(berth, "PATCH", location, { body: contentOf("x").bytes })).status).toBe(202);
    expect((await send(berth, "GET", location)).status).toBe(204);
    expect((await send(berth, "PUT", withDigest(location, contentOf("x").digest))).status).toBe(201);
    expect((await send(berth, "DELETE", `/v2/${name}/blobs/${contentOf("x").digest}`)).status).toBe(202);
    expect((await send(berth, "DELETE", `/v2/${name}/manifests/${manifest.digest}`)).status).toBe(202);
  });

  const routes = (name: string): [string, string][] => [
    ["GET", `/v2/${name}/tags/list`],
    ["GET", `/v2/${name}/manifests/latest`],
    ["PUT", `/v2/${name}/manifests/latest`],
    ["DELETE", `/v2/${name}/manifests/latest`],
    ["GET", `/v2/${name}/blobs/${unknownDigest()}`],
    ["DELETE", `/v2/${name}/blobs/${unknownDigest()}`],
    ["GET", `/v2/${name}/referrers/${unknownDigest()}`],
    ["POST", `/v2/${name}/blobs/uploads/`],
    ["PATCH", `/v2/${name}/blobs/uploads/${crypto.randomUUID()}`],
    ["PUT", `/v2/${name}/blobs/uploads/${crypto.randomUUID()}?digest=${unknownDigest()}`],
  ];

  it.each([
    ["one segment", "image", /namespace\/name.*library\/image/],
    ["upper case", "Library/Image", /Library/],
    ["a dot at the start", "a/.b", /\.b/],
    ["two dots", "a/b..c", /b\.\.c/],
    ["a dash at the end", "a/b-", /b-/],
    ["three underscores", "a/b___c", /b___c/],
    ["a space", "a/b%20c", /b c/],
    ["a character of another script", "a/%C3%A9", /é/],
    ["a colon", "a/b:c", /b:c/],
    ["256 characters", `a/${"b".repeat(254)}`, /255/],
  ])("refuses %s, and says why", async (_, name, message) => {
    for (const [method, path] of routes(name)) {
      const answer = await send(berth, method, path);
      expect([method, path, answer.status, errorCode(answer)]).toEqual([method, path, 400, "NAME_INVALID"]);
      expect(JSON.parse(answer.text).errors[0].message).toMatch(message);
    }
  });

  it("takes a name of 255 characters", async () => {
    await pushBlob(berth, `a/${"b".repeat(253)}`);
  });

  describe("paths that two readers could read differently", () => {
    it.each([
      ["an empty segment", "/v2/a//b/tags/list"],
      ["an empty segment before the keyword", "/v2/a/b//tags/list"],
      ["an empty segment at the end", "/v2/a/b/tags/list//"],
      ["an empty name", "/v2//tags/list"],
      ["an encoded slash", "/v2/a%2Fb/tags/list"],
      ["an encoded slash in lower case", "/v2/a%2fb/manifests/latest"],
      ["an encoded slash in a reference", "/v2/a/b/manifests/x%2Fy"],
      ["an encoded backslash", "/v2/a%5Cb/c/tags/list"],
      ["an encoded NUL", "/v2/a/b%00/tags/list"],
      ["a malformed escape", "/v2/a/b%zz/tags/list"],
      ["an escape of no character", "/v2/a/b%ff/tags/list"],
    ])("are refused: %s", async (_, path) => {
      for (const method of ["GET", "PUT", "POST", "DELETE"]) {
        const answer = await send(berth, method, path);
        expect([path, answer.status, errorCode(answer)]).toEqual([path, 400, "NAME_INVALID"]);
      }
    });
  });

  it("reads letters that are percent-encoded as the letters", async () => {
    const blob = await pushBlob(berth, "plain/name");
    expect((await send(berth, "GET", `/v2/pl%61in/n%61me/blobs/${blob.digest}`)).status).toBe(200);
  });

  it("makes no namespace of a reserved word", async () => {
    for (const word of ["admin-api", "blobs", "v2", "token"]) {
      const answer = await send(berth, "POST", `/v2/${word}/x/blobs/uploads/`);
      expect([answer.status, errorCode(answer)]).toEqual([400, "NAME_INVALID"]);
      expect(answer.text).toContain("reserved");
    }
  });

  it("finds nothing of a repository that was deleted, and takes its name again", async () => {
    const blob = await pushBlob(berth, "gone/soon");
    await changeRepository(berth, "gone/soon", { visibility: "public" });
    const answer = await send(berth, "DELETE", "/api/v0/repositories/gone/soon");
    expect(answer.status).toBe(204);
    const got = await send(berth, "GET", `/v2/gone/soon/blobs/${blob.digest}`);
    expect([got.status, errorCode(got)]).toEqual([404, "NAME_UNKNOWN"]);
    await pushBlob(berth, "gone/soon");
    expect((await send(berth, "GET", `/v2/gone/soon/blobs/${blob.digest}`)).status).toBe(404);
  });
});
