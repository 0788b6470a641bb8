import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

describeMatrix("GET /v2/", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
  });
  afterAll(() => berth.close());

  it("tells who shows no credentials where to get a token", async () => {
    const answer = await berth.fetch("/v2/");
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="http:\/\/[^"]+\/auth\/token",service="[^"]+"$/,
    );
    expect(answer.headers.get("docker-distribution-api-version")).toBe("registry/2.0");
    expect(await answer.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] });
  });

  it("answers 200 to a right password and 401 to a wrong one", async () => {
    expect((await berth.fetch("/v2/", { headers: { authorization: berth.admin } })).status).toBe(200);
    expect((await berth.fetch("/v2/", { headers: { authorization: `Basic ${btoa("admin:wrong")}` } })).status).toBe(
      401,
    );
  });
});
