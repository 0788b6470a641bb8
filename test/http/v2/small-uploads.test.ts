// Small blobs as clients push them: how often the database is asked, and that nobody can tell whether a session is in memory.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saveIdle } from "#core/uploads/save-session.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, type Content, contentOf, randomContent } from "./content.ts";
import {
  beginUpload,
  brokenStream,
  errorCode,
  locationOf,
  pushBlob,
  send,
  sendChunk,
  streamOf,
  withDigest,
} from "./requests.ts";

const repo = "small/blobs";

describe("small uploads", () => {
  let berth: Target;
  let statements: string[] = [];
  let auth: string;
  beforeAll(async () => {
    berth = await startTarget("socket", { onStatement: (text) => void statements.push(text) });
    const token = await send(berth, "GET", `/auth/token?scope=repository:${repo}:pull,push`);
    auth = `Bearer ${(JSON.parse(token.text) as { token: string }).token}`;
    await pushBlob(berth, repo, randomContent(), auth);
  });
  afterAll(() => berth.close());

  const expectServed = async ({ bytes, digest }: Content) => {
    const got = await send(berth, "GET", `/v2/${repo}/blobs/${digest}`, { auth });
    expect([got.status, Buffer.compare(got.body, bytes)]).toEqual([200, 0]);
  };
  const ways: [string, (content: Content) => Promise<number>][] = [
    [
      "POST, PATCH of unknown length, PUT",
      async ({ bytes, digest }) => {
        const location = await beginUpload(berth, repo, { auth });
        const patched = await send(berth, "PATCH", location, { body: streamOf(bytes), auth });
        return (await send(berth, "PUT", withDigest(locationOf(patched), digest), { auth })).status;
      },
    ],
    [
      "POST, two PATCHes, PUT",
      async ({ bytes, digest }) => {
        const location = await beginUpload(berth, repo, { auth });
        const half = bytes.byteLength >> 1;
        for (const [from, to] of [
          [0, half],
          [half, bytes.byteLength],
        ] as const) {
          await send(berth, "PATCH", location, { body: bytes.slice(from, to), auth });
        }
        return (await send(berth, "PUT", withDigest(location, digest), { auth })).status;
      },
    ],
    [
      "POST, PUT",
      async ({ bytes, digest }) => {
        const location = await beginUpload(berth, repo, { auth });
        return (await send(berth, "PUT", withDigest(location, digest), { body: bytes, auth })).status;
      },
    ],
    [
      "POST alone",
      async ({ bytes, digest }) =>
        (await send(berth, "POST", `/v2/${repo}/blobs/uploads/?digest=${digest}`, { body: bytes, auth })).status,
    ],
  ];

  it.each(ways)("by %s ask the database once", async (_, pushed) => {
    for (const algorithm of algorithms) {
      // A few, so that the keys which are registered many at once come in between at most once.
      let asked = 0;
      for (let i = 0; i < 8; i++) {
        const content = randomContent(1000 + i * 9000, algorithm);
        statements = [];
        expect(await pushed(content)).toBe(201);
        asked += statements.length;
        await expectServed(content);
      }
      expect(asked, statements.join("\n\n")).toBeLessThanOrEqual(9);
    }
  });

  it("of one digest by many clients at once, into two repositories, all succeed", async () => {
    const content = randomContent(2000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const to = i % 2 ? repo : "small/others";
        const location = await beginUpload(berth, to);
        return send(berth, "PUT", withDigest(location, content.digest), { body: content.bytes });
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    await expectServed(content);
    expect((await send(berth, "GET", `/v2/small/others/blobs/${content.digest}`)).status).toBe(200);
  });

  it("answer the same before and after they are saved", async () => {
    const { bytes, digest } = randomContent(1000);
    const told = async (isSaved: boolean) => {
      const location = await beginUpload(berth, repo);
      const id = location.split("/").at(-1) as string;
      await sendChunk(berth, location, bytes.slice(0, 600), 0);
      if (isSaved) await saveIdle(berth.ctx, 0);
      const answers = [
        await send(berth, "GET", location),
        await sendChunk(berth, location, bytes.slice(0, 10), 700),
        await sendChunk(berth, location, bytes.slice(600, 900), 600),
        await send(berth, "PATCH", location, { body: streamOf(bytes.slice(900)) }),
        await send(berth, "PUT", withDigest(location, digest)),
        await send(berth, "GET", location),
        await send(berth, "DELETE", location),
      ];
      return answers.map(({ status, headers, text }) => {
        const seen = ["location", "range", "docker-upload-uuid", "content-length", "content-type"];
        return [status, text, ...seen.map((name) => headers.get(name))].map((one) =>
          String(one).replaceAll(id, "<id>"),
        );
      });
    };
    const fromMemory = await told(false);
    expect(fromMemory.map(([status]) => status)).toEqual(["204", "416", "202", "202", "201", "404", "404"]);
    expect(await told(true)).toEqual(fromMemory);
  });

  it("keep what came of a body that broke, and go on from there", async () => {
    const { bytes, digest } = randomContent(60_000);
    const location = await beginUpload(berth, repo);
    await send(berth, "PATCH", location, { body: brokenStream(bytes.subarray(0, 40_000)) }).catch(() => null);
    let range: string | null = "0-0";
    for (let tries = 0; tries < 100 && range === "0-0"; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      range = (await send(berth, "GET", location)).headers.get("range");
    }
    expect(range).toBe("0-39999");
    expect((await sendChunk(berth, location, bytes.slice(40_000), 40_000)).status).toBe(202);
    expect((await send(berth, "PUT", withDigest(location, digest))).status).toBe(201);
    await expectServed(contentOf(bytes));
  });

  it("of another account or repository are unknown", async () => {
    const location = await beginUpload(berth, repo);
    await beginUpload(berth, "small/others");
    const elsewhere = location.replace(repo, "small/others");
    const answer = await send(berth, "GET", elsewhere);
    expect([answer.status, errorCode(answer)]).toEqual([404, "BLOB_UPLOAD_UNKNOWN"]);
    const jane = await berth.addUser("jane");
    expect((await send(berth, "GET", location, { auth: jane })).status).toBeGreaterThanOrEqual(401);
    expect((await send(berth, "GET", location)).status).toBe(204);
  });
});
