import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, type Content, randomContent, unknownDigest } from "./content.ts";
import { type Answer, changeRepository, locationOf, pushBlob, send, withDigest } from "./requests.ts";

const source = "mounts/source";

describeMatrix("mounts", (kind) => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
  });
  afterAll(() => berth.close());

  const mount = (repository: string, query: string, auth = berth.admin) =>
    send(berth, "POST", `/v2/${repository}/blobs/uploads/?${query}`, { headers: { "Content-Length": "0" }, auth });

  const expectMounted = async (answer: Answer, repository: string, { bytes, digest }: Content) => {
    expect(answer.status).toBe(201);
    expect(locationOf(answer)).toBe(`/v2/${repository}/blobs/${digest}`);
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
    expect((await send(berth, "GET", locationOf(answer))).body).toEqual(bytes);
  };

  /** The fallback is a session that works. */
  const expectSession = async (answer: Answer, { bytes, digest }: Content, auth = berth.admin) => {
    expect(answer.status).toBe(202);
    expect(locationOf(answer)).toContain("/blobs/uploads/");
    expect(answer.headers.get("range")).toBe("0-0");
    const put = await send(berth, "PUT", withDigest(locationOf(answer), digest), { body: bytes, auth });
    expect(put.status).toBe(201);
  };

  describe.each(algorithms)("%s", (algorithm) => {
    it("links a blob of a named repository", async () => {
      const blob = await pushBlob(berth, source, randomContent(100, algorithm));
      await expectMounted(await mount("mounts/from", `mount=${blob.digest}&from=${source}`), "mounts/from", blob);
    });

    it("finds a blob that the caller may pull when no repository is named", async () => {
      const blob = await pushBlob(berth, source, randomContent(100, algorithm));
      await expectMounted(await mount("mounts/anywhere", `mount=${blob.digest}`), "mounts/anywhere", blob);
    });

    it("answers with a session when the digest is nowhere", async () => {
      await pushBlob(berth, source);
      for (const from of ["", `&from=${source}`]) {
        const missing = randomContent(100, algorithm);
        await expectSession(await mount("mounts/target", `mount=${missing.digest}${from}`), missing);
      }
    });

    it("reads a digest and a name that are percent-encoded", async () => {
      const blob = await pushBlob(berth, source, randomContent(100, algorithm));
      const query = `from=${encodeURIComponent(source)}&mount=${encodeURIComponent(blob.digest)}`;
      await expectMounted(await mount("mounts/encoded", query), "mounts/encoded", blob);
    });
  });

  it("does not mind the parameter origin, nor a request without the slash at the end", async () => {
    const blob = await pushBlob(berth, source);
    const path = `/v2/mounts/noslash/blobs/uploads?mount=${blob.digest}&from=${source}&origin=x`;
    expect((await send(berth, "POST", path)).status).toBe(201);
  });

  it("mounts again what is there already, also from the same repository", async () => {
    const blob = await pushBlob(berth, source);
    await expectMounted(await mount(source, `mount=${blob.digest}&from=${source}`), source, blob);
    await expectMounted(await mount(source, `mount=${blob.digest}`), source, blob);
  });

  it.each([
    ["a repository that is not there", (digest: string) => `mount=${digest}&from=mounts/nowhere`],
    ["a source that is no name", (digest: string) => `mount=${digest}&from=..%2F%2FX`],
    ["a source of one segment", (digest: string) => `mount=${digest}&from=source`],
    ["a source with a NUL", (digest: string) => `mount=${digest}&from=a%00b`],
    ["an empty source", (digest: string) => `mount=${digest}&from=`],
    ["a malformed digest", () => `mount=sha256:abc&from=${source}`],
    ["an empty digest", () => `mount=&from=${source}`],
    ["an algorithm that is not known", () => `mount=md5:d41d8cd98f00b204e9800998ecf8427e&from=${source}`],
  ])("answers with a session to %s", async (_, query) => {
    const blob = await pushBlob(berth, source);
    const session = await mount("mounts/target", query(blob.digest));
    expect([session.status, session.headers.get("range")]).toEqual([202, "0-0"]);
  });

  it("answers with a session when the blob is in another repository than the one named", async () => {
    const blob = await pushBlob(berth, source);
    await pushBlob(berth, "mounts/else");
    await expectSession(await mount("mounts/strict", `mount=${blob.digest}&from=mounts/else`), blob);
  });

  it("tells who may not pull the source nothing, with or without its name", async () => {
    const secret = await pushBlob(berth, "mounts/secret");
    const shape = ({ status, headers }: Answer) =>
      [status, ...headers.entries()]
        .map(String)
        .filter((entry) => !/^(date|x-request-id|location|docker-upload)/.test(entry));
    const asked = [];
    for (const digest of [secret.digest, unknownDigest()])
      for (const from of ["", "&from=mounts/secret", "&from=mounts/nowhere"])
        asked.push(await mount("alice/images", `mount=${digest}${from}`, alice));
    for (const answer of asked) expect(shape(answer)).toEqual(shape(asked[0] as Answer));
    expect(asked[0]?.status).toBe(202);
    const head = await send(berth, "HEAD", `/v2/alice/images/blobs/${secret.digest}`, { auth: alice });
    expect(head.status).toBe(404);
    await expectSession(asked[0] as Answer, secret, alice);
  });

  it("mounts from a public repository for any account", async () => {
    const blob = await pushBlob(berth, "mounts/public");
    await changeRepository(berth, "mounts/public", { visibility: "public" });
    const answer = await mount("alice/images", `mount=${blob.digest}&from=mounts/public`, alice);
    expect(answer.status).toBe(201);
    const found = await mount("alice/more", `mount=${blob.digest}`, alice);
    expect(found.status).toBe(201);
  });

  it("does not bring back a blob that was deleted in its last repository", async () => {
    const blob = await pushBlob(berth, source);
    expect((await send(berth, "DELETE", `/v2/${source}/blobs/${blob.digest}`)).status).toBe(202);
    expect((await mount("mounts/target", `mount=${blob.digest}`)).status).toBe(202);
    expect((await mount("mounts/target", `mount=${blob.digest}&from=${source}`)).status).toBe(202);
  });

  it("keeps a mounted blob when it is deleted at its source", async () => {
    const blob = await pushBlob(berth, source);
    expect((await mount("mounts/kept", `mount=${blob.digest}&from=${source}`)).status).toBe(201);
    await send(berth, "DELETE", `/v2/${source}/blobs/${blob.digest}`);
    expect((await send(berth, "GET", `/v2/mounts/kept/blobs/${blob.digest}`)).body).toEqual(blob.bytes);
  });
});
