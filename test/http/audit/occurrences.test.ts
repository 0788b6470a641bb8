import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { foldCounters } from "#core/repositories/counters.ts";
import { as, bearer, getToken, pushImage } from "#test/http/access/registry.ts";
import { createPeople, type People, settle, word } from "#test/http/accounts/people.ts";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";

interface Event {
  id: string;
  type: string;
  actorName: string;
  credential?: string;
  address?: string;
  detail?: Record<string, unknown>;
  object: { id: string; type: string; name?: string; content?: string };
}

describeMatrix(
  "logins, refusals and pulls",
  (kind) => {
    let berth: Target;
    let people: People;
    let since = "0";
    beforeAll(async () => {
      berth = await startTarget(kind);
      people = createPeople(berth);
      await settle(people);
      await pushImage(berth, basic("walt", word), "acme/app", "one", "the one");
    });
    afterAll(() => berth.close());

    const all = async (who = "admin") => {
      const { body } = await people.ask(who, "GET", "/api/v0/events?pageSize=0");
      return (body as { events: Event[] }).events;
    };
    /** What was written since the test began. */
    const written = async (type: string, object: string, who = "admin") => {
      await foldCounters(berth.ctx);
      const found = (await all(who)).filter(({ id }) => Number(id) > Number(since));
      return found.filter((event) => event.type === type && event.object.type === object);
    };
    beforeEach(async () => {
      await foldCounters(berth.ctx);
      since = (await all())[0]?.id ?? "0";
      await foldCounters(berth.ctx);
    });
    const pull = (authorization: string | null) => berth.fetch("/v2/acme/app/manifests/one", as(authorization));

    it("tells of logins, once for all that are alike", async () => {
      for (let i = 0; i < 3; i++) await getToken(berth, basic("tom", word));
      const logins = (await written("CREATE", "LOGIN")).filter(({ actorName }) => actorName === "tom");
      expect(logins).toHaveLength(1);
      expect(logins[0]).toMatchObject({ credential: "password", address: expect.any(String), detail: { count: 3 } });
      expect((await all("tom")).map(({ object }) => object.type)).not.toContain("LOGIN");
    });

    it("tells of wrong passwords with the account's name, and of no other word that was typed", async () => {
      await berth.fetch("/auth/token", as(basic("tom", "not it")));
      await berth.fetch("/auth/token", as(basic("my secret", "my secret")));
      const failed = await written("FAIL", "LOGIN");
      expect(failed.map(({ actorName, object, credential }) => [actorName, object.name, credential]).sort()).toEqual([
        ["", "", "password"],
        ["tom", "tom", "password"],
      ]);
      expect(JSON.stringify(await all())).not.toMatch(/not it|my secret/);
    });

    it("tells of what an account was refused: at the registry, for a token, at the management API", async () => {
      const token = await bearer(berth, basic("stan", word), "repository:acme/app:pull");
      expect((await pull(token)).status).toBe(401);
      expect((await pull(null)).status).toBe(401);
      await people.ask("stan", "GET", "/enzi/v0/accounts");
      const refused = (await written("FAIL", "REQUEST")).map(({ actorName, object, detail }) => [
        actorName,
        object.name,
        detail,
      ]);
      expect(refused).toHaveLength(3);
      for (const row of [
        ["stan", "acme/app", { count: 1, surface: "/v2", names: ["GET"] }],
        ["stan", "acme/app", { count: 1, surface: "/auth/token", names: ["pull"] }],
        ["stan", "/enzi/v0/accounts", { count: 1, surface: "/api", names: ["GET"] }],
      ])
        expect(refused).toContainEqual(row);
    });

    it("writes few rows, however often and at whatever an account is refused", async () => {
      const token = await bearer(berth, basic("stan", word));
      for (let i = 0; i < 60; i++) await berth.fetch(`/v2/acme/none-${i}/manifests/x`, as(token));
      const refused = await written("FAIL", "REQUEST");
      expect(refused).toHaveLength(21);
      expect(refused.reduce((sum, { detail }) => sum + Number(detail?.count), 0)).toBe(60);
    });

    it("tells the admins of a repository who pulled, once for each account", async () => {
      for (let i = 0; i < 3; i++) expect((await pull(basic("rita", word))).status).toBe(200);
      expect((await pull(await bearer(berth, basic("rita", word), "repository:acme/app:pull"))).status).toBe(200);
      expect((await pull(basic("walt", word))).status).toBe(200);
      const pulls = await written("GET", "MANIFEST", "ada");
      expect(pulls.map(({ actorName, object }) => [actorName, object]).sort()).toEqual([
        ["rita", { id: "acme/app", type: "MANIFEST", name: "one", content: "pulled 4 times" }],
        ["walt", { id: "acme/app", type: "MANIFEST", name: "one", content: "pulled 1 times" }],
      ]);
      expect(await written("GET", "MANIFEST", "rita")).toEqual([]);
      const { body } = await people.ask(
        "ada",
        "GET",
        "/api/v0/repositories/acme/app/events?excludePull=true&pageSize=0",
      );
      expect((body as { events: Event[] }).events.filter(({ type }) => type === "GET")).toEqual([]);
    });
  },
  "the application's memory",
);
