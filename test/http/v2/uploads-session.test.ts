import { afterAll, beforeAll, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { needs } from "#test/setup/needs.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, errorCode, locationOf, send, sendChunk, streamOf, withDigest } from "./requests.ts";

const repo = "sessions/blobs";

describeMatrix("upload sessions", (kind) => {
  const timed = needs("time that the test moves", kind);
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind, { limits: { uploadsPerCaller: 30 } });
  });
  afterAll(() => berth.close());

  const expectGone = async (location: string, digest = randomContent().digest) => {
    for (const [method, path] of [
      ["GET", location],
      ["PATCH", location],
      ["PUT", withDigest(location, digest)],
      ["DELETE", location],
    ] as const) {
      const answer = await send(berth, method, path);
      expect([method, answer.status, errorCode(answer)]).toEqual([method, 404, "BLOB_UPLOAD_UNKNOWN"]);
    }
  };

  it("tells the status under the first and under the newest Location", async () => {
    const first = await beginUpload(berth, repo);
    const empty = await send(berth, "GET", first);
    expect([empty.status, empty.headers.get("range"), locationOf(empty)]).toEqual([204, "0-0", first]);
    const newest = locationOf(await sendChunk(berth, first, randomContent(10).bytes, 0));
    for (const location of [first, newest]) {
      const status = await send(berth, "GET", location);
      expect([status.status, status.headers.get("range")]).toEqual([204, "0-9"]);
      expect(status.headers.get("docker-upload-uuid")).toBe(first.split("/").at(-1));
      expect(status.body.byteLength).toBe(0);
    }
    expect((await send(berth, "HEAD", first)).status).toBe(204);
  });

  it("tells 0-0 after one byte as well, as the specification has it", async () => {
    const location = await beginUpload(berth, repo);
    const patch = await sendChunk(berth, location, randomContent(1).bytes, 0);
    expect(patch.headers.get("range")).toBe("0-0");
  });

  it("takes chunks under the first Location all along", async () => {
    const { bytes, digest } = randomContent(30);
    const first = await beginUpload(berth, repo);
    for (const at of [0, 10, 20])
      expect((await sendChunk(berth, first, bytes.slice(at, at + 10), at)).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(first, digest))).status).toBe(201);
  });

  it("keeps unknown query parameters of a Location harmless", async () => {
    const { bytes, digest } = randomContent(30);
    const first = await beginUpload(berth, repo);
    expect((await send(berth, "PATCH", `${first}?_state=old&ns=docker.io`, { body: bytes })).status).toBe(202);
    expect((await send(berth, "PUT", `${first}?_state=older&digest=${digest}`)).status).toBe(201);
  });

  it("ends a cancelled session", async () => {
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, randomContent(10).bytes, 0);
    const cancelled = await send(berth, "DELETE", location);
    expect([cancelled.status, cancelled.body.byteLength]).toEqual([204, 0]);
    await expectGone(location);
  });

  it("knows a session no more after it was finished", async () => {
    const { bytes, digest } = randomContent();
    const location = await beginUpload(berth, repo);
    expect((await send(berth, "PUT", withDigest(location, digest), { body: bytes })).status).toBe(201);
    await expectGone(location, digest);
  });

  it.each(["nonsense", "00000000-0000-0000-0000-000000000000", "%00", "..%2e", "a".repeat(300)])(
    "answers 404 to the session %s",
    async (id) => {
      const answer = await send(berth, "GET", `/v2/${repo}/blobs/uploads/${id}`);
      expect([400, 404]).toContain(answer.status);
      expect(["BLOB_UPLOAD_UNKNOWN", "NAME_INVALID"]).toContain(errorCode(answer));
    },
  );

  it("knows no session of another repository or of another account", async () => {
    const location = await beginUpload(berth, repo);
    await beginUpload(berth, "sessions/other");
    await expectGone(location.replace(repo, "sessions/other"));
    const alice = await berth.addUser("alice");
    const own = await beginUpload(berth, "alice/blobs", { auth: alice });
    for (const method of ["GET", "PATCH", "DELETE"]) {
      const answer = await send(berth, method, own);
      expect([answer.status, errorCode(answer)]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    }
    expect((await send(berth, "DELETE", own, { auth: alice })).status).toBe(204);
  });

  it("shows nothing of an unfinished upload", async () => {
    const { bytes, digest } = randomContent();
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes, 0);
    expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
    const mount = await send(berth, "POST", `/v2/sessions/other/blobs/uploads/?mount=${digest}&from=${repo}`);
    expect(mount.status).toBe(202);
  });

  it("takes a stream of nothing as progress of nothing", async () => {
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, randomContent(10).bytes, 0);
    const patch = await send(berth, "PATCH", location, { body: streamOf() });
    expect([patch.status, patch.headers.get("range")]).toEqual([202, "0-9"]);
  });

  it("gives every session an id of its own", async () => {
    const locations = await Promise.all(Array.from({ length: 5 }, () => beginUpload(berth, repo)));
    expect(new Set(locations).size).toBe(5);
  });

  it("refuses more open sessions than a caller may have, and says when to come again", async () => {
    const bob = await berth.addUser("bob");
    const opened: string[] = [];
    for (let i = 0; i < 30; i++) opened.push(await beginUpload(berth, "bob/images", { auth: bob }));
    const refused = await send(berth, "POST", "/v2/bob/images/blobs/uploads/", { auth: bob });
    expect([refused.status, errorCode(refused)]).toEqual([429, "TOOMANYREQUESTS"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await send(berth, "DELETE", opened[0] as string, { auth: bob });
    await beginUpload(berth, "bob/images", { auth: bob });
  });

  timed.it(timed.name("ends a session without progress after its time, and not before"), async () => {
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, randomContent(10).bytes, 0);
    const expire = periodicTasks.find((task) => task.name === "expire-uploads")!;
    berth.clock.advance(86_000);
    await expire.slice(berth.ctx);
    expect((await sendChunk(berth, location, randomContent(10).bytes, 10)).status).toBe(202);
    berth.clock.advance(86_000);
    await expire.slice(berth.ctx);
    expect((await send(berth, "GET", location)).status).toBe(204);
    berth.clock.advance(1000);
    await expire.slice(berth.ctx);
    await expectGone(location);
  });
});
