import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as } from "../access/registry.ts";

describeMatrix(
  "health and metrics",
  (kind) => {
    let berth: Target;
    let problem: string | null = null;
    let draining = false;
    beforeAll(async () => {
      berth = await startTarget(kind, {
        around: {
          problem: async () => problem,
          draining: () => draining,
          metrics: {
            token: "metrics-token",
            render: async () => ({ contentType: "text/plain; version=0.0.4", body: "up 1\n" }),
          },
        },
      });
    });
    afterAll(() => berth.close());
    afterEach(() => {
      problem = null;
      draining = false;
    });

    it.each(["/_ping", "/health"])("%s answers in DTR's form while all is well", async (path) => {
      const answer = await berth.fetch(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(await answer.json()).toEqual({ Error: "", Healthy: true });
    });

    it.each(["/_ping", "/health"])("%s says what is wrong, and 503", async (path) => {
      problem = "the database does not answer";
      const answer = await berth.fetch(path);
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ Error: problem, Healthy: false });
    });

    it("tells the load balancer when the server is about to stop, while it lives", async () => {
      draining = true;
      const answer = await berth.fetch("/health");
      expect(answer.status).toBe(503);
      expect(((await answer.json()) as { Healthy: boolean }).Healthy).toBe(false);
      expect((await berth.fetch("/live")).status).toBe(200);
    });

    it("/live answers whatever else is wrong", async () => {
      problem = "the database does not answer";
      const answer = await berth.fetch("/live");
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe("ok\n");
    });

    it("/metrics needs its token, nothing else opens it", async () => {
      const right = await berth.fetch("/metrics", as("Bearer metrics-token"));
      expect(right.status).toBe(200);
      expect(right.headers.get("content-type")).toBe("text/plain; version=0.0.4");
      expect(await right.text()).toBe("up 1\n");
      for (const wrong of [null, berth.admin, "Bearer metrics-toke", "Bearer metrics-token2", "Bearer ", "Bearer"]) {
        const answer = await berth.fetch("/metrics", as(wrong));
        expect(answer.status).toBe(401);
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      }
    });

    it("the start page and what is not there answer without credentials", async () => {
      expect(await (await berth.fetch("/")).text()).toMatch(/Berth/);
      const nothing = await berth.fetch("/nothing/here");
      expect(nothing.status).toBe(404);
      expect(await nothing.json()).toMatchObject({ errors: [{ code: "NOT_FOUND" }] });
    });

    it("every answer carries the id under which it is recorded", async () => {
      for (const path of ["/v2/", "/live", "/nothing", "/auth/jwks.json", "/api/v0/repositories"]) {
        const id = (await berth.fetch(path)).headers.get("x-request-id") as string;
        const record = berth.records.find((one) => one.id === id);
        expect(record?.path.replace(/\/$/, "")).toBe(path.replace(/\/$/, ""));
      }
    });
  },
  "the application's memory",
);

describe("what is recorded of a request", () => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget("fetch");
  });
  afterAll(() => berth.close());

  it("names route, status, bytes and who", async () => {
    await berth.fetch(
      "/v2/team/app/blobs/uploads/?digest=sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
      {
        method: "POST",
        body: "x",
        ...as(berth.admin),
      },
    );
    expect(berth.records.at(-1)).toMatchObject({
      method: "POST",
      route: "/v2/{name}/blobs/uploads/",
      path: "/v2/team/app/blobs/uploads",
      status: 201,
      bytesIn: 1,
      who: "admin",
      address: "127.0.0.1",
    });
  });

  it("never has a route per name, or metrics would grow without end", async () => {
    const ids = [
      "/v2/a/b/tags/list",
      "/v2/c/d/tags/list",
      "/v2/x",
      "/v2/y",
      "/nothing/1",
      "/nothing/2",
      "/api/v0/x",
      "/api/v0/y",
    ];
    for (const path of ids) await berth.fetch(path, as(berth.admin));
    const routes = berth.records.slice(-ids.length).map((record) => record.route);
    expect(new Set(routes).size <= 4).toBe(true);
  });
});
