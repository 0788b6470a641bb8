// How often a Worker asks the database, which is far away from it: numbers that only a decision may raise.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Content, randomContent } from "#test/http/v2/content.ts";
import { pushBlobAsDocker, pushImageAsDocker, send } from "#test/http/v2/requests.ts";
import { type EdgeWorker, edgePassword, startEdgeWorker } from "#test/setup/edge-worker.ts";
import { basic, type Target } from "#test/setup/target.ts";

describe("statements of a Worker", () => {
  let edge: EdgeWorker;
  let berth: Target;
  let auth: string;
  beforeAll(async () => {
    edge = await startEdgeWorker();
    berth = { fetch: edge.fetch, admin: basic("admin", edgePassword) } as Target;
    const token = await send(berth, "GET", "/auth/token?scope=repository:counted/app:pull,push");
    auth = `Bearer ${(JSON.parse(token.text) as { token: string }).token}`;
    await pushAsDocker(randomContent(10));
    await quiet();
  });
  afterAll(() => edge.close());

  /** Counters are written some seconds after they were counted. */
  async function quiet(): Promise<void> {
    for (let known = -1; known !== edge.proxy.statements(); await new Promise((later) => setTimeout(later, 6_000)))
      known = edge.proxy.statements();
  }

  /** What was asked for the work itself, and how often the feed of changes was read for it. */
  async function counted(work: () => Promise<unknown>): Promise<{ own: number; feed: number; all: string }> {
    edge.proxy.takeTexts();
    const before = edge.proxy.statements();
    await work();
    const statements = edge.proxy.statements() - before;
    const texts = edge.proxy.takeTexts();
    const of = (pattern: RegExp) => texts.filter((text) => pattern.test(text)).length;
    // Once a minute each isolate looks whether the schema is still the one it was made for.
    const [feed, standing] = [of(/pg_current_snapshot/), of(/__drizzle_migrations/)];
    return { own: statements - feed - standing, feed, all: texts.join("\n\n") };
  }

  const pushAsDocker = (content: Content) => pushBlobAsDocker(berth, "counted/app", content, auth);
  const pushImage = (tag: string) => pushImageAsDocker(berth, "counted/app", tag, auth);

  it("are at most five for a blob, and one a second for the feed: session, claim, save, claim, commit", async () => {
    const blobs = 5;
    const startedMs = performance.now();
    const { own, feed, all } = await counted(async () => {
      for (let i = 0; i < blobs; i++) await pushAsDocker(randomContent(70_000));
    });
    // And the repository once, which its first push has made since it was last asked for.
    expect(own, all).toBeLessThanOrEqual(5 * blobs + 1);
    expect(feed).toBeLessThanOrEqual((performance.now() - startedMs) / 1000 + 1);
  });

  it("are at most 21 for a whole small image of two layers, a configuration, a manifest and a tag", async () => {
    const { own, all } = await counted(() => pushImage("one"));
    expect(own, all).toBeLessThanOrEqual(21);
  });

  it("are none, but for the feed, for a manifest or a blob that was read before", async () => {
    const image = await pushImage("two");
    const layer = randomContent(200_000);
    await pushAsDocker(layer);
    const paths = ["manifests/two", `manifests/${image.digest}`, `blobs/${layer.digest}`];
    const read = async () => {
      for (const method of ["GET", "HEAD"])
        for (const at of paths) expect((await send(berth, method, `/v2/counted/app/${at}`, { auth })).status).toBe(200);
    };
    await read();
    // What the feed tells of the push itself is heard first.
    await new Promise((later) => setTimeout(later, 1_500));
    await read();
    await quiet();
    const { own, feed, all } = await counted(read);
    expect(own, all).toBe(0);
    // The view is old by now.
    expect(feed).toBeGreaterThanOrEqual(1);
  }, 60_000);

  it("need one connection, and none at all when nothing is asked", async () => {
    await send(berth, "HEAD", "/v2/counted/app/manifests/two", { auth });
    const before = edge.proxy.connections();
    await send(berth, "HEAD", "/v2/counted/app/manifests/two", { auth });
    expect(edge.proxy.connections() - before).toBe(0);
    await pushAsDocker(randomContent(10));
    expect(edge.proxy.connections() - before).toBeLessThanOrEqual(4);
  });
});
