// Clients that stop in the middle lose their connection, by every way in that has one, and the server goes on.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, pushBlob, send } from "./requests.ts";
import { connectTo, requestHead } from "./wire.ts";

const repo = "stalls/blobs";

describe.each(["socket", "streams"] as const)("a client that stops (%s)", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind, { around: { minRate: { bytesPerSecond: 2 ** 20, seconds: 1 } } });
  });
  afterAll(() => berth.close());

  it.each([
    ["Content-Length", 100_000_000],
    ["Transfer-Encoding", "chunked"],
  ])("in the middle of a body with %s is told so and loses its connection; its session stays", async (name, value) => {
    const location = await beginUpload(berth, repo);
    const wire = await connectTo(berth);
    const first = name === "Content-Length" ? "x".repeat(5000) : `1388\r\n${"x".repeat(5000)}\r\n`;
    wire.send(requestHead(berth, "PATCH", location, { [name]: value }), first);
    const answer = await wire.answer();
    expect([408, undefined]).toContain(answer?.status);
    await wire.closed;
    expect((await send(berth, "GET", location)).status).toBe(204);
  });

  it("reading loses its connection", { timeout: 60_000 }, async () => {
    const { digest } = await pushBlob(berth, repo, randomContent(64 * 1024 * 1024));
    const wire = await connectTo(berth);
    wire.pause();
    wire.send(requestHead(berth, "GET", `/v2/${repo}/blobs/${digest}`));
    await expectRecord(berth, digest);
    wire.resume();
    await wire.closed;
    expect(wire.receivedBytes()).toBeLessThan(64 * 1024 * 1024);
  });
});

/** Waits until the request for the blob has ended. */
async function expectRecord(berth: Target, digest: string): Promise<void> {
  const isThere = () => berth.records.some(({ method, path }) => method === "GET" && path.endsWith(digest));
  for (const end = Date.now() + 50_000; !isThere() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 100));
  expect(isThere()).toBe(true);
}
