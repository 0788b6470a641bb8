import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf } from "../access/registry.ts";

const type = "application/vnd.oci.image.index.v1+json";

describeMatrix("limits", (kind) => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget(kind, { limits: { manifestMaxBytes: 2048, jsonMaxDepth: 8, uploadsPerCaller: 3 } });
    alice = await berth.addUser("alice");
  });
  afterAll(() => berth.close());

  /** A body without a known length. */
  const streamed = (text: string) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        const bytes = new TextEncoder().encode(text);
        for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(bytes.slice(at, at + 1000));
        controller.close();
      },
    });
  const put = (body: string | ReadableStream) =>
    berth.fetch("/v2/alice/app/manifests/x", { method: "PUT", body, ...as(alice, { "content-type": type }) });
  const index = (more: object) => JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [], ...more });
  const ofSize = (bytes: number) => {
    const empty = index({ annotations: { a: "" } }).length;
    return index({ annotations: { a: "x".repeat(bytes - empty) } });
  };

  it.each(["sent whole", "sent in pieces"])(
    "a manifest %s may be as large as the setting says, not larger",
    async (how) => {
      const body = (text: string) => (how === "sent whole" ? text : streamed(text));
      expect((await put(body(ofSize(2048)))).status).toBe(201);
      const answer = await put(body(ofSize(2049)));
      expect(answer.status).toBe(413);
      expect(await answer.json()).toMatchObject({ errors: [{ code: "SIZE_INVALID", detail: { maxBytes: 2048 } }] });
    },
  );

  it("a manifest may be nested as deep as the setting says, not deeper", async () => {
    const nested = (depth: number) => index({ x: JSON.parse("[".repeat(depth) + "]".repeat(depth)) });
    expect((await put(nested(7))).status).toBe(201);
    const answer = await put(nested(8));
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe("MANIFEST_INVALID");
  });

  it("a caller may have as many uploads open as the setting says; ending one makes room, others have their own", async () => {
    const begin = (name: string, who: string) =>
      berth.fetch(`/v2/${name}/blobs/uploads/`, { method: "POST", ...as(who) });
    const open: Response[] = [];
    for (let i = 0; i < 3; i++) open.push(await begin("alice/app", alice));
    expect(open.map((answer) => answer.status)).toEqual([202, 202, 202]);
    const refused = await begin("alice/other", alice);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after")) > 0).toBe(true);
    expect(await codeOf(refused)).toBe("TOOMANYREQUESTS");
    expect((await begin("alice/app", berth.admin)).status).toBe(202);
    await berth.fetch(open[0]?.headers.get("location") as string, { method: "DELETE", ...as(alice) });
    expect((await begin("alice/app", alice)).status).toBe(202);
    expect((await begin("alice/app", alice)).status).toBe(429);
  });

  it("many at once get past that limit by no more than the statements that can run at once", async () => {
    const bob = await berth.addUser("bob");
    // The repository is made before: what races here is the limit alone.
    const first = await berth.fetch("/v2/bob/app/blobs/uploads/", { method: "POST", ...as(bob) });
    await berth.fetch(first.headers.get("location") as string, { method: "DELETE", ...as(bob) });
    const begin = () => berth.fetch("/v2/bob/app/blobs/uploads/", { method: "POST", ...as(bob) });
    const answers = await Promise.all(Array.from({ length: 30 }, begin));
    const begun = answers.filter((answer) => answer.status === 202).length;
    // The target's pool has five connections. An exact limit would cost every upload a lock.
    expect(begun >= 3 && begun <= 3 + 4).toBe(true);
    expect((await begin()).status).toBe(429);
  });

  it.each(["sent whole", "sent in pieces"])("a login form %s of more than 64 KiB is refused", async (how) => {
    const text = `grant_type=password&username=admin&password=${"x".repeat(70_000)}`;
    const answer = await berth.fetch("/auth/token", {
      method: "POST",
      body: how === "sent whole" ? text : streamed(text),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe("SIZE_INVALID");
  });

  it("an API body sent in pieces of more than 1 MiB is refused", async () => {
    const body = streamed(`{"name":"x","longDescription":"${"x".repeat(1_100_000)}"}`);
    const init = { method: "POST", body, ...as(alice, { "content-type": "application/json" }) };
    const answer = await berth.fetch("/api/v0/repositories/alice", init);
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe("INVALID_PARAMETERS");
  });

  it("a manifest's text may not hold the character U+0000", async () => {
    const answer = await put(index({ annotations: { a: "\0" } }));
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe("MANIFEST_INVALID");
    expect((await put(index({ annotations: { a: "\\u0000 as text" } }))).status).toBe(201);
  });
});

describe("limits of the listener", () => {
  it("headers of more than 16 KiB are refused, and the server goes on", async () => {
    const berth = await startTarget("socket");
    const answer = await berth.fetch("/live", { headers: { "x-long": "x".repeat(20_000) } });
    expect(answer.status).toBe(431);
    expect((await berth.fetch("/live")).status).toBe(200);
    await berth.close();
  });
});
