// Uploads whose bodies are read straight from their connection, beside everything else that a connection carries.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTarget, type Target } from "#test/setup/target.ts";
import { chunkedBody, chunksOf, markedBytes } from "./chunked.ts";
import { type Content, contentOf, imageOf, randomContent } from "./content.ts";
import { beginUpload, pushBlob, send, withDigest } from "./requests.ts";
import { connectTo, requestHead, type Wire } from "./wire.ts";

const repo = "intake/images";
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("bodies from their connection", () => {
  let berth: Target;
  let wire: Wire;
  const warnings: string[] = [];
  const warned = (warning: Error) => void warnings.push(`${warning.name}: ${warning.message}`);
  beforeAll(async () => {
    berth = await startTarget("socket");
    process.on("warning", warned);
  });
  afterAll(async () => {
    await berth.close();
    process.off("warning", warned);
  });
  beforeEach(async () => {
    wire = await connectTo(berth);
  });
  afterEach(() => wire.destroy());

  const head = (method: string, where: string, headers: Record<string, string | number> = {}) =>
    requestHead(berth, method, where, headers);
  const uploads = `/v2/${repo}/blobs/uploads/`;
  const chunked = { "Transfer-Encoding": "chunked" };
  const sized = (content: Content) => ({ "Content-Length": content.bytes.byteLength });

  const expectStored = async ({ bytes, digest }: Content) => {
    const got = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`);
    expect(got.status).toBe(200);
    expect(Buffer.compare(got.body, bytes)).toBe(0);
  };
  /** Opens a session on the connection. */
  const begin = async () => {
    wire.send(head("POST", uploads, { "Content-Length": 0 }));
    const begun = await wire.answer();
    expect(begun?.status).toBe(202);
    return begun?.headers.get("location") as string;
  };

  it("come one after another on one connection, sized and chunked, with other requests between them", async () => {
    const contents: Content[] = [];
    for (let i = 0; i < 40; i++) {
      const content = contentOf(markedBytes(131_072 + i * 37_123, i));
      contents.push(content);
      if (i % 3 === 0) {
        wire.send(head("POST", `${uploads}?digest=${content.digest}`, sized(content)), content.bytes);
      } else {
        const location = await begin();
        if (i % 3 === 1) {
          wire.send(
            head("PATCH", location, chunked),
            chunkedBody(content.bytes, (n) => 1 + n * 7919),
          );
          expect((await wire.answer())?.headers.get("range")).toBe(`0-${content.bytes.byteLength - 1}`);
          wire.send(head("PUT", withDigest(location, content.digest), { "Content-Length": 0 }));
        } else wire.send(head("PUT", withDigest(location, content.digest), sized(content)), content.bytes);
      }
      expect((await wire.answer())?.status).toBe(201);
      wire.send(head("HEAD", `/v2/${repo}/blobs/${content.digest}`));
      const there = await wire.answer({ head: true });
      expect([there?.status, there?.headers.get("content-length")]).toEqual([200, String(content.bytes.byteLength)]);
      if (i % 4 !== 3) continue;
      const config = await pushBlob(berth, repo, contentOf(`{"number":${i}}`));
      const image = imageOf(config, [content]);
      const typed = { "Content-Type": image.mediaType, "Content-Length": image.size };
      wire.send(head("PUT", `/v2/${repo}/manifests/n${i}`, typed), image.bytes, head("GET", "/v2/"));
      expect((await wire.answer())?.status).toBe(201);
      expect((await wire.answer())?.text).toBe("{}");
    }
    for (const content of contents) await expectStored(content);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["all at once", 10_000_000, 0],
    ["in small pieces", 1013, 0],
    ["in pieces that come slowly", 70_001, 3],
  ])("end where the next request begins, when all come %s", async (_, pieceBytes, ms) => {
    const location = await begin();
    const other = await begin();
    const [first, second] = [contentOf(markedBytes(200_000, 1)), contentOf(markedBytes(150_001, 2))];
    const all = Buffer.concat([
      Buffer.from(head("PATCH", location, chunked)),
      chunkedBody(first.bytes, (n) => 10_000 + n, "Checked: yes\r\n"),
      Buffer.from(head("GET", "/v2/_catalog")),
      Buffer.from(head("PATCH", other, chunked)),
      chunkedBody(second.bytes, () => 65_536),
      Buffer.from(head("GET", "/v2/")),
    ]);
    for (let at = 0; at < all.byteLength; at += pieceBytes) {
      wire.send(all.subarray(at, at + pieceBytes));
      if (ms > 0) await pause(ms);
    }
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await wire.answer());
    expect(answers.map((answer) => answer?.status)).toEqual([202, 200, 202, 200]);
    expect(answers.map((answer) => answer?.headers.get("range"))).toEqual([
      "0-199999",
      undefined,
      "0-150000",
      undefined,
    ]);
    for (const [at, { digest }] of [
      [location, first],
      [other, second],
    ] as const) {
      wire.send(head("PUT", withDigest(at, digest), { "Content-Length": 0 }));
      expect((await wire.answer())?.status).toBe(201);
    }
    await expectStored(first);
    await expectStored(second);
  });

  it("wait behind answers that are still to be sent", async () => {
    const content = randomContent(300_000);
    const location = await begin();
    const get = head("GET", "/v2/");
    const put = Buffer.concat([
      Buffer.from(`${get}${get}${head("PUT", withDigest(location, content.digest), sized(content))}`),
      content.bytes,
      Buffer.from(get),
    ]);
    wire.send(put);
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await wire.answer())?.status);
    expect(answers).toEqual([200, 200, 201, 200]);
    await expectStored(content);
  });

  it.each([
    ["chunked", true],
    ["sized", false],
  ])("that break off in the middle (%s) leave a session that goes on", async (_, isChunked) => {
    const content = contentOf(markedBytes(3_000_000, 5));
    const location = await begin();
    const { bytes } = content;
    if (isChunked) wire.send(head("PATCH", location, chunked), ...chunksOf(bytes.subarray(0, 2_500_000), () => 99_999));
    else wire.send(head("PATCH", location, sized(content)), bytes.subarray(0, 2_500_000));
    await pause(200);
    wire.destroy();
    let at = 0;
    let status = 416;
    for (let tries = 0; tries < 200 && status !== 202; tries++) {
      const range = (await send(berth, "GET", location)).headers.get("range");
      at = range === "0-0" ? 0 : Number(range?.split("-")[1]) + 1;
      if (at < 2_000_000) {
        await pause(20);
        continue;
      }
      const headers = { "Content-Range": `${at}-${bytes.byteLength - 1}` };
      status = (await send(berth, "PATCH", location, { body: bytes.slice(at), headers })).status;
      if (status !== 202) await pause(20);
    }
    expect([status, at <= 2_500_000]).toEqual([202, true]);
    expect((await send(berth, "PUT", withDigest(location, content.digest))).status).toBe(201);
    await expectStored(content);
  });

  it("never get bytes of each other, also when some are refused or lost in the middle", async () => {
    const rounds = 30;
    /** Bodies whose memory goes back in the middle of them. */
    const spoil = async (round: number) => {
      const own = await connectTo(berth);
      const location = await beginUpload(berth, repo);
      const bytes = markedBytes(2_700_000, 1_000_000 + round);
      const headers = round % 3 === 0 ? { ...chunked, "Content-Range": `0-${100_000 + round}` } : chunked;
      own.send(head("PATCH", location, headers), ...chunksOf(bytes, (n) => 40_000 + n));
      if (round % 3 === 1) own.send("no size\r\n");
      if (round % 3 === 2) await pause(5);
      else expect((await own.answer())?.status).toBe(400);
      own.destroy();
    };
    const put = async (round: number, lane: number) => {
      const own = lane === 0 ? wire : await connectTo(berth);
      const content = contentOf(markedBytes(1_300_000 + lane * 500_000 + round * 1009, round * 10 + lane));
      const location = await beginUpload(berth, repo);
      const pieces = chunksOf(content.bytes, (n) => 30_000 + n * 11);
      own.send(head("PUT", withDigest(location, content.digest), chunked));
      for (const [i, piece] of pieces.entries()) {
        own.send(piece);
        if (i % 40 === lane) await pause(0);
      }
      own.send("0\r\n\r\n");
      expect((await own.answer())?.status).toBe(201);
      if (lane !== 0) own.destroy();
      if (round % 10 === 0) await expectStored(content);
      await send(berth, "DELETE", `/v2/${repo}/blobs/${content.digest}`);
    };
    for (let round = 0; round < rounds; round++)
      await Promise.all([put(round, 0), spoil(round), put(round, 1), put(round, 2), spoil(round + 1)]);
  }, 120_000);
});
