import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "./people.ts";

const soon = () => new Date(Date.now() + 3_600_000).toISOString();

describeMatrix("grants beyond teams", (kind) => {
  let berth: Target;
  let people: People;
  const app = "/api/v0/repositories/acme/app";
  const sees = async (who: string, path = app) => (await people.ask(who, "GET", path)).status === 200;
  const listed = async (who: string) => {
    const { body } = await people.ask(who, "GET", "/api/v0/repositories?pageSize=0");
    const found = (body.repositories as { namespace: string; name: string }[]).map((r) => `${r.namespace}/${r.name}`);
    return found.sort();
  };
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    for (const name of ["web-shop", "web-blog", "web_x", "base/web-deep"])
      await people.must("POST", "/api/v0/repositories/acme", { name, visibility: "private" });
  });
  afterAll(() => berth.close());

  describe("to a single user", () => {
    it("gives him that repository and nothing else, until it is taken away", async () => {
      expect(await sees("stan")).toBe(false);
      const set = await people.ask("ada", "PUT", `${app}/userAccess/stan`, { accessLevel: "read-only" });
      expect([set.status, set.body.accessLevel, (set.body.user as { name: string }).name]).toEqual([
        200,
        "read-only",
        "stan",
      ]);
      expect([await sees("stan"), await listed("stan")]).toEqual([true, ["acme/app"]]);
      expect((await people.ask("stan", "PATCH", app, {})).status).toBe(403);
      const again = await people.ask("olga", "PUT", `${app}/userAccess/stan`, { accessLevel: "admin" });
      expect([again.status, (await people.ask("stan", "PATCH", app, {})).status]).toEqual([200, 200]);
      const list = await people.ask("ada", "GET", `${app}/userAccess`);
      expect(list.body.userAccessList).toMatchObject([{ accessLevel: "admin", user: { name: "stan" } }]);
      expect((await people.ask("ada", "DELETE", `${app}/userAccess/stan`)).status).toBe(204);
      expect([await sees("stan"), await listed("stan")]).toEqual([false, []]);
      const gone = await people.ask("ada", "DELETE", `${app}/userAccess/stan`);
      expect([gone.status, gone.code]).toEqual([404, "NO_SUCH_REPOSITORY_USER_ACCESS"]);
    });

    it("may be on a repository of another user, by its owner", async () => {
      await people.ask("tom", "POST", "/api/v0/repositories/tom", { name: "own", visibility: "private" });
      const own = "/api/v0/repositories/tom/own";
      expect((await people.ask("tom", "PUT", `${own}/userAccess/stan`, { accessLevel: "read-write" })).status).toBe(
        200,
      );
      expect([await sees("stan", own), await sees("walt", own)]).toEqual([true, false]);
      expect((await people.ask("tom", "PUT", `${own}/userAccess/acme`, { accessLevel: "read-only" })).code).toBe(
        "NO_SUCH_USER",
      );
      expect((await people.ask("tom", "DELETE", `${own}/userAccess/stan`)).status).toBe(204);
    });

    it("counts once in a list, however often it was granted", async () => {
      const more = ["/enzi/v0/accounts/acme/teams/readers", "/enzi/v0/accounts/acme/teams/writers"];
      for (const team of more) await people.must("PUT", `${team}/members/stan`, {});
      for (const name of ["app", "web-shop"])
        await people.must("PUT", `/api/v0/repositories/acme/${name}/userAccess/stan`, { accessLevel: "read-only" });
      const first = await people.ask("stan", "GET", "/api/v0/repositories?pageSize=1");
      const start = first.headers.get("x-next-page-start");
      const second = await people.ask("stan", "GET", `/api/v0/repositories?pageSize=1&pageStart=${start}`);
      expect([first, second].map(({ body }) => body.repositories)).toMatchObject([
        [{ name: "app" }],
        [{ name: "web-shop" }],
      ]);
      await people.must("DELETE", "/enzi/v0/accounts/acme/members/stan");
      for (const name of ["app", "web-shop"])
        await people.must("DELETE", `/api/v0/repositories/acme/${name}/userAccess/stan`);
    });

    it("has an end that is still to come, and says when", async () => {
      const expiresAt = soon();
      const set = await people.ask("ada", "PUT", `${app}/userAccess/stan`, { accessLevel: "read-only", expiresAt });
      expect([set.body.expiresAt, await sees("stan")]).toEqual([expiresAt, true]);
      const over = { accessLevel: "read-only", expiresAt: "2020-01-01T00:00:00Z" };
      expect((await people.ask("ada", "PUT", `${app}/userAccess/stan`, over)).code).toBe("INVALID_PARAMETERS");
      await people.ask("ada", "DELETE", `${app}/userAccess/stan`);
    });
  });

  describe("on a pattern", () => {
    const path = "/api/v0/repositoryNamespaces/acme/patternAccess";
    const grant = (form: object, who = "olga") => people.ask(who, "POST", path, { accessLevel: "read-only", ...form });

    it("holds for every repository whose name fits, also for those to come", async () => {
      const made = await grant({ pattern: "web-*", user: "stan" });
      expect([made.status, made.body.team, made.body.user]).toEqual([201, null, "stan"]);
      expect(await listed("stan")).toEqual(["acme/web-blog", "acme/web-shop"]);
      await people.must("POST", "/api/v0/repositories/acme", { name: "web-new", visibility: "private" });
      expect([await sees("stan", "/api/v0/repositories/acme/web-new"), await sees("stan")]).toEqual([true, false]);
      expect((await people.ask("stan", "POST", "/api/v0/repositories/acme", { name: "web-mine" })).status).toBe(403);
      expect((await people.ask("olga", "DELETE", `${path}/${made.body.id}`)).status).toBe(204);
      expect(await listed("stan")).toEqual([]);
      expect((await people.ask("olga", "DELETE", `${path}/${made.body.id}`)).code).toBe("NO_SUCH_PATTERN_ACCESS");
    });

    it("can be a team's, is replaced by another level, and is listed in pages", async () => {
      const [one, two] = [
        await grant({ pattern: "base/*", team: "crew" }),
        await grant({ pattern: "base/*", team: "crew", accessLevel: "admin" }),
      ];
      expect([one.status, two.body.id, two.body.accessLevel]).toEqual([201, one.body.id, "admin"]);
      expect(await listed("tom")).toEqual(["acme/base/web-deep", "tom/own"]);
      await grant({ pattern: "w*", team: "readers" });
      const first = await people.ask("tom", "GET", `${path}?pageSize=1`);
      const start = first.headers.get("x-next-page-start") as string;
      const second = await people.ask("tom", "GET", `${path}?pageSize=1&pageStart=${start}`);
      const found = [first, second].flatMap(({ body }) => body.patternAccessList as { pattern: string; id: string }[]);
      expect([found.map(({ pattern }) => pattern).sort(), second.headers.get("x-next-page-start") ?? ""]).toEqual([
        ["base/*", "w*"],
        "",
      ]);
      for (const { id } of found) await people.ask("olga", "DELETE", `${path}/${id}`);
    });

    it("is refused with what is wrong", async () => {
      const codes = async (form: object) => (await grant(form)).code;
      expect(await codes({ pattern: "WEB*", team: "crew" })).toBe("INVALID_PARAMETERS");
      expect(await codes({ pattern: "a", team: "crew", user: "stan" })).toBe("INVALID_PARAMETERS");
      expect(await codes({ pattern: "a" })).toBe("INVALID_PARAMETERS");
      expect(await codes({ pattern: "a", team: "none" })).toBe("NO_SUCH_TEAM");
      expect(await codes({ pattern: "a", user: "none" })).toBe("NO_SUCH_USER");
    });
  });

  describe("explained", () => {
    const explain = (who: string, query: string) =>
      people.ask(who, "GET", `/api/v0/access/explain?repository=acme/app&${query}`);

    it("tells which rules give something, and what is missing", async () => {
      const walt = await explain("walt", "action=push");
      expect(walt.body).toMatchObject({
        user: "walt",
        allowed: true,
        accessLevel: "read-write",
        needs: "read-write",
        missing: null,
      });
      expect(walt.body.because).toEqual([
        {
          rule: "grant",
          accessLevel: "read-write",
          grant: { on: "repository", pattern: null, to: "team", team: "writers", expiresAt: null },
        },
      ]);
      const rita = await explain("olga", "user=rita&action=administer");
      expect(rita.body).toMatchObject({
        allowed: false,
        accessLevel: "read-only",
        missing: "rita has read-only; this takes admin",
      });
      const stan = await explain("admin", "user=stan");
      expect(stan.body).toMatchObject({ allowed: false, accessLevel: "none", because: [] });
      expect((await explain("admin", "user=gone")).body.missing).toBe("the account is not active");
      expect((await explain("admin", "user=admin")).body.because).toEqual([
        { rule: "system admin", accessLevel: "admin" },
      ]);
    });

    it("is for oneself, the repository's admins and system admins, and names teams to who may see them", async () => {
      expect((await explain("walt", "user=rita")).status).toBe(403);
      expect([(await explain("stan", "action=pull")).code, (await explain("stan", "user=rita")).code]).toEqual([
        "NO_SUCH_REPOSITORY",
        "NO_SUCH_REPOSITORY",
      ]);
      await people.ask("ada", "PUT", `${app}/userAccess/stan`, { accessLevel: "admin" });
      const outside = await explain("stan", "user=rita");
      expect(outside.body.because).toMatchObject([{ grant: { to: "team", team: null } }]);
      expect((await explain("walt", "action=fly")).code).toBe("INVALID_PARAMETERS");
    });

    it("lists who reaches a repository, and why", async () => {
      const { status, body } = await people.ask("ada", "GET", `${app}/access?pageSize=0`);
      const list = body.accessList as { user: { name: string }; accessLevel: string; because: { rule: string }[] }[];
      const told = list.map(({ user, accessLevel, because }) => `${user.name} ${accessLevel} ${because[0]?.rule}`);
      expect([status, body.visibility, told]).toEqual([
        200,
        "private",
        [
          "ada admin grant",
          "admin admin system admin",
          "olga admin organization owner",
          "rita read-only grant",
          "stan admin grant",
          "walt read-write grant",
        ],
      ]);
      expect((await people.ask("rita", "GET", `${app}/access`)).status).toBe(403);
    });
  });

  describe("of an access token", () => {
    const token = async (scopes: object[]) => {
      const made = await people.ask("olga", "POST", "/api/v0/api_tokens", { scopes });
      expect([made.status, made.body.scopes]).toEqual([200, scopes]);
      return made.body.token as string;
    };
    const statusWith = async (authorization: string, path: string, method = "GET") =>
      (await berth.fetch(path, { method, headers: { authorization } })).status;

    it("bound what it is good for, in the API, for docker, and in lists", async () => {
      const auth = basic("olga", await token([{ repositories: "acme/web-*", actions: ["pull", "push"] }]));
      expect(await statusWith(auth, "/api/v0/repositories/acme/web-shop")).toBe(200);
      expect(await statusWith(auth, app)).toBe(404);
      expect(await statusWith(auth, "/api/v0/repositories/acme/web-shop", "DELETE")).toBe(403);
      expect(await statusWith(auth, "/enzi/v0/accounts/acme/members")).toBe(403);
      expect(await statusWith(auth, "/api/v0/api_tokens")).toBe(403);
      const list = await berth.fetch("/api/v0/repositories?pageSize=0", { headers: { authorization: auth } });
      const { repositories } = (await list.json()) as { repositories: { name: string }[] };
      expect(repositories.map(({ name }) => name).sort()).toEqual(["web-blog", "web-new", "web-shop"]);
    });

    it("bound what docker gets for it", async () => {
      const auth = basic("olga", await token([{ repositories: "acme/web-*", actions: ["pull"] }]));
      const ask = async (scope: string) => {
        const answer = await berth.fetch(`/auth/token?service=x&scope=${scope}&offline_token=true&client_id=docker`, {
          headers: { authorization: auth },
        });
        return (await answer.json()) as { token: string; refresh_token: string };
      };
      const inside = await ask("repository:acme/web-shop:pull,push");
      const [pull, push] = [
        await statusWith(`Bearer ${inside.token}`, "/v2/acme/web-shop/tags/list"),
        await statusWith(`Bearer ${inside.token}`, "/v2/acme/web-shop/blobs/uploads/", "POST"),
      ];
      expect([pull, push]).toEqual([200, 401]);
      const outside = await ask("repository:acme/app:pull");
      expect(await statusWith(`Bearer ${outside.token}`, "/v2/acme/app/tags/list")).toBe(401);
      const form = {
        grant_type: "refresh_token",
        service: "x",
        client_id: "docker",
        refresh_token: inside.refresh_token,
        scope: "repository:acme/app:pull",
      };
      const refreshed = await berth.fetch("/auth/token", { method: "POST", body: new URLSearchParams(form) });
      const { access_token } = (await refreshed.json()) as { access_token: string };
      expect(await statusWith(`Bearer ${access_token}`, "/v2/acme/app/tags/list")).toBe(401);
      const catalog = await ask("registry:catalog:*");
      const all = await berth.fetch("/v2/_catalog", { headers: { authorization: `Bearer ${catalog.token}` } });
      expect(((await all.json()) as { repositories: string[] }).repositories.sort()).toEqual([
        "acme/web-blog",
        "acme/web-new",
        "acme/web-shop",
      ]);
    });

    it("are refused when they say nothing that can be", async () => {
      const code = async (scopes: unknown) => (await people.ask("olga", "POST", "/api/v0/api_tokens", { scopes })).code;
      expect(await code([])).toBe("INVALID_PARAMETERS");
      expect(await code([{ repositories: "ACME/*", actions: ["pull"] }])).toBe("INVALID_PARAMETERS");
      expect(await code([{ repositories: "acme/*", actions: ["fly"] }])).toBe("INVALID_PARAMETERS");
    });
  });
});
