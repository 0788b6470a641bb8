import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, errorCode, locationOf, send, sendChunk, streamOf, withDigest } from "./requests.ts";

/** The least that can be set. */
const limit = 2 ** 20;
const repo = "limit/app";

describeMatrix("a limit on bodies", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind, { around: { bodyLimitBytes: limit } });
  });
  afterAll(() => berth.close());

  const tooLarge = randomContent(limit + 1);
  const pieces = () => streamOf(tooLarge.bytes.slice(0, 200_000), tooLarge.bytes.slice(200_000));

  it.each([
    ["PATCH", "of a known length", () => tooLarge.bytes],
    ["PATCH", "of an unknown length", pieces],
    ["PUT", "of a known length", () => tooLarge.bytes],
    ["PUT", "of an unknown length", pieces],
  ])("refuses a %s %s and leaves the session as it was", async (method, _, body) => {
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, tooLarge.bytes.slice(0, 100), 0);
    const answer = await send(berth, method, withDigest(location, tooLarge.digest), { body: body() });
    expect([answer.status, errorCode(answer)]).toEqual([413, "SIZE_INVALID"]);
    expect((await send(berth, "GET", location)).headers.get("range")).toBe("0-99");
    const rest = await sendChunk(berth, location, tooLarge.bytes.slice(100, 200_000), 100);
    const done = await send(berth, "PUT", withDigest(locationOf(rest), tooLarge.digest), {
      body: tooLarge.bytes.slice(200_000),
    });
    expect(done.status).toBe(201);
  });

  it("refuses a whole blob that comes with its POST, and keeps no session", async () => {
    const path = `/v2/${repo}/blobs/uploads/?digest=${tooLarge.digest}`;
    const answer = await send(berth, "POST", path, { body: tooLarge.bytes });
    expect([answer.status, errorCode(answer)]).toEqual([413, "SIZE_INVALID"]);
  });

  it("lets through what is as large as it may be", async () => {
    const most = randomContent(limit);
    for (const body of [most.bytes, streamOf(most.bytes.slice(0, 150_000), most.bytes.slice(150_000))]) {
      const location = await beginUpload(berth, repo);
      expect((await send(berth, "PUT", withDigest(location, most.digest), { body })).status).toBe(201);
    }
  });

  it.each([
    ["regclient/regctl (v0.11.5)", `regctl registry set --blob-chunk ${limit} --blob-max ${limit} HOST`],
    ["docker/20.10.24 go/go1.19", "ask the registry's operator for another way in (BERTH_INGEST_ORIGIN)"],
    ["oras/1.3.3", "use a client that sends chunks, such as regctl"],
  ])("tells %s what to do", async (agent, words) => {
    const location = await beginUpload(berth, repo);
    const headers = { "User-Agent": agent };
    const answer = await send(berth, "PATCH", location, { body: tooLarge.bytes, headers });
    expect(answer.text).toContain(`a request can bring ${limit} bytes at most here`);
    expect(answer.text).toContain(words);
  });
});

describeMatrix("a limit on bodies beside an ingest origin", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind, { around: { bodyLimitBytes: limit, ingestOrigin: "https://ingest.test" } });
  });
  afterAll(() => berth.close());

  it.each([
    ["oras/1.3.3", "this client does not go to https://ingest.test"],
    ["docker/28.2.2 go/go1.24", "begin the upload with POST and send it to the Location of the answer"],
  ])("tells %s what to do", async (agent, words) => {
    const bytes = new Uint8Array(limit + 1);
    const path = `/v2/${repo}/blobs/uploads/?digest=${randomContent().digest}`;
    const answer = await send(berth, "POST", path, { body: bytes, headers: { "User-Agent": agent } });
    expect([answer.status, errorCode(answer)]).toEqual([413, "SIZE_INVALID"]);
    expect(answer.text).toContain(words);
  });
});
