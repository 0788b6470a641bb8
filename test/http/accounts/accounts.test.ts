import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle, word } from "./people.ts";

const accounts = "/enzi/v0/accounts";

describeMatrix("accounts, organizations and teams", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  describe("an account", () => {
    it("is created, found by name and by id, changed and deleted, and its name can be used again", async () => {
      const form = { name: "nina", fullName: "Nina", password: word, isAdmin: true };
      const { body: made } = await people.must("POST", accounts, form);
      expect(made).toEqual({
        id: made.id,
        name: "nina",
        fullName: "Nina",
        isOrg: false,
        isAdmin: true,
        isActive: true,
        globalRole: "none",
        otpEnabled: false,
      });
      expect((await people.ask("nina", "GET", `${accounts}/${made.id}`)).body).toEqual(made);
      const changed = await people.ask("nina", "PATCH", `${accounts}/nina`, { fullName: "N.", isAdmin: false });
      expect(changed.body).toEqual({ ...made, fullName: "N.", isAdmin: false });
      expect((await people.ask("nina", "GET", accounts)).code).toBe("NOT_AUTHORIZED");
      await people.must("POST", "/api/v0/repositories/nina", { name: "own", visibility: "public" });
      expect((await people.must("DELETE", `${accounts}/nina`)).status).toBe(204);
      expect((await people.ask("admin", "GET", `${accounts}/nina`)).code).toBe("NO_SUCH_ACCOUNT");
      expect((await people.ask("nina", "GET", `${accounts}/tom`)).status).toBe(401);
      expect((await people.ask("admin", "GET", "/api/v0/repositories/nina/own")).code).toBe("NO_SUCH_REPOSITORY");
      const { body: next } = await people.must("POST", accounts, { name: "nina", password: `${word}!` });
      expect(next.id).not.toBe(made.id);
      expect((await people.ask("nina", "GET", `${accounts}/tom`)).status).toBe(401);
    });

    it("tells others only what everybody may know", async () => {
      expect((await people.ask("stan", "GET", `${accounts}/tom`)).body).toEqual({
        id: expect.any(String),
        name: "tom",
        fullName: "tom!",
        isOrg: false,
      });
    });

    const refused: [string, object, string][] = [
      ["a name in upper case", { name: "Nora", password: word }, "INVALID_ACCOUNT_NAME"],
      ["a reserved name", { name: "v2", password: word }, "INVALID_ACCOUNT_NAME"],
      ["a UUID for a name", { name: crypto.randomUUID(), password: word }, "INVALID_ACCOUNT_NAME"],
      ["a name that is taken", { name: "tom", password: word }, "ACCOUNT_EXISTS"],
      ["the name of an organization", { name: "acme", password: word }, "ACCOUNT_EXISTS"],
      ["no password", { name: "nora" }, "INVALID_PASSWORD"],
      ["a short password", { name: "nora", password: "1234567" }, "INVALID_PASSWORD"],
      ["its name for a password", { name: "nora-nora", password: "Nora-Nora" }, "INVALID_PASSWORD"],
      ["an organization with a password", { name: "nora", isOrg: true, password: word }, "INVALID_PARAMETERS"],
      ["an organization with a role", { name: "nora", isOrg: true, isAdmin: true }, "INVALID_PARAMETERS"],
      ["a role that there is not", { name: "nora", password: word, globalRole: "admin" }, "INVALID_PARAMETERS"],
    ];
    it.each(refused)("is not created with %s", async (_what, form, code) => {
      const { status, code: said } = await people.ask("admin", "POST", accounts, form);
      expect([status, said]).toEqual([400, code]);
    });

    it("that is the last system admin stays one", async () => {
      for (const [method, body] of [
        ["PATCH", { isAdmin: false }],
        ["PATCH", { isActive: false }],
        ["DELETE", undefined],
      ] as const)
        expect((await people.ask("admin", method, `${accounts}/admin`, body)).code).toBe("LAST_ADMIN");
    });

    it("cannot make itself more than it is", async () => {
      for (const form of [{ isAdmin: true }, { globalRole: "read-write" }, { isActive: true }])
        expect((await people.ask("tom", "PATCH", `${accounts}/tom`, form)).code).toBe("NOT_AUTHORIZED");
    });
  });

  describe("a password", () => {
    it("of one's own is changed by who knows the old one, and the old one and its logins end", async () => {
      await people.must("POST", accounts, { name: "pia", password: word });
      const login = { method: "GET", headers: { authorization: basic("pia", word) } };
      const issued = await berth.fetch("/auth/token?service=x&offline_token=true&client_id=docker", login);
      const { refresh_token } = (await issued.json()) as { refresh_token: string };
      const change = (form: object) => people.ask("pia", "POST", `${accounts}/pia/changePassword`, form);
      expect((await change({ oldPassword: "wrong", newPassword: `${word}2` })).code).toBe("PASSWORD_INCORRECT");
      expect((await change({ newPassword: `${word}2` })).code).toBe("PASSWORD_INCORRECT");
      expect((await change({ oldPassword: word, newPassword: `${word}2` })).status).toBe(200);
      expect((await people.ask("pia", "GET", `${accounts}/pia`)).status).toBe(401);
      const body = new URLSearchParams({
        grant_type: "refresh_token",
        service: "x",
        client_id: "docker",
        refresh_token,
      });
      expect((await berth.fetch("/auth/token", { method: "POST", body })).status).toBe(401);
      const again = await berth.fetch(`${accounts}/pia`, { headers: { authorization: basic("pia", `${word}2`) } });
      expect(again.status).toBe(200);
    });

    it("of another is set by a system admin, who need not know it", async () => {
      await people.must("POST", accounts, { name: "paul", password: `${word}1` });
      await people.must("POST", `${accounts}/paul/changePassword`, { newPassword: word });
      expect((await people.ask("paul", "GET", `${accounts}/paul`)).status).toBe(200);
    });
  });

  describe("lists", () => {
    it("come in pages, by filters", async () => {
      const names: string[] = [];
      for (let start = ""; ; ) {
        const page = await people.must("GET", `${accounts}?limit=3&filter=active-users&start=${start}`);
        names.push(...(page.body.accounts as { name: string }[]).map(({ name }) => name));
        start = page.body.nextPageStart as string;
        expect(page.headers.get("x-next-page-start") ?? "").toBe(start);
        if (!start) break;
      }
      expect(names).toEqual([...new Set(names)].sort());
      expect(names).toEqual(expect.arrayContaining(["ada", "admin", "lena", "olga", "rita", "stan", "tom", "walt"]));
      expect(names).not.toContain("gone");
      const orgs = await people.must("GET", `${accounts}?filter=orgs`);
      expect((orgs.body.accounts as { name: string }[]).map(({ name }) => name)).toContain("acme");
      expect((await people.ask("admin", "GET", `${accounts}?filter=some`)).code).toBe("INVALID_PARAMETERS");
      expect((await people.ask("admin", "GET", `${accounts}?limit=-1`)).code).toBe("INVALID_PARAMETERS");
    });

    it("of members tell who owns", async () => {
      const { body } = await people.must("GET", `${accounts}/acme/members?filter=admins`);
      expect(
        (body.members as { member: { name: string }; isAdmin: boolean }[]).map(({ member, isAdmin }) => [
          member.name,
          isAdmin,
        ]),
      ).toEqual([["olga", true]]);
      const { body: orgs } = await people.ask("tom", "GET", `${accounts}/tom/organizations`);
      expect(orgs.memberOrgs).toEqual([{ org: expect.objectContaining({ name: "acme" }), isAdmin: false }]);
      const { body: teams } = await people.ask("tom", "GET", `${accounts}/acme/members/lena/teams`);
      expect(teams.memberTeams).toEqual([{ team: expect.objectContaining({ name: "crew" }), isAdmin: true }]);
    });
  });

  describe("a team", () => {
    it("may have slashes in its name, as one segment", async () => {
      const { body: made } = await people.must("POST", `${accounts}/acme/teams`, {
        name: "eu/build",
        description: "x",
      });
      const path = `${accounts}/acme/teams/eu%2Fbuild`;
      expect((await people.must("GET", path)).body).toEqual(made);
      expect((await people.must("PATCH", path, { name: "eu/builders" })).body).toEqual({
        ...made,
        name: "eu/builders",
      });
      expect((await people.ask("admin", "GET", path)).code).toBe("NO_SUCH_TEAM");
      expect((await people.ask("admin", "PATCH", `${accounts}/acme/teams/${made.id}`, { name: "crew" })).code).toBe(
        "TEAM_EXISTS",
      );
      expect((await people.ask("admin", "POST", `${accounts}/acme/teams`, { name: "/x" })).code).toBe(
        "INVALID_TEAM_NAME",
      );
      expect((await people.must("DELETE", `${accounts}/acme/teams/${made.id}`)).status).toBe(204);
    });

    it("gets members who belong to the organization from then on, and leave both together", async () => {
      await people.must("POST", accounts, { name: "mia", password: word });
      expect((await people.ask("lena", "PUT", `${accounts}/acme/teams/crew/members/mia`, {})).status).toBe(200);
      expect((await people.ask("mia", "GET", `${accounts}/acme/members/mia`)).body).toMatchObject({ isAdmin: false });
      expect((await people.ask("olga", "DELETE", `${accounts}/acme/members/mia`)).status).toBe(204);
      expect((await people.ask("lena", "GET", `${accounts}/acme/teams/crew/members/mia`)).code).toBe("NO_SUCH_MEMBER");
      expect((await people.ask("mia", "GET", `${accounts}/acme/members`)).code).toBe("NOT_AUTHORIZED");
    });

    it("of another organization is none of this one's", async () => {
      await people.must("POST", accounts, { name: "other", isOrg: true });
      await people.must("POST", `${accounts}/other/teams`, { name: "theirs" });
      expect((await people.ask("olga", "GET", `${accounts}/acme/teams/theirs`)).code).toBe("NO_SUCH_TEAM");
      expect(
        (await people.ask("olga", "PUT", "/api/v0/repositories/acme/app/teamAccess/theirs", { accessLevel: "admin" }))
          .code,
      ).toBe("NO_SUCH_TEAM");
    });
  });

  it("keeps the last owner of an organization", async () => {
    const olga = `${accounts}/acme/members/olga`;
    expect((await people.ask("olga", "PUT", olga, { isAdmin: false })).code).toBe("LAST_OWNER");
    expect((await people.ask("olga", "DELETE", olga)).code).toBe("LAST_OWNER");
    await people.must("PUT", `${accounts}/acme/members/tom`, { isAdmin: true });
    expect((await people.ask("olga", "PUT", olga, { isAdmin: false })).status).toBe(200);
    expect((await people.ask("tom", "PUT", olga, { isAdmin: true })).status).toBe(200);
    expect((await people.ask("olga", "PUT", `${accounts}/acme/members/tom`, { isAdmin: false })).status).toBe(200);
  });

  it("what is granted holds at the next request, and what is taken away no longer", async () => {
    const app = "/api/v0/repositories/acme/app";
    const see = async () => (await people.ask("tom", "GET", app)).status;
    const level = async () =>
      (await people.ask("tom", "GET", "/api/v0/accounts/tom/repositoryAccess/acme/app")).body.accessLevel;
    const listed = async () =>
      ((await people.ask("tom", "GET", "/api/v0/repositories/acme")).body.repositories as { name: string }[]).map(
        ({ name }) => name,
      );
    const whole = "/api/v0/repositoryNamespaces/acme/teamAccess/crew";
    const steps: [string, string, object | undefined, string | undefined][] = [
      ["PUT", `${app}/teamAccess/crew`, { accessLevel: "read-only" }, "read-only"],
      ["PUT", `${app}/teamAccess/crew`, { accessLevel: "read-write" }, "read-write"],
      ["PUT", whole, { accessLevel: "admin" }, "admin"],
      ["DELETE", `${app}/teamAccess/crew`, undefined, "admin"],
      ["PUT", whole, { accessLevel: "read-only" }, "read-only"],
      ["DELETE", whole, undefined, undefined],
      ["PATCH", `${accounts}/tom`, { globalRole: "read-write" }, "read-write"],
      ["PATCH", `${accounts}/tom`, { globalRole: "none" }, undefined],
    ];
    for (const [method, path, body, then] of steps) {
      await people.must(method, path, body);
      expect([await level(), await see(), await listed()]).toEqual([then, then ? 200 : 404, then ? ["app"] : []]);
    }
  });

  it("a token that was made before does what its account may now", async () => {
    const scope = "repository:acme/app:pull,push";
    const answer = await berth.fetch(`/auth/token?service=x&scope=${scope}`, {
      headers: { authorization: basic("walt", word) },
    });
    const { token } = (await answer.json()) as { token: string };
    const tags = async () =>
      (await berth.fetch("/v2/acme/app/tags/list", { headers: { authorization: `Bearer ${token}` } })).status;
    const upload = async () =>
      (
        await berth.fetch("/v2/acme/app/blobs/uploads/", {
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
        })
      ).status;
    expect([await tags(), await upload()]).toEqual([200, 202]);
    await people.must("PUT", "/api/v0/repositories/acme/app/teamAccess/writers", { accessLevel: "read-only" });
    expect([await tags(), await upload()]).toEqual([200, 401]);
    await people.must("DELETE", `${accounts}/acme/teams/writers/members/walt`);
    expect([await tags(), await upload()]).toEqual([401, 401]);
    await people.must("PUT", `${accounts}/acme/teams/writers/members/walt`, {});
    expect([await tags(), await upload()]).toEqual([200, 401]);
    await people.must("PATCH", `${accounts}/walt`, { isActive: false });
    expect([await tags(), await upload()]).toEqual([401, 401]);
    await people.must("PATCH", `${accounts}/walt`, { isActive: true });
  });
});
