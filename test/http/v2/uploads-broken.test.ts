import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, randomContent } from "./content.ts";
import { beginUpload, brokenStream, errorCode, locationOf, send, sendChunk, withDigest } from "./requests.ts";

const repo = "broken/blobs";

describeMatrix("broken uploads", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  /** Where the session stands, as soon as no request writes to it any more. */
  const standing = async (location: string): Promise<number> => {
    const id = location.split("/").at(-1) as string;
    for (let tries = 0; tries < 200; tries++) {
      const [row] = await berth.ctx.db.execute(sql`select writer from upload where id = ${id}`);
      if (row?.writer === null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const status = await send(berth, "GET", location);
    expect(status.status).toBe(204);
    const end = Number(status.headers.get("range")?.split("-")[1]);
    return end === 0 ? 0 : end + 1;
  };

  /** Sends a body that breaks; over a socket nobody is left to be answered. */
  const breakOff = (method: string, path: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    send(berth, method, path, { body: brokenStream(body), headers }).catch(() => null);

  describe.each(algorithms)("%s", (algorithm) => {
    it("keeps what came of a stream, and goes on from there", async () => {
      const { bytes, digest } = randomContent(400_000, algorithm);
      const location = await beginUpload(berth, repo);
      await breakOff("PATCH", location, bytes.subarray(0, 250_000));
      const at = await standing(location);
      expect(at).toBeLessThanOrEqual(250_000);
      expect((await sendChunk(berth, location, bytes.slice(at), at)).status).toBe(202);
      const put = await send(berth, "PUT", withDigest(location, digest));
      expect(put.status).toBe(201);
      expect(Buffer.compare((await send(berth, "GET", locationOf(put))).body, bytes)).toBe(0);
    });

    it("keeps what came of a chunk with a range, and goes on from there", async () => {
      const { bytes, digest } = randomContent(400_000, algorithm);
      const begun = await send(berth, "POST", `/v2/${repo}/blobs/uploads/?digest-algorithm=${algorithm}`);
      const location = locationOf(begun);
      await sendChunk(berth, location, bytes.slice(0, 100_000), 0);
      await breakOff("PATCH", location, bytes.subarray(100_000, 300_000), { "Content-Range": "100000-399999" });
      const at = await standing(location);
      expect(at).toBeGreaterThanOrEqual(100_000);
      expect((await sendChunk(berth, location, bytes.slice(at), at)).status).toBe(202);
      expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
    });

    it("lets a closing PUT that broke be sent again", async () => {
      const { bytes, digest } = randomContent(200_000, algorithm);
      const location = await beginUpload(berth, repo);
      await sendChunk(berth, location, bytes.slice(0, 50_000), 0);
      await breakOff("PUT", withDigest(location, digest), bytes.subarray(50_000, 120_000));
      const at = await standing(location);
      const headers = { "Content-Range": `${at}-199999` };
      const put = await send(berth, "PUT", withDigest(location, digest), { body: bytes.slice(at), headers });
      expect(put.status).toBe(201);
      expect(Buffer.compare((await send(berth, "GET", locationOf(put))).body, bytes)).toBe(0);
    });
  });

  it("keeps nothing visible of a whole blob whose POST broke", async () => {
    const { bytes, digest } = randomContent(100_000);
    await breakOff("POST", `/v2/${repo}/blobs/uploads/?digest=${digest}`, bytes.subarray(0, 50_000));
    expect((await send(berth, "HEAD", `/v2/${repo}/blobs/${digest}`)).status).toBe(404);
  });

  it("refuses fewer or more bytes than the range names, and stays where it was", async () => {
    const { bytes, digest } = randomContent(100);
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes.slice(0, 10), 0);
    for (const range of ["10-99", "10-14"]) {
      const headers = { "Content-Range": range };
      const length = await send(berth, "PATCH", location, { body: bytes.slice(10, 20), headers });
      expect([length.status, errorCode(length)]).toEqual([400, "SIZE_INVALID"]);
      const body = new Response(bytes.slice(10, 20)).body as ReadableStream<Uint8Array>;
      const streamed = await send(berth, "PATCH", location, { body, headers });
      expect([streamed.status, errorCode(streamed)]).toEqual([400, "SIZE_INVALID"]);
      expect(await standing(location)).toBe(10);
    }
    expect((await sendChunk(berth, location, bytes.slice(10), 10)).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
  });

  it("goes on when the saved state of the hash is of no use", async () => {
    const { bytes, digest } = randomContent(300_000);
    const location = await beginUpload(berth, repo);
    await sendChunk(berth, location, bytes.slice(0, 150_000), 0);
    const hash = { version: 1, offset: 150_000, states: { sha256: btoa("nonsense") } };
    const state = JSON.stringify({ version: 1, kind: "saved", offset: 150_000, hash });
    const id = location.split("/").at(-1) as string;
    await berth.ctx.db.execute(sql`update upload set hash_state = ${state}::jsonb where id = ${id}`);
    expect((await sendChunk(berth, location, bytes.slice(150_000), 150_000)).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
  });
});
