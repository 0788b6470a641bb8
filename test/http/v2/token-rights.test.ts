import { afterAll, beforeAll, expect, it } from "vitest";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, errorCode, pushBlob, pushImage, send, sendChunk, streamWith, withDigest } from "./requests.ts";

const repo = "rights/images";
const source = "rights/source";

describeMatrix("what a token allows", (kind) => {
  const timed = needs("time that the test moves", kind);
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await pushImage(berth, repo, { tag: "latest" });
    await pushBlob(berth, source);
  });
  afterAll(() => berth.close());

  const tokenFor = async (...scopes: string[]) => {
    const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join("&");
    const answer = await send(berth, "GET", `/auth/token?service=berth.test&${query}`);
    return `Bearer ${JSON.parse(answer.text).token}`;
  };
  const pushing = () => tokenFor(`repository:${repo}:pull,push`);

  it("to push is enough to open, fill, look at, cancel and close an upload", async () => {
    const auth = await pushing();
    const cancelled = await beginUpload(berth, repo, { auth });
    expect((await send(berth, "DELETE", cancelled, { auth })).status).toBe(204);
    const { bytes, digest } = randomContent();
    const location = await beginUpload(berth, repo, { auth });
    expect((await send(berth, "PATCH", location, { body: bytes, auth })).status).toBe(202);
    expect((await send(berth, "GET", location, { auth })).status).toBe(204);
    expect((await send(berth, "PUT", withDigest(location, digest), { auth })).status).toBe(201);
  });

  it("to push does not allow to delete", async () => {
    const auth = await pushing();
    const { digest } = await pushBlob(berth, repo);
    for (const path of [`/v2/${repo}/blobs/${digest}`, `/v2/${repo}/manifests/latest`]) {
      const answer = await send(berth, "DELETE", path, { auth });
      expect([answer.status, errorCode(answer)]).toEqual([401, "UNAUTHORIZED"]);
      expect(answer.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
      expect(answer.headers.get("www-authenticate")).toContain(`scope="repository:${repo}:delete"`);
    }
    expect(
      (
        await send(berth, "DELETE", `/v2/${repo}/blobs/${digest}`, {
          auth: await tokenFor(`repository:${repo}:delete`),
        })
      ).status,
    ).toBe(202);
  });

  it("to pull does not allow to push", async () => {
    const auth = await tokenFor(`repository:${repo}:pull`);
    const answer = await send(berth, "POST", `/v2/${repo}/blobs/uploads/`, { auth });
    expect([answer.status, errorCode(answer)]).toEqual([401, "UNAUTHORIZED"]);
    expect((await send(berth, "GET", `/v2/${repo}/manifests/latest`, { auth })).status).toBe(200);
  });

  it("for the target alone turns a mount from a named source into an upload; for both it mounts", async () => {
    const blob = await pushBlob(berth, source);
    const path = `/v2/${repo}/blobs/uploads/?mount=${blob.digest}&from=${source}`;
    expect((await send(berth, "POST", path, { auth: await pushing() })).status).toBe(202);
    const both = await tokenFor(`repository:${repo}:pull,push repository:${source}:pull`);
    expect((await send(berth, "POST", path, { auth: both })).status).toBe(201);
  });

  it("for the target alone mounts by digest what its account may pull", async () => {
    const blob = await pushBlob(berth, source);
    const answer = await send(berth, "POST", `/v2/${repo}/blobs/uploads/?mount=${blob.digest}`, {
      auth: await pushing(),
    });
    expect(answer.status).toBe(201);
  });

  it("does not finish an upload of another account, though it may push to the same repository", async () => {
    const alice = await berth.addUser("alice");
    const location = await beginUpload(berth, "alice/images", { auth: alice });
    const admin = await tokenFor("repository:alice/images:pull,push");
    const { bytes, digest } = randomContent();
    const answer = await send(berth, "PUT", withDigest(location, digest), { body: bytes, auth: admin });
    expect([answer.status, errorCode(answer)]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
  });

  timed.it(timed.name("that has run out ends no session: a new one goes on"), async () => {
    const { bytes, digest } = randomContent();
    const old = await pushing();
    const location = await beginUpload(berth, repo, { auth: old });
    expect((await send(berth, "PATCH", location, { body: bytes.slice(0, 50), auth: old })).status).toBe(202);
    berth.clock.advance(3600);
    const late = await send(berth, "PATCH", location, { body: bytes.slice(50), auth: old });
    expect([late.status, errorCode(late)]).toEqual([401, "UNAUTHORIZED"]);
    expect((await send(berth, "PATCH", location, { body: bytes.slice(50), auth: await pushing() })).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(location, digest), { auth: await pushing() })).status).toBe(201);
  });

  it("of an account that lost its rights meanwhile links nothing", async () => {
    const bob = await berth.addUser("bob");
    const { bytes, digest } = randomContent();
    const finishWhileDeleted = async (afterMs: number) => {
      const location = await beginUpload(berth, "bob/images", { auth: bob });
      await sendChunk(berth, location, bytes, 0);
      const remove = () => send(berth, "DELETE", "/api/v0/repositories/bob/images");
      const body = streamWith(bytes, remove, { afterMs });
      return (await send(berth, "PUT", withDigest(location, digest), { body, auth: bob })).status;
    };
    let status = 404;
    // 404: the repository went before the request was looked at, which says nothing of what happens in between.
    for (let afterMs = 20; status === 404 && afterMs < 5000; afterMs *= 4) status = await finishWhileDeleted(afterMs);
    expect(status).toBe(401);
    await pushBlob(berth, "bob/images", undefined, bob);
    expect((await send(berth, "HEAD", `/v2/bob/images/blobs/${digest}`, { auth: bob })).status).toBe(404);
  });
});
