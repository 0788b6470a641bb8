import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf, createRepository, getToken, readClaims } from "../access/registry.ts";

describeMatrix("GET /auth/token", (kind) => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
    await createRepository(berth, alice, "alice/app", "private");
  });
  afterAll(() => berth.close());

  it("answers with token and access_token of the same value, and when they end", async () => {
    const before = Math.floor(berth.clock.now().getTime() / 1000) * 1000;
    const answer = await berth.fetch("/auth/token?service=berth.test&scope=repository:alice/app:pull", as(alice));
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const body = (await answer.json()) as Awaited<ReturnType<typeof getToken>>;
    expect(body.access_token).toBe(body.token);
    expect(body.expires_in).toBe(300);
    expect(body.scope).toBe("repository:alice/app:pull");
    expect(body.refresh_token).toBe(undefined);
    expect(body.issued_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(Date.parse(body.issued_at) >= before).toBe(true);
  });

  it("gives a token to who shows nothing, good for /v2/ and nothing private", async () => {
    const { token, scope } = await getToken(berth, null, "repository:alice/app:pull,push");
    expect(scope).toBe("");
    expect(readClaims(token).payload.access).toEqual([]);
    expect((await berth.fetch("/v2/", as(`Bearer ${token}`))).status).toBe(200);
    expect((await berth.fetch("/v2/alice/app/tags/list", as(`Bearer ${token}`))).status).toBe(401);
  });

  it("gives a token that works where its scope says", async () => {
    const { token } = await getToken(berth, alice, "repository:alice/app:pull");
    const answer = await berth.fetch("/v2/alice/app/tags/list", as(`Bearer ${token}`));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ name: "alice/app", tags: [] });
  });

  it("tolerates the parameters that clients add", async () => {
    const query = "account=alice&client_id=docker&offline_token=false&service=any&ns=x&unknown=1";
    const answer = await berth.fetch(`/auth/token?${query}`, as(alice));
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { refresh_token?: string }).refresh_token).toBe(undefined);
  });

  it("adds a refresh token when offline_token is asked by an account, not by anonymous", async () => {
    const named = await berth.fetch("/auth/token?offline_token=true&client_id=docker", as(alice));
    expect(((await named.json()) as { refresh_token?: string }).refresh_token).toMatch(/^berth_r_[\w-]{40,}$/);
    const nobody = await berth.fetch("/auth/token?offline_token=true&client_id=docker");
    expect(((await nobody.json()) as { refresh_token?: string }).refresh_token).toBe(undefined);
  });

  const wrong: [string, string][] = [
    ["a wrong password", basic("alice", "wrong")],
    ["an unknown user", basic("nobody", "wrong")],
    ["an empty password", basic("alice", "")],
    ["an empty name", basic("", "x")],
    ["a password of more than 1024 characters", basic("alice", "x".repeat(1025))],
    ["a name with a zero byte", `Basic ${btoa("al\0ice:x")}`],
    ["Basic without a colon", `Basic ${btoa("alice")}`],
    ["Basic that is no base64", "Basic *!*"],
    ["Basic that is no UTF-8", `Basic ${btoa("\xff\xfe:x")}`],
    ["Basic without credentials", "Basic"],
  ];
  it.each(wrong)("answers 401 to %s", async (_what, authorization) => {
    const answer = await berth.fetch("/auth/token?service=x", as(authorization));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="http:\/\/[^"]+\/auth\/token"/);
    expect(await codeOf(answer)).toBe("UNAUTHORIZED");
  });
});
