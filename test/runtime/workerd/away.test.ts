// A Worker whose database has gone: what was granted goes on for a while, everything else is told to come again.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomContent } from "#test/http/v2/content.ts";
import { beginUpload, errorCode, pushBlob, pushImage, send } from "#test/http/v2/requests.ts";
import { type EdgeWorker, edgePassword, startEdgeWorker } from "#test/setup/edge-worker.ts";
import { basic, type Target } from "#test/setup/target.ts";

const staleSeconds = 20;

describe("a Worker whose database has gone", () => {
  let edge: EdgeWorker;
  let berth: Target;
  let auth: string;
  let known: Awaited<ReturnType<typeof pushImage>>;
  let unknown: string;
  let location: string;
  let sinceMs: number;
  beforeAll(async () => {
    edge = await startEdgeWorker({ settings: { BERTH_STALE_ACCESS: String(staleSeconds) } });
    berth = { fetch: edge.fetch, admin: basic("admin", edgePassword) } as Target;
    known = await pushImage(berth, "away/app", { tag: "1" });
    unknown = (await pushBlob(berth, "away/app")).digest;
    const token = await send(berth, "GET", "/auth/token?scope=repository:away/app:pull,push");
    auth = `Bearer ${(JSON.parse(token.text) as { token: string }).token}`;
    location = await beginUpload(berth, "away/app", { auth });
    // The next request reads in the feed what was pushed, and forgets it; what is asked for after that is remembered.
    await new Promise((later) => setTimeout(later, 1100));
    for (const at of ["manifests/1", `blobs/${known.layer.digest}`])
      expect((await send(berth, "GET", `/v2/away/app/${at}`, { auth })).status).toBe(200);
    sinceMs = performance.now();
  });
  afterAll(() => edge.close());

  const ask = (method: string, at: string, sending = {}) => send(berth, method, at, { auth, ...sending });
  const expectComeAgain = (answer: Awaited<ReturnType<typeof ask>>) => {
    expect([answer.status, errorCode(answer), answer.headers.get("retry-after")]).toEqual([503, "UNAVAILABLE", "5"]);
  };

  it("and whose connections hang: gives what it has seen after a moment, and tells the others to come again", async () => {
    edge.proxy.hang();
    await new Promise((later) => setTimeout(later, 1100));
    for (const [mostMs, at] of [
      [3000, "manifests/1"],
      [500, `blobs/${known.layer.digest}`],
    ] as const) {
      const askedMs = performance.now();
      expect((await ask("GET", `/v2/away/app/${at}`)).status).toBe(200);
      expect(performance.now() - askedMs).toBeLessThan(mostMs);
    }
    expectComeAgain(await ask("POST", "/v2/away/app/blobs/uploads/"));
  });

  it("gives what it has seen to whom it knows", async () => {
    await edge.proxy.close();
    for (const at of ["manifests/1", `blobs/${known.layer.digest}`]) {
      const answer = await ask("GET", `/v2/away/app/${at}`);
      expect([answer.status, performance.now() - sinceMs < staleSeconds * 1000]).toEqual([200, true]);
    }
  });

  it("tells everybody else to come again, pushes as well", async () => {
    expectComeAgain(
      await ask("HEAD", `/v2/away/app/blobs/${unknown}`).then((head) => ({
        ...head,
        text: '{"errors":[{"code":"UNAVAILABLE","message":"HEAD"}]}',
      })),
    );
    expectComeAgain(await ask("POST", "/v2/away/app/blobs/uploads/"));
    expectComeAgain(await ask("PATCH", location, { body: randomContent(100).bytes }));
    expectComeAgain(await ask("GET", "/auth/token", { auth: basic("admin", edgePassword) }));
    const health = await edge.fetch("/health");
    expect([health.status, await health.json()]).toEqual([
      503,
      { Error: "the database does not answer", Healthy: false },
    ]);
  });

  it("gives nothing any more when the while is over", async () => {
    await new Promise((later) => setTimeout(later, staleSeconds * 1000 + 500 - (performance.now() - sinceMs)));
    expectComeAgain(await ask("GET", "/v2/away/app/manifests/1"));
  });
});
