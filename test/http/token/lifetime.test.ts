import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resetPassword } from "#core/access/first-admin.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, getToken, readClaims, setActive, type TokenAnswer } from "../access/registry.ts";

const scope = "repository:alice/app:pull";

describe("the life of a token", () => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget("fetch");
    alice = await berth.addUser("alice");
    await createRepository(berth, alice, "alice/app", "private");
  });
  afterAll(() => berth.close());

  const look = async (token: string) => {
    const answer = await berth.fetch("/v2/alice/app/tags/list", as(token));
    return { status: answer.status, challenge: answer.headers.get("www-authenticate") };
  };

  it("ends after its time and the leeway for clocks that differ, with invalid_token", async () => {
    const token = await bearer(berth, alice, scope);
    berth.clock.advance(300 + 50);
    expect((await look(token)).status).toBe(200);
    berth.clock.advance(15);
    const refused = await look(token);
    expect(refused.status).toBe(401);
    expect(refused.challenge).toMatch(/error="invalid_token"/);
    expect((await berth.fetch("/v2/", as(token))).status).toBe(401);
  });

  it("does not begin before a clock that is more than the leeway behind", async () => {
    const token = await bearer(berth, alice, scope);
    berth.clock.advance(-50);
    expect((await look(token)).status).toBe(200);
    berth.clock.advance(-20);
    expect((await look(token)).status).toBe(401);
    berth.clock.advance(70);
  });

  it("outlives the key that signed it; new tokens have the new key", async () => {
    const kids = async () => {
      const answer = await berth.fetch("/auth/jwks.json");
      return ((await answer.json()) as { keys: { kid: string }[] }).keys.map((key) => key.kid);
    };
    expect(await berth.ctx.keys.rotate()).toBe(false);
    berth.clock.advance(31 * 86_400);
    const before = await getToken(berth, alice, scope);
    expect(await berth.ctx.keys.rotate()).toBe(true);
    const after = await getToken(berth, alice, scope);
    const [oldKid, newKid] = [before, after].map(({ token }) => readClaims(token).header.kid as string);
    expect(newKid === oldKid).toBe(false);
    expect(await kids()).toEqual([newKid, oldKid]);
    expect((await look(`Bearer ${before.token}`)).status).toBe(200);
    expect((await look(`Bearer ${after.token}`)).status).toBe(200);
    berth.clock.advance(365);
    expect((await look(`Bearer ${before.token}`)).status).toBe(401);
    berth.clock.advance(3 * 86_400);
    expect(await berth.ctx.keys.rotate()).toBe(false);
    expect(await kids()).toEqual([newKid]);
  });

  it("ends with its account, at the next request, and comes back with it", async () => {
    const carol = await berth.addUser("carol");
    const refresh = await berth.fetch("/auth/token?offline_token=true", as(carol));
    const { refresh_token } = (await refresh.json()) as TokenAnswer;
    const token = await bearer(berth, carol, "repository:carol/new:push,pull");
    const renew = () =>
      berth.fetch("/auth/token", {
        method: "POST",
        body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh_token as string }),
      });
    expect((await berth.fetch("/v2/", as(token))).status).toBe(200);
    await setActive(berth, "carol", false);
    const refused = await berth.fetch("/v2/", as(token));
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toMatch(/error="invalid_token"/);
    expect((await berth.fetch("/v2/", as(carol))).status).toBe(401);
    expect((await renew()).status).toBe(401);
    await setActive(berth, "carol", true);
    expect((await berth.fetch("/v2/", as(token))).status).toBe(200);
    expect((await renew()).status).toBe(200);
  });

  it("a refresh token ends when the password is reset, and so does the old password at once", async () => {
    const dave = await berth.addUser("dave");
    const { refresh_token } = (await (
      await berth.fetch("/auth/token?offline_token=true", as(dave))
    ).json()) as TokenAnswer;
    await resetPassword(berth.ctx, "dave", "another password");
    const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh_token as string });
    expect((await berth.fetch("/auth/token", { method: "POST", body: form })).status).toBe(401);
    expect((await berth.fetch("/v2/", as(dave))).status).toBe(401);
    expect((await berth.fetch("/v2/", as(`Basic ${btoa("dave:another password")}`))).status).toBe(200);
  });

  it("a refresh token ends after 90 days without use", async () => {
    const { refresh_token } = (await (
      await berth.fetch("/auth/token?offline_token=true", as(alice))
    ).json()) as TokenAnswer;
    const use = () =>
      berth.fetch("/auth/token", {
        method: "POST",
        body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh_token as string }),
      });
    const { periodicTasks } = await import("#core/jobs/periodic.ts");
    const sweep = () => periodicTasks.find((task) => task.name === "end-refresh-tokens")?.slice(berth.ctx);
    berth.clock.advance(80 * 86_400);
    expect((await use()).status).toBe(200);
    berth.clock.advance(80 * 86_400);
    await sweep();
    expect((await use()).status).toBe(200);
    berth.clock.advance(91 * 86_400);
    await sweep();
    expect((await use()).status).toBe(401);
  });

  it("does not reach a repository that was deleted and made again under its name", async () => {
    await createRepository(berth, alice, "alice/again", "private");
    const token = await bearer(berth, alice, "repository:alice/again:*");
    const list = () => berth.fetch("/v2/alice/again/tags/list", as(token));
    expect((await list()).status).toBe(200);
    await berth.fetch("/api/v0/repositories/alice/again", { method: "DELETE", ...as(alice) });
    expect((await list()).status).toBe(401);
    await createRepository(berth, alice, "alice/again", "private");
    const refused = await list();
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain('scope="repository:alice/again:pull"');
  });

  const missing: [string, string, string][] = [
    ["POST", "/v2/alice/app/blobs/uploads/", "repository:alice/app:pull,push"],
    ["PUT", "/v2/alice/app/manifests/latest", "repository:alice/app:pull,push"],
    ["DELETE", "/v2/alice/app/manifests/latest", "repository:alice/app:delete"],
    ["GET", "/v2/alice/other/tags/list", "repository:alice/other:pull"],
    ["GET", "/v2/_catalog", "registry:catalog:*"],
  ];
  it.each(missing)("%s %s without the scope is told the whole scope that it needs", async (method, path, needed) => {
    const answer = await berth.fetch(path, { method, ...as(await bearer(berth, alice, scope)) });
    expect(answer.status).toBe(401);
    // What it does not let him see is not there for him.
    const narrow = path.includes("/other/") ? "" : ',error="insufficient_scope"';
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer realm="http://berth.test/auth/token",service="berth.test",scope="${needed}"${narrow}`,
    );
  });
});
