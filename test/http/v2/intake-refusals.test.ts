// Uploads whose bodies are read straight from their connection: what is refused, and what becomes of the connection then.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createMemoryBlobStore } from "#adapters/blob-store/memory.ts";
import { needs } from "#test/setup/needs.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { chunkedBody, chunksOf, markedBytes } from "./chunked.ts";
import { contentOf } from "./content.ts";
import { beginUpload, send, withDigest } from "./requests.ts";
import { connectTo, requestHead, type Wire } from "./wire.ts";

const repo = "intake/refused";
const mebibyte = 1024 * 1024;
const content = contentOf(markedBytes(300_000, 7));
const { bytes, digest } = content;

const bounded = needs("a bound for refused bodies");
const ownFraming = needs("Berth's own reading of bodies");

describe("refused bodies", () => {
  let berth: Target;
  let wire: Wire;
  /** What was done to writers that should not be. */
  const disturbed: string[] = [];
  let piecesBegun = 0;
  beforeAll(async () => {
    const memory = createMemoryBlobStore();
    const openWriter: typeof memory.openWriter = async (key, from) => {
      const writer = await memory.openWriter(key, from);
      let isWriting = false;
      let isOver = false;
      const write = async (piece: Uint8Array) => {
        if (isOver) disturbed.push(`a piece came after the end of ${key}`);
        isWriting = true;
        piecesBegun++;
        await new Promise((resolve) => setTimeout(resolve, 30));
        await writer.write(piece);
        isWriting = false;
      };
      const abort = async () => {
        if (isWriting) disturbed.push(`the end came in the middle of a piece of ${key}`);
        isOver = true;
        await writer.abort();
      };
      return { ...writer, write, abort };
    };
    berth = await startTarget("socket", { blobs: { ...memory, openWriter } });
    await beginUpload(berth, repo);
  });
  afterAll(() => berth.close());
  beforeEach(async () => {
    wire = await connectTo(berth);
    disturbed.length = 0;
  });
  afterEach(() => wire.destroy());

  const head = (method: string, where: string, headers: Record<string, string | number> = {}) =>
    requestHead(berth, method, where, headers);
  const chunked = { "Transfer-Encoding": "chunked" };
  const unknown = () => `/v2/${repo}/blobs/uploads/${crypto.randomUUID()}`;
  const rangeOf = async (location: string) => (await send(berth, "GET", location)).headers.get("range");
  /** The connection is as good as new. */
  const expectUsable = async () => {
    wire.send(head("GET", "/v2/"));
    const next = await wire.answer();
    expect([next?.status, next?.text]).toEqual([200, "{}"]);
    const location = await beginUpload(berth, repo);
    wire.send(
      head("PATCH", location, chunked),
      chunkedBody(bytes, () => 50_000),
    );
    expect((await wire.answer())?.headers.get("range")).toBe("0-299999");
  };

  describe("after Expect: 100-continue", () => {
    it.each([
      ["sized", { "Content-Length": bytes.byteLength }, bytes],
      ["chunked", chunked, chunkedBody(bytes, () => 70_000)],
    ])("are asked for when they are wanted (%s)", async (_, framing, body) => {
      const location = await beginUpload(berth, repo);
      wire.send(head("PUT", withDigest(location, digest), { ...framing, Expect: "100-continue" }));
      expect((await wire.answer())?.status).toBe(100);
      wire.send(body);
      expect((await wire.answer())?.status).toBe(201);
      await expectUsable();
    });

    it.each([
      ["an unknown session", true, 404],
      ["no credentials", false, 401],
    ])("are not asked for with %s, and may come nevertheless", async (_, isKnown, status) => {
      for (const framing of [{ "Content-Length": bytes.byteLength }, chunked]) {
        const auth = isKnown ? berth.admin : "";
        wire.send(head("PATCH", unknown(), { ...framing, Authorization: auth, Expect: "100-continue" }));
        expect((await wire.answer())?.status).toBe(status);
        wire.send("Content-Length" in framing ? bytes : chunkedBody(bytes, () => 1000));
        await expectUsable();
      }
    });

    it("are not asked for when they do not belong where the session stands", async () => {
      const location = await beginUpload(berth, repo);
      const headers = { "Content-Length": bytes.byteLength, "Content-Range": "5-300004", Expect: "100-continue" };
      wire.send(head("PATCH", location, headers));
      expect((await wire.answer())?.status).toBe(416);
    });

    it("are refused when something else is expected", async () => {
      const location = await beginUpload(berth, repo);
      wire.send(head("PATCH", location, { "Content-Length": bytes.byteLength, Expect: "a-miracle" }));
      expect((await wire.answer())?.status).toBe(417);
    });
  });

  it.each([
    ["sized", 300_000],
    ["sized", 20 * mebibyte],
    ["chunked", 20 * mebibyte],
    ["chunked", 60 * mebibyte],
  ])("that are %s, of %i bytes, get their answer and the connection goes on", async (form, size) => {
    const large = new Uint8Array(size);
    const whole = form === "sized" ? large : chunkedBody(large, () => 3 * mebibyte);
    for (const [auth, status] of [
      [berth.admin, 404],
      ["", 401],
    ] as const) {
      const headers = form === "sized" ? { "Content-Length": size } : chunked;
      wire.send(head("PATCH", unknown(), { ...headers, Authorization: auth }), whole);
      expect((await wire.answer())?.status).toBe(status);
    }
    await expectUsable();
  });

  bounded.it.each(["sized", "chunked"])(
    bounded.name("that are %s and larger than is read over get their answer, then the connection ends"),
    async (form) => {
      const part = Buffer.alloc(mebibyte);
      const headers = form === "sized" ? { "Content-Length": 80 * mebibyte } : chunked;
      wire.send(head("PATCH", unknown(), headers));
      for (let i = 0; i < 80; i++) wire.send(...(form === "sized" ? [part] : chunksOf(part, () => mebibyte)));
      expect((await wire.answer())?.status).toBe(404);
      await wire.closed;
      expect(await wire.answer()).toBeNull();
    },
  );

  ownFraming.it.each([
    ["at once", 0, "no size\r\n"],
    ["after a small piece", 1000, "-1\r\n"],
    ["after more than memory keeps", 200_000, "5\r\nhello!\r\n0\r\n\r\n"],
    ["after large pieces", 3 * mebibyte, "\n0\r\n\r\n"],
  ])(
    ownFraming.name("that turn out not to be chunked %s are told so, and the connection ends"),
    async (_, size, wrong) => {
      const location = await beginUpload(berth, repo);
      wire.send(head("PATCH", location, chunked), ...chunksOf(markedBytes(size, 3), () => 65_536), wrong);
      wire.send(head("GET", "/v2/"));
      const answer = await wire.answer();
      expect(answer?.status).toBe(400);
      expect(answer?.headers.get("content-type")).toMatch(/^application\/json/);
      const { errors } = JSON.parse(answer?.text ?? "");
      expect([errors.length, errors[0].code]).toEqual([1, "BLOB_UPLOAD_INVALID"]);
      await wire.closed;
      expect(await wire.answer()).toBeNull();
      expect(await rangeOf(location)).toBe("0-0");
      const patched = await send(berth, "PATCH", location, { body: bytes });
      expect(patched.headers.get("range")).toBe("0-299999");
      expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
    },
  );

  it("that turn out not to be chunked leave the piece before to the writer that has it", async () => {
    const location = await beginUpload(berth, repo);
    piecesBegun = 0;
    wire.send(head("PATCH", location, chunked), ...chunksOf(markedBytes(2.5 * mebibyte, 3), () => 65_536));
    while (piecesBegun < 2) await new Promise((resolve) => setTimeout(resolve, 2));
    wire.send("no size\r\n");
    expect((await wire.answer())?.status).toBe(400);
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(disturbed).toEqual([]);
  });

  ownFraming.it(ownFraming.name("and taken ones end the connection that should be closed"), async () => {
    const location = await beginUpload(berth, repo);
    const headers = { "Content-Length": bytes.byteLength, Connection: "close" };
    for (const [where, status] of [
      [withDigest(location, digest), 201],
      [withDigest(unknown(), digest), 404],
    ] as const) {
      const own = await connectTo(berth);
      own.send(head("PUT", where, headers), bytes, head("GET", "/v2/"));
      const answer = await own.answer();
      expect([answer?.status, answer?.headers.get("connection")]).toEqual([status, "close"]);
      await own.closed;
      expect(await own.answer()).toBeNull();
    }
  });

  it("and taken ones of HTTP/1.0 end the connection", async () => {
    const location = await beginUpload(berth, repo);
    const put = head("PUT", withDigest(location, digest), { "Content-Length": bytes.byteLength });
    wire.send(put.replace("HTTP/1.1", "HTTP/1.0"), bytes);
    expect((await wire.answer())?.status).toBe(201);
    await wire.closed;
  });

  const smuggled = `0\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: berth.test\r\nX-Fill: ${"a".repeat(200_000)}\r\n\r\n`;
  it.each([
    ["a length beside the coding", { "Content-Length": smuggled.length, "Transfer-Encoding": "chunked" }],
    ["the coding before a length", { "Transfer-Encoding": "chunked", "content-length": smuggled.length }],
    ["a length with a sign", { "Content-Length": "+200100" }],
    ["two lengths", { "Content-Length": 200_100, "content-length": 200_099 }],
    ["a coding that is not chunked in the end", { "Transfer-Encoding": "chunked, gzip" }],
    ["an unknown coding", { "Transfer-Encoding": "xchunked" }],
  ])("that say how they come in two ways, or in none, are refused: %s", async (_, headers) => {
    const location = await beginUpload(berth, repo);
    wire.send(head("PATCH", location, headers as Record<string, string | number>), smuggled);
    expect((await wire.answer())?.status).toBe(400);
    await wire.closed;
    expect(await wire.answer()).toBeNull();
    expect(await rangeOf(location)).toBe("0-0");
  });

  it.each(["gzip, chunked", "CHUNKED", "chunked, chunked", " chunked"])(
    "in %s are taken as chunks, or refused, but nothing in them is taken for a request",
    async (coding) => {
      const location = await beginUpload(berth, repo);
      const body = Buffer.from(`GET /v2/none HTTP/1.1\r\nHost: x\r\n\r\n${"b".repeat(200_000)}`);
      wire.send(
        head("PATCH", location, { "Transfer-Encoding": coding }),
        chunkedBody(body, () => 60_000),
      );
      const answer = await wire.answer();
      expect([202, 400, 501]).toContain(answer?.status);
      if (answer?.status === 202) expect(answer.headers.get("range")).toBe(`0-${body.byteLength - 1}`);
      wire.send(head("GET", "/v2/"));
      const next = await wire.answer();
      expect(next?.status ?? "closed").toBe(next ? 200 : "closed");
    },
  );
});
