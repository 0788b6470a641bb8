// Berth's Worker in workerd, asked as clients ask: what they push they pull again, by every way that the protocol has.
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { contentOf, descriptorOf, indexOf, manifestOf, randomContent } from "#test/http/v2/content.ts";
import {
  beginUpload,
  errorCode,
  locationOf,
  pushBlob,
  pushImage,
  pushManifest,
  send,
  sendChunk,
  streamOf,
  withDigest,
} from "#test/http/v2/requests.ts";
import { type EdgeWorker, edgePassword, startEdgeWorker } from "#test/setup/edge-worker.ts";
import { basic, type Target } from "#test/setup/target.ts";

const repo = "edge/app";
const mebibyte = 1024 * 1024;

describe("the Worker", () => {
  let edge: EdgeWorker;
  let berth: Target;
  beforeAll(async () => {
    edge = await startEdgeWorker({ settings: { BERTH_R2_PART_BYTES: "5MiB" } });
    // The requests need no more of a target than its address and its admin.
    berth = { fetch: edge.fetch, admin: basic("admin", edgePassword) } as Target;
  });
  afterAll(() => edge.close());

  const blobOf = async (digest: string) => (await send(berth, "GET", `/v2/${repo}/blobs/${digest}`)).body;

  it("makes the first admin of its secrets, and gives him a token that opens what he may", async () => {
    expect(errorCode(await send(berth, "GET", "/v2/", { auth: null }))).toBe("UNAUTHORIZED");
    expect((await send(berth, "GET", "/v2/")).status).toBe(200);
    const asked = await send(berth, "GET", `/auth/token?scope=repository:${repo}:pull,push`);
    const { token } = JSON.parse(asked.text) as { token: string };
    expect((await send(berth, "GET", "/v2/", { auth: `Bearer ${token}` })).status).toBe(200);
    expect((await send(berth, "GET", "/v2/", { auth: basic("admin", "wrong") })).status).toBe(401);
  });

  it("gives an image by tag and by digest as it was pushed, HEAD with the same headers", async () => {
    const image = await pushImage(berth, repo, { tag: "one" });
    for (const reference of ["one", image.digest]) {
      const got = await send(berth, "GET", `/v2/${repo}/manifests/${reference}`);
      expect(got.body).toEqual(image.bytes);
      expect(got.headers.get("content-length")).toBe(String(image.size));
      const head = await send(berth, "HEAD", `/v2/${repo}/manifests/${reference}`);
      expect(head.headers.get("content-length")).toBe(String(image.size));
      expect(head.headers.get("docker-content-digest")).toBe(image.digest);
    }
    expect(await blobOf(image.layer.digest)).toEqual(image.layer.bytes);
    expect(JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text)).toEqual({ name: repo, tags: ["one"] });
  });

  it.each([
    ["of no byte", 0],
    ["small", 1000],
    ["as large as a piece of memory", 256 * 1024],
    ["of a part exactly", 5 * mebibyte],
    ["of several parts", 17 * mebibyte + 123],
  ])("takes a blob %s in one body, with its length or without", async (_, size) => {
    for (const isChunked of [false, true]) {
      const { bytes, digest } = randomContent(size);
      const location = await beginUpload(berth, repo);
      const patched = await send(berth, "PATCH", location, { body: isChunked ? streamOf(bytes) : bytes });
      expect([patched.status, patched.headers.get("range")]).toEqual([202, `0-${Math.max(0, size - 1)}`]);
      const put = await send(berth, "PUT", withDigest(locationOf(patched), digest));
      expect([put.status, put.text]).toEqual([201, ""]);
      const got = await send(berth, "GET", locationOf(put));
      expect(got.headers.get("content-length")).toBe(String(size));
      expect(Buffer.compare(got.body, bytes)).toBe(0);
      const head = await send(berth, "HEAD", locationOf(put));
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(size)]);
    }
  });

  it.each(["sha256", "sha512"] as const)(
    "takes a %s blob in chunks, whose hash goes on from the session's row",
    async (algorithm) => {
      const { bytes, digest } = randomContent(12 * mebibyte, algorithm);
      const begun = await send(berth, "POST", `/v2/${repo}/blobs/uploads/?digest-algorithm=${algorithm}`);
      let location = locationOf(begun);
      for (let at = 0; at < bytes.byteLength; at += 3 * mebibyte + 1) {
        const chunk = bytes.subarray(at, at + 3 * mebibyte + 1);
        const sent = await sendChunk(berth, location, chunk, at);
        expect([sent.status, sent.headers.get("range")]).toEqual([202, `0-${at + chunk.byteLength - 1}`]);
        location = locationOf(sent);
      }
      expect(errorCode(await sendChunk(berth, location, bytes.subarray(0, 10), 5))).toBe("BLOB_UPLOAD_INVALID");
      const [row] = await edge.database
        .sql`select hash_state from upload where id = ${location.split("/").at(-1) as string}`;
      expect(row?.hash_state).toMatchObject({ kind: "saved", offset: bytes.byteLength });
      const put = await send(berth, "PUT", withDigest(location, digest));
      expect([put.status, put.text]).toEqual([201, ""]);
      expect(Buffer.compare(await blobOf(digest), bytes)).toBe(0);
    },
  );

  it("reads stored bytes again when the closing digest is of another algorithm", async () => {
    const { bytes, digest } = randomContent(6 * mebibyte, "sha512");
    const sent = await sendChunk(berth, await beginUpload(berth, repo), bytes, 0);
    expect((await send(berth, "PUT", withDigest(locationOf(sent), digest))).status).toBe(201);
    expect(Buffer.compare(await blobOf(digest), bytes)).toBe(0);
  });

  it("links nothing for a wrong digest", async () => {
    const { bytes } = randomContent(1000);
    const other = randomContent(1000).digest;
    const put = await send(berth, "PUT", withDigest(await beginUpload(berth, repo), other), { body: bytes });
    expect([put.status, errorCode(put)]).toEqual([400, "DIGEST_INVALID"]);
    expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${other}`)).status).toBe(404);
  });

  it("keeps what came of a body whose client went away, for the client to go on", async () => {
    const { bytes, digest } = randomContent(4 * mebibyte);
    const location = await beginUpload(berth, repo);
    const sent = 2 * mebibyte;
    await sendAndBreak(location, { bytes: bytes.subarray(0, sent), announced: bytes.byteLength });
    const standing = await until(async () => {
      const status = await send(berth, "GET", location);
      const end = Number(/^0-(\d+)$/.exec(status.headers.get("range") ?? "")?.[1] ?? 0);
      return end > 0 ? end + 1 : null;
    });
    expect(standing).toBeGreaterThan(mebibyte);
    const rest = await until(async () => {
      const answer = await sendChunk(berth, location, bytes.subarray(standing), standing);
      return answer.status === 202 ? answer : null;
    });
    expect((await send(berth, "PUT", withDigest(locationOf(rest), digest))).status).toBe(201);
    expect(Buffer.compare(await blobOf(digest), bytes)).toBe(0);
  });

  it("gives parts of a blob, one or several", async () => {
    const { bytes, digest } = await pushBlob(berth, repo, randomContent(300_000));
    const range = (value: string) => send(berth, "GET", `/v2/${repo}/blobs/${digest}`, { headers: { Range: value } });
    const one = await range("bytes=1000-200999");
    expect([one.status, one.headers.get("content-range")]).toEqual([206, "bytes 1000-200999/300000"]);
    expect(Buffer.compare(one.body, bytes.subarray(1000, 201_000))).toBe(0);
    expect((await range("bytes=-5")).body).toEqual(bytes.subarray(-5));
    const several = await range("bytes=0-9,100-109");
    expect([several.status, several.headers.get("content-length")]).toEqual([206, String(several.body.byteLength)]);
    expect((await range("bytes=300000-")).status).toBe(416);
  });

  it("mounts, refers, lists, moves tags and deletes", async () => {
    const image = await pushImage(berth, repo, { tag: "moved" });
    const mounted = await send(berth, "POST", `/v2/edge/other/blobs/uploads/?mount=${image.layer.digest}&from=${repo}`);
    expect(mounted.status).toBe(201);
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
    const empty = await pushBlob(berth, repo, contentOf("{}"));
    const config = descriptorOf(empty, "application/vnd.oci.empty.v1+json");
    await pushManifest(
      berth,
      repo,
      manifestOf({ mediaType: image.mediaType, config, layers: [config], artifactType: "a/b", subject }),
    );
    const referrers = JSON.parse((await send(berth, "GET", `/v2/${repo}/referrers/${image.digest}`)).text);
    expect(referrers.manifests.length).toBe(1);
    const next = await pushImage(berth, repo, { tag: "moved" });
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/moved`)).headers.get("docker-content-digest")).toBe(
      next.digest,
    );
    const index = await pushManifest(berth, repo, indexOf([next]), "index");
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${next.digest}`)).status).toBe(405);
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${index.digest}`)).status).toBe(202);
    expect((await send(berth, "DELETE", `/v2/${repo}/manifests/${next.digest}`)).status).toBe(202);
    expect((await send(berth, "GET", `/v2/${repo}/manifests/moved`)).status).toBe(404);
    expect((await send(berth, "DELETE", `/v2/${repo}/blobs/${next.layer.digest}`)).status).toBe(202);
    expect((await send(berth, "GET", `/v2/${repo}/blobs/${next.layer.digest}`)).status).toBe(404);
  });

  it("answers the management API, and says that it is well", async () => {
    const answer = await send(berth, "GET", `/api/v0/repositories/${repo}`);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([200, { name: "app", namespace: "edge" }]);
    expect(JSON.parse((await send(berth, "GET", "/health", { auth: null })).text)).toEqual({
      Error: "",
      Healthy: true,
    });
  });

  it("says where its figures are", async () => {
    const answer = await send(berth, "GET", "/metrics", { auth: null });
    expect([answer.status, answer.text]).toEqual([
      404,
      expect.stringMatching(/Workers Logs, and in the dataset METRICS/),
    ]);
  });

  it("writes one line of JSON for each request, with who asked and without what is secret", async () => {
    edge.lines.length = 0;
    await send(berth, "GET", "/v2/edge/app/tags/list?secret=1");
    const line = await until(async () => edge.lines.find((one) => one.includes("/tags/list")) ?? null);
    expect(JSON.parse(line)).toMatchObject({ level: "info", msg: "request", method: "GET", status: 200, who: "admin" });
    expect(line).not.toContain("secret");
  });

  it("sees within two seconds what another process changed", async () => {
    const image = await pushImage(berth, "edge/seen", { tag: "latest" });
    const head = () => send(berth, "HEAD", "/v2/edge/seen/manifests/latest");
    expect((await head()).headers.get("docker-content-digest")).toBe(image.digest);
    const { sql } = edge.database;
    const [repository] = await sql`select id, path from repository where path = 'edge/seen'`;
    const id = repository?.id as string;
    await sql.begin(async (tx) => {
      await tx`delete from tag where repository_id = ${id}`;
      await tx`insert into event (at, type, repository_id, object, detail)
        values (now(), 'tag.delete', ${id}, 'edge/seen', '{"tag":"latest"}')`;
    });
    const changedMs = performance.now();
    await until(async () => ((await head()).status === 404 ? true : null));
    expect(performance.now() - changedMs).toBeLessThan(2000);
  });

  it("does the periodic work: bytes that nobody wants any more are removed", async () => {
    const { sql } = edge.database;
    const blob = await pushBlob(berth, "edge/gone", randomContent(1000));
    expect((await send(berth, "DELETE", `/v2/edge/gone/blobs/${blob.digest}`)).status).toBe(202);
    await sql`update blob set removable_at = now() - interval '1 hour' where state = 'condemned'`;
    const left = async () => (await sql`select 1 from blob where state = 'condemned'`).length;
    expect(await left()).toBeGreaterThan(0);
    await sql`delete from periodic_run`;
    await edge.runScheduled();
    expect(await left()).toBe(0);
    expect((await sql`select task from periodic_run`).length).toBe(periodicTasks.length);
  });

  it("writes what it counted of pulls and pushes", async () => {
    await pushImage(berth, "edge/counted", { tag: "1" });
    for (let i = 0; i < 3; i++) await send(berth, "GET", "/v2/edge/counted/manifests/1");
    const [count] = await until(async () => {
      const found = await edge.database
        .sql`select pulls, pushes from repository where path = 'edge/counted' and pulls >= 3`;
      return found.length > 0 ? found : null;
    }, 15_000);
    expect(count).toMatchObject({ pulls: 3, pushes: 1 });
  });

  /** Sends a part of what was announced, and hangs up. */
  async function sendAndBreak(location: string, { bytes, announced }: { bytes: Uint8Array; announced: number }) {
    const { hostname, port } = new URL(edge.origin);
    const socket = connect({ host: hostname, port: Number(port) });
    const head = `PATCH ${location} HTTP/1.1\r\nHost: edge\r\nAuthorization: ${berth.admin}\r\nContent-Length: ${announced}\r\n\r\n`;
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.write(head);
      socket.write(bytes, () => resolve());
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.destroy();
  }
});

/** Asks again until there is an answer. */
async function until<T>(ask: () => Promise<T | null>, patienceMs = 5000): Promise<T> {
  for (const end = performance.now() + patienceMs; ; ) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error("it did not come to that");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
