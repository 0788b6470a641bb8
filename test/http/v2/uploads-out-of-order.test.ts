import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countUploads } from "#db/queries/uploads/sessions.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, randomContent } from "./content.ts";
import { type Answer, beginUpload, errorCode, locationOf, send, sendChunk, withDigest } from "./requests.ts";

const repo = "ordered/blobs";

describeMatrix("chunks out of order", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  /** The 416 and the status both tell where the session stands. */
  const expectStanding = async (refused: Answer, location: string, range: string) => {
    expect([refused.status, errorCode(refused)]).toEqual([416, "BLOB_UPLOAD_INVALID"]);
    expect(locationOf(refused)).toBe(location);
    expect(refused.headers.get("range")).toBe(range);
    expect(refused.headers.get("docker-upload-uuid")).toBe(location.split("/").at(-1));
    const status = await send(berth, "GET", location);
    expect([status.status, locationOf(status), status.headers.get("range")]).toEqual([204, location, range]);
  };

  describe.each(algorithms)("%s", (algorithm) => {
    it.each([false, true])(
      "refuses each wrong chunk and goes on with the right one (last chunk in the PUT: %s)",
      async (lastInPut) => {
        const { bytes, digest } = randomContent(3073, algorithm);
        const size = 1025;
        const location = await beginUpload(berth, repo);
        let closed: Answer | null = null;
        for (let at = 0; at < bytes.byteLength; at += size) {
          // As the conformance suite does: skip ahead by a chunk, or go back to the start where that would pass the end.
          const wrong = at + size < bytes.byteLength ? at + size : 0;
          const last = at + size >= bytes.byteLength;
          const wrongEnd = Math.min(wrong + size, bytes.byteLength);
          const closing = lastInPut && wrongEnd === bytes.byteLength;
          const headers = { "Content-Range": `${wrong}-${wrongEnd - 1}` };
          const refused = await send(
            berth,
            closing ? "PUT" : "PATCH",
            closing ? withDigest(location, digest) : location,
            {
              body: bytes.slice(wrong, wrongEnd),
              headers,
            },
          );
          await expectStanding(refused, location, at === 0 ? "0-0" : `0-${at - 1}`);
          const right = bytes.slice(at, at + size);
          if (last && lastInPut) {
            const range = { "Content-Range": `${at}-${bytes.byteLength - 1}` };
            closed = await send(berth, "PUT", withDigest(location, digest), { body: right, headers: range });
          } else expect((await sendChunk(berth, location, right, at)).status).toBe(202);
        }
        closed ??= await send(berth, "PUT", withDigest(location, digest));
        expect(closed.status).toBe(201);
        expect((await send(berth, "GET", locationOf(closed))).body).toEqual(bytes);
      },
    );
  });

  it("refuses a first chunk that does not start at 0", async () => {
    const location = await beginUpload(berth, repo);
    await expectStanding(await sendChunk(berth, location, randomContent(10).bytes, 10), location, "0-0");
  });

  it("refuses a chunk that was sent already", async () => {
    const { bytes } = randomContent(100);
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes, 0);
    await expectStanding(await sendChunk(berth, location, bytes, 0), location, "0-99");
  });

  it("refuses a chunk that overlaps what is there, and a gap of one byte", async () => {
    const { bytes } = randomContent(100);
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes, 0);
    await expectStanding(await sendChunk(berth, location, bytes, 99), location, "0-99");
    await expectStanding(await sendChunk(berth, location, bytes, 101), location, "0-99");
  });

  it("refuses a closing PUT at another offset without ending the session", async () => {
    const { bytes, digest } = randomContent(100);
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes.slice(0, 60), 0);
    const headers = { "Content-Range": "50-99" };
    const refused = await send(berth, "PUT", withDigest(location, digest), { body: bytes.slice(50), headers });
    await expectStanding(refused, location, "0-59");
    const right = { body: bytes.slice(60), headers: { "Content-Range": "60-99" } };
    expect((await send(berth, "PUT", withDigest(location, digest), right)).status).toBe(201);
  });

  it.each(["10-5", "x-y", "5", "bytes */10", "-5", "0-", "0-99999999999999999999"])(
    "refuses the Content-Range %j and keeps the session",
    async (range) => {
      const location = await beginUpload(berth, repo);
      const headers = { "Content-Range": range };
      const refused = await send(berth, "PATCH", location, { body: randomContent(10).bytes, headers });
      expect([refused.status, errorCode(refused)]).toEqual([416, "BLOB_UPLOAD_INVALID"]);
      expect((await send(berth, "GET", location)).headers.get("range")).toBe("0-0");
    },
  );

  it("leaves no session behind when a POST with a whole blob has a malformed range", async () => {
    const { bytes, digest } = randomContent(10);
    const before = await countUploads(berth.ctx.db);
    const headers = { "Content-Range": "nonsense" };
    const refused = await send(berth, "POST", `/v2/${repo}/blobs/uploads/?digest=${digest}`, { body: bytes, headers });
    expect(refused.status).toBe(416);
    expect(await countUploads(berth.ctx.db)).toBe(before);
  });
});
