import fs from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, pushBlob, pushImage, send, withDigest } from "./requests.ts";
import { connectTo, requestHead, type Wire } from "./wire.ts";

const repo = "wire/images";

describe("on the wire", () => {
  let root: string;
  let berth: Target;
  let wire: Wire;
  beforeAll(async () => {
    root = await fs.mkdtemp(path.join(tmpdir(), "berth-wire-"));
    berth = await startTarget("socket", { blobs: await createFsBlobStore(root) });
    await pushImage(berth, repo, { tag: "latest" });
  });
  afterAll(async () => {
    await berth.close();
    await fs.rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    wire = await connectTo(berth);
  });
  afterEach(() => wire.destroy());

  const head = (method: string, where: string, headers: Record<string, string | number> = {}) =>
    requestHead(berth, method, where, headers);

  it.each([
    ["a blob", "POST", `/v2/${repo}/blobs/uploads/?digest=${randomContent().digest}`, 2_000_000],
    ["a manifest", "PUT", `/v2/${repo}/manifests/latest`, 200_000],
    ["a manifest that is too large", "PUT", `/v2/${repo}/manifests/latest`, 5_000_000],
    ["a method that is not there", "PUT", `/v2/${repo}/tags/list`, 300_000],
    ["an unknown session", "PATCH", `/v2/${repo}/blobs/uploads/${crypto.randomUUID()}`, 2_000_000],
  ])("answers early to the body of %s, and the connection stays sane", async (_, method, where, size) => {
    for (const auth of ["", berth.admin]) {
      const own = await connectTo(berth);
      own.send(head(method, where, { Authorization: auth, "Content-Length": size }), new Uint8Array(size));
      const refused = await own.answer();
      expect(refused?.status).toBeGreaterThanOrEqual(400);
      expect(refused?.status).toBeLessThan(500);
      own.send(head("GET", "/v2/"));
      // Either the next request is answered, or the connection was closed: never a wrong answer.
      const next = await own.answer();
      expect(next?.status ?? "closed").toBe(next ? 200 : "closed");
      own.destroy();
    }
  });

  it("repeats an upload on the connection on which it was told to log in", async () => {
    const { bytes, digest } = randomContent(300_000);
    const where = `/v2/${repo}/blobs/uploads/?digest=${digest}`;
    wire.send(head("POST", where, { Authorization: "", "Content-Length": bytes.byteLength }), bytes);
    expect((await wire.answer())?.status).toBe(401);
    wire.send(head("POST", where, { "Content-Length": bytes.byteLength }), bytes);
    expect((await wire.answer())?.status).toBe(201);
  });

  it("answers Expect: 100-continue before the body comes", async () => {
    const { bytes, digest } = randomContent(1000);
    const location = await beginUpload(berth, repo);
    wire.send(head("PUT", withDigest(location, digest), { "Content-Length": 1000, Expect: "100-continue" }));
    expect((await wire.answer())?.status).toBe(100);
    wire.send(bytes);
    expect((await wire.answer())?.status).toBe(201);
  });

  it("refuses without asking for the body that was announced", async () => {
    const where = `/v2/${repo}/blobs/uploads/?digest=${randomContent().digest}`;
    wire.send(head("POST", where, { Authorization: "", "Content-Length": 1000, Expect: "100-continue" }));
    expect((await wire.answer())?.status).toBe(401);
  });

  it("keeps what came when the connection is cut within an announced length", async () => {
    const { bytes, digest } = randomContent(200_000);
    const location = await beginUpload(berth, repo);
    wire.send(head("PATCH", location, { "Content-Length": 200_000 }), bytes.subarray(0, 120_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    wire.destroy();
    let offset = 0;
    for (let tries = 0; tries < 100 && offset === 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const range = (await send(berth, "GET", location)).headers.get("range");
      if (range !== "0-0") offset = Number(range?.split("-")[1]) + 1;
    }
    expect(offset).toBe(120_000);
    const rest = bytes.slice(offset);
    expect((await send(berth, "PUT", withDigest(location, digest), { body: rest })).status).toBe(201);
  });

  it("takes a chunked body piece by piece, and one that ends before its end as broken", async () => {
    const { bytes, digest } = randomContent(64);
    const location = await beginUpload(berth, repo);
    wire.send(head("PATCH", location, { "Transfer-Encoding": "chunked" }), "20\r\n", bytes.subarray(0, 32), "\r\n");
    wire.send("20\r\n", bytes.subarray(32), "\r\n0\r\n\r\n");
    const answer = await wire.answer();
    expect([answer?.status, answer?.headers.get("range")]).toEqual([202, "0-63"]);
    wire.send(head("PATCH", location, { "Transfer-Encoding": "chunked" }), "5\r\nab");
    await new Promise((resolve) => setTimeout(resolve, 50));
    wire.destroy();
    let busy = 416;
    for (let tries = 0; tries < 100 && busy === 416; tries++) {
      const put = await send(berth, "PUT", withDigest(location, digest), { headers: { "Content-Range": "0-0" } });
      busy = put.status;
      if (put.headers.get("range") !== "0-63") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const status = await send(berth, "GET", location);
    expect(["0-63", "0-65"]).toContain(status.headers.get("range"));
  });

  it.each(["/v2/a\\b/c/tags/list", "/v2/..\\x/tags/list", "/v2/a/b\\..\\c/manifests/latest"])(
    "refuses the backslash in %s",
    async (where) => {
      wire.send(head("GET", where));
      const answer = await wire.answer();
      expect([answer?.status, JSON.parse(answer?.text ?? "").errors[0].code]).toEqual([400, "NAME_INVALID"]);
    },
  );

  it("sends nothing after the head of an answer to HEAD", async () => {
    for (const where of [
      `/v2/${repo}/manifests/latest`,
      `/v2/${repo}/manifests/none`,
      "/v2/",
      `/v2/${repo}/tags/list`,
    ]) {
      wire.send(head("HEAD", where), head("GET", "/v2/nothing/here/at/all"));
      const answer = await wire.answer({ head: true });
      expect([200, 404]).toContain(answer?.status);
      expect((await wire.answer())?.status).toBe(404);
    }
  });

  it("announces no length and sends no body with 204 and 304", async () => {
    const location = await beginUpload(berth, repo);
    wire.send(head("GET", location));
    const status = await wire.answer();
    expect([status?.status, status?.headers.get("content-length"), status?.headers.get("transfer-encoding")]).toEqual([
      204,
      undefined,
      undefined,
    ]);
    wire.send(head("GET", `/v2/${repo}/manifests/latest`, { "If-None-Match": "*" }), head("DELETE", location));
    expect((await wire.answer({ head: true }))?.status).toBe(304);
    expect((await wire.answer())?.status).toBe(204);
  });

  it("answers a blob that its file does not hold any more as missing", async () => {
    const { digest } = await pushBlob(berth, repo, randomContent(3_000_000));
    for await (const key of berth.ctx.blobs.keys())
      if ((await berth.ctx.blobs.stat(key))?.sizeBytes === 3_000_000)
        await fs.truncate(path.join(root, key), 1_000_000);
    wire.send(head("GET", `/v2/${repo}/blobs/${digest}`));
    const answer = await wire.answer();
    expect(answer?.status).toBe(404);
    expect(answer?.text).toContain("BLOB_UNKNOWN");
  });

  it("leaves no timer behind when it refuses a body unread", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const location = await beginUpload(berth, repo);
    const refuse = () =>
      send(berth, "PATCH", location, { body: randomContent(10).bytes, headers: { "Content-Range": "50-59" } });
    await refuse();
    const before = timers();
    for (let i = 0; i < 20; i++) expect((await refuse()).status).toBe(416);
    expect(timers()).toBeLessThan(before + 10);
  });
});
