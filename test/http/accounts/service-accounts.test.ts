import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { pushImage } from "../access/registry.ts";
import { createBrowser } from "../credentials/browser.ts";
import { operations } from "./operations.ts";
import { createPeople, type People, settle, word } from "./people.ts";

const robots = "/api/v0/accounts/acme/serviceAccounts";

describeMatrix("service accounts", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    people = createPeople(berth);
    await settle(people);
    await people.must("POST", "/api/v0/repositories/acme", { name: "lib/core", visibility: "private" });
  });
  afterAll(() => berth.close());

  interface Secret {
    token: string;
    hashedToken: string;
  }
  /** Makes one with a secret. */
  const make = async (name: string): Promise<Secret & { path: string; who: string }> => {
    const answer = await people.ask("olga", "POST", robots, { name, description: "builds" });
    expect(answer.status).toBe(201);
    const path = `${robots}/${name}`;
    const secret = (await people.ask("olga", "POST", `${path}/secrets`, {})).body as unknown as Secret;
    return { ...secret, path, who: basic(`acme+${name}`, secret.token) };
  };
  const statusOf = async (authorization: string | null, method: string, path: string, body?: unknown) => {
    const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
    const answer = await berth.fetch(path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return answer.status;
  };
  const pulls = (authorization: string, name = "acme/app") => statusOf(authorization, "GET", `/v2/${name}/tags/list`);
  const pushes = (authorization: string, name = "acme/app") =>
    statusOf(authorization, "POST", `/v2/${name}/blobs/uploads/`);
  const bearerFor = async (authorization: string, scope: string) => {
    const answer = await berth.fetch(`/auth/token?service=x&scope=${scope}&offline_token=true&client_id=docker`, {
      headers: { authorization },
    });
    return (await answer.json()) as { token: string; refresh_token: string; scope: string };
  };

  it("is made by an owner, under a name that no user can have, and shown to owners alone", async () => {
    const answer = await people.ask("olga", "POST", robots, { name: "release-bot", description: "releases" });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: "acme+release-bot",
      description: "releases",
      isActive: true,
      lastUsed: null,
    });
    const { body } = await people.ask("olga", "GET", `${robots}/release-bot`);
    expect(body).toEqual(answer.body);
    expect((await people.ask("olga", "GET", `${robots}/${answer.body.id}`)).body).toEqual(answer.body);
    expect((await people.ask("olga", "POST", robots, { name: "release-bot" })).code).toBe("ACCOUNT_EXISTS");
    expect((await people.must("PATCH", `${robots}/release-bot`, { description: "x" })).body.description).toBe("x");
    expect(
      (await people.ask("admin", "POST", "/enzi/v0/accounts", { name: "acme+x", password: "abcdefgh1" })).code,
    ).toBe("INVALID_ACCOUNT_NAME");
  });

  it.each(["", "Upper", "a+b", "a/b", "a b", "-a", "x".repeat(61), "3f2b1c4d-1111-4222-8333-444455556666"])(
    "cannot be called %j",
    async (name) => {
      expect((await people.ask("olga", "POST", robots, { name })).code).toBe("INVALID_ACCOUNT_NAME");
    },
  );

  it("belongs to an organization, and is not there for another's owners", async () => {
    expect((await people.must("POST", "/enzi/v0/accounts", { name: "other", isOrg: true })).status).toBe(201);
    await people.must("PUT", "/enzi/v0/accounts/other/members/stan", { isAdmin: true });
    const { path, hashedToken } = await make("ours");
    const { id } = (await people.must("GET", path)).body;
    for (const name of ["ours", id, "acme+ours"])
      expect((await people.ask("stan", "GET", `/api/v0/accounts/other/serviceAccounts/${name}`)).code).toBe(
        "NO_SUCH_SERVICE_ACCOUNT",
      );
    await people.ask("stan", "POST", "/api/v0/accounts/other/serviceAccounts", { name: "theirs" });
    const theirs = "/api/v0/accounts/other/serviceAccounts/theirs";
    expect((await people.ask("stan", "DELETE", `${theirs}/secrets/${hashedToken}`)).code).toBe("NO_SUCH_API_TOKEN");
    expect((await people.ask("stan", "GET", `/api/v0/api_tokens/${hashedToken}`)).code).toBe("NO_SUCH_API_TOKEN");
    const foreign = await people.ask("stan", "PUT", `${theirs}/repositoryAccess/app`, { accessLevel: "admin" });
    expect(foreign.code).toBe("NO_SUCH_REPOSITORY");
    expect((await people.ask("admin", "GET", "/api/v0/accounts/tom/serviceAccounts")).code).toBe("NO_SUCH_ACCOUNT");
  });

  it("pulls and pushes what it was granted, by Basic and through a token, until that is taken away", async () => {
    const { who, path } = await make("builder");
    expect([await pulls(who), await pushes(who)]).toEqual([401, 401]);
    await people.ask("olga", "PUT", `${path}/repositoryAccess/app`, { accessLevel: "read-only" });
    expect([await pulls(who), await pushes(who)]).toEqual([200, 401]);
    await people.ask("olga", "PUT", `${path}/repositoryAccess/app`, { accessLevel: "read-write" });
    await pushImage(berth, who, "acme/app", "made");
    const { token, scope } = await bearerFor(who, "repository:acme/app:pull,push");
    expect(scope).toBe("repository:acme/app:pull,push");
    expect([await pulls(`Bearer ${token}`), await pushes(`Bearer ${token}`)]).toEqual([200, 202]);
    expect([await pulls(who, "acme/lib/core"), await pushes(who, "acme/new"), await pushes(who, "tom/new")]).toEqual([
      401, 401, 401,
    ]);
    const list = await people.ask("olga", "GET", `${path}/repositoryAccess`);
    expect(list.body).toMatchObject({
      repositoryAccessList: [{ accessLevel: "read-write", repository: { namespace: "acme", name: "app" } }],
    });
    expect((await people.ask("olga", "DELETE", `${path}/repositoryAccess/app`)).status).toBe(204);
    expect([await pulls(who), await pulls(`Bearer ${token}`)]).toEqual([401, 401]);
    expect((await people.ask("olga", "DELETE", `${path}/repositoryAccess/app`)).code).toBe(
      "NO_SUCH_SERVICE_ACCOUNT_ACCESS",
    );
  });

  it("has a name with slashes granted as one segment, and sees in lists what it may pull", async () => {
    const { who, path } = await make("lister");
    await people.ask("olga", "PUT", `${path}/repositoryAccess/lib%2Fcore`, { accessLevel: "read-only" });
    const answer = await berth.fetch("/api/v0/repositories?pageSize=0", { headers: { authorization: who } });
    const { repositories } = (await answer.json()) as { repositories: { namespace: string; name: string }[] };
    expect(repositories.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(["acme/lib/core"]);
  });

  it("has grants that end, and secrets that are good for less than it may", async () => {
    const { who, path } = await make("bounded");
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const form = { accessLevel: "read-write", expiresAt };
    expect((await people.ask("olga", "PUT", `${path}/repositoryAccess/app`, form)).body).toMatchObject(form);
    expect((await people.ask("olga", "GET", `${path}/repositoryAccess`)).body.repositoryAccessList).toMatchObject([
      form,
    ]);
    const over = { ...form, expiresAt: "2020-01-01T00:00:00Z" };
    expect((await people.ask("olga", "PUT", `${path}/namespaceAccess`, over)).code).toBe("INVALID_PARAMETERS");
    const scopes = [{ repositories: "acme/app", actions: ["pull"] }];
    const { body } = await people.ask("olga", "POST", `${path}/secrets`, { scopes });
    expect(body.scopes).toEqual(scopes);
    const narrow = basic("acme+bounded", body.token as string);
    expect([await pushes(who), await pulls(narrow), await pushes(narrow)]).toEqual([202, 200, 401]);
    expect((await people.ask("olga", "POST", `${path}/secrets`, { scopes: [] })).code).toBe("INVALID_PARAMETERS");
  });

  it("is explained as a user is", async () => {
    const { path } = await make("explained");
    await people.ask("olga", "PUT", `${path}/repositoryAccess/app`, { accessLevel: "read-only" });
    const query = "user=acme%2Bexplained&repository=acme/app&action=push";
    const { body } = await people.ask("olga", "GET", `/api/v0/access/explain?${query}`);
    expect(body).toMatchObject({ allowed: false, accessLevel: "read-only", because: [{ rule: "grant" }] });
  });

  it("creates repositories only as admin of the namespace", async () => {
    const { who, path } = await make("creator");
    await people.ask("olga", "PUT", `${path}/namespaceAccess`, { accessLevel: "read-write" });
    expect([await pushes(who), await pushes(who, "acme/fresh")]).toEqual([202, 401]);
    expect((await people.ask("olga", "PUT", `${path}/namespaceAccess`, { accessLevel: "admin" })).body).toEqual({
      accessLevel: "admin",
      namespace: "acme",
    });
    expect((await people.ask("olga", "GET", `${path}/namespaceAccess`)).body.accessLevel).toBe("admin");
    expect([await pushes(who, "acme/fresh"), await pushes(who, "tom/fresh")]).toEqual([202, 401]);
    expect((await people.ask("olga", "DELETE", `${path}/namespaceAccess`)).status).toBe(204);
    expect([await pulls(who, "acme/fresh"), await pushes(who, "acme/newer")]).toEqual([401, 401]);
  });

  it("is no namespace: nobody can create a repository in it, itself and system admins neither", async () => {
    const { who } = await make("space");
    for (const authorization of [who, berth.admin])
      expect(await statusOf(authorization, "POST", "/api/v0/repositories/acme+space", { name: "app" })).toBe(404);
    expect(await statusOf(berth.admin, "POST", "/v2/acme+space/app/blobs/uploads/")).toBe(400);
  });

  describe("with everything that it can be granted", () => {
    const given = ["be logged in", "administer the repository", "see the repository", "administer the namespace"];
    const granted = [...given, "see the grants of the namespace", "administer the repository or be rita"];

    it("manages repositories and nothing else", async () => {
      const { who, path } = await make("mighty");
      await people.ask("olga", "PUT", `${path}/namespaceAccess`, { accessLevel: "admin" });
      const wrong: unknown[] = [];
      for (const { ask, needs, body, yields, refuses = 403 } of operations) {
        const [method, at] = ask.split(" ") as [string, string];
        const status = await statusOf(who, method, at, body);
        if (status !== (granted.includes(needs) ? yields : refuses)) wrong.push([ask, status]);
      }
      expect(wrong).toEqual([]);
    });

    it("makes no secrets and no tokens, and changes nothing of itself", async () => {
      const { who } = await make("itself");
      const mine = "/enzi/v0/accounts/acme+itself";
      expect(await statusOf(who, "GET", mine)).toBe(200);
      expect(await statusOf(who, "PATCH", mine, { fullName: "x" })).toBe(403);
      expect(await statusOf(who, "POST", "/api/v0/api_tokens", {})).toBe(403);
      expect(await statusOf(who, "GET", "/api/v0/api_tokens")).toBe(403);
      expect(await statusOf(who, "POST", `${robots}/itself/secrets`, {})).toBe(403);
      expect(await statusOf(who, "POST", `${robots}/itself/secrets/rotate`, {})).toBe(403);
      expect((await people.ask("admin", "POST", "/api/v0/api_tokens?username=acme%2Bitself", {})).code).toBe(
        "NO_SUCH_USER",
      );
    });
  });

  it("is nobody's member, has no password and no role", async () => {
    await make("plain");
    const member = "acme+plain";
    const refused = [
      people.ask("admin", "PUT", `/enzi/v0/accounts/acme/members/${member}`, { isAdmin: true }),
      people.ask("admin", "PUT", `/enzi/v0/accounts/acme/teams/crew/members/${member}`, {}),
      people.ask("admin", "POST", `/enzi/v0/accounts/${member}/changePassword`, { newPassword: "abcdefgh1" }),
    ];
    for (const answer of await Promise.all(refused)) expect(answer.code).toBe("NO_SUCH_USER");
    for (const change of [{ isAdmin: true }, { globalRole: "read-only" }])
      expect((await people.ask("admin", "PATCH", `/enzi/v0/accounts/${member}`, change)).code).toBe(
        "INVALID_PARAMETERS",
      );
    expect(await statusOf(basic(member, ""), "GET", "/v2/")).toBe(401);
  });

  it("does not log in to the console, whatever it shows", async () => {
    const { token } = await make("console");
    expect((await createBrowser(berth).logIn("tom", word)).status).toBe(200);
    for (const password of [token, "", "x"]) {
      const browser = createBrowser(berth);
      expect([(await browser.logIn("acme+console", password)).status, browser.cookies.size]).toEqual([401, 0]);
    }
  });

  it("is told apart from users, and is in no list of them", async () => {
    await make("apart");
    expect((await people.must("GET", "/enzi/v0/accounts/acme+apart")).body).toMatchObject({
      name: "acme+apart",
      fullName: "builds",
      isOrg: false,
      isServiceAccount: true,
    });
    expect((await people.must("GET", "/enzi/v0/accounts/tom")).body).not.toHaveProperty("isServiceAccount");
    const names = async (filter: string) => {
      const { body } = await people.must("GET", `/enzi/v0/accounts?limit=0&filter=${filter}`);
      return (body.accounts as { name: string }[]).map(({ name }) => name).filter((name) => name.includes("+"));
    };
    for (const filter of ["all", "users", "non-admins", "active-users", "inactive-users", "orgs"])
      expect(await names(filter)).toEqual([]);
    expect(await names("service-accounts")).toContain("acme+apart");
    expect((await people.must("GET", "/api/v0/index/autocomplete?query=apart")).body.accountResults).toEqual([]);
  });

  it("is listed by pages", async () => {
    const names = (body: Record<string, unknown>) =>
      (body.serviceAccounts as { name: string }[]).map(({ name }) => name);
    const whole = names((await people.must("GET", `${robots}?pageSize=0`)).body);
    expect(whole).toEqual([...whole].sort());
    const first = await people.must("GET", `${robots}?pageSize=2`);
    expect(names(first.body)).toEqual(whole.slice(0, 2));
    const start = encodeURIComponent(first.headers.get("x-next-page-start") as string);
    expect(names((await people.must("GET", `${robots}?pageSize=1000&pageStart=${start}`)).body)).toEqual(
      whole.slice(2),
    );
  });

  describe("ends at once, with what docker got for its secret,", () => {
    const use = async ({ who }: { who: string }) => {
      const { token, refresh_token } = await bearerFor(who, "repository:acme/app:pull");
      const refresh = async () => {
        const form = { grant_type: "refresh_token", service: "x", client_id: "docker", refresh_token };
        return (await berth.fetch("/auth/token", { method: "POST", body: new URLSearchParams(form) })).status;
      };
      return async () => [await statusOf(who, "GET", "/v2/"), await pulls(`Bearer ${token}`), await refresh()];
    };
    const works = [200, 200, 200];
    const over = [401, 401, 401];
    const prepared = async (name: string) => {
      const robot = await make(name);
      await people.ask("olga", "PUT", `${robot.path}/repositoryAccess/app`, { accessLevel: "read-only" });
      const all = await use(robot);
      expect(await all()).toEqual(works);
      return { ...robot, all };
    };

    it("when it rests, and works again when it is woken", async () => {
      const { all, path } = await prepared("rests");
      expect((await people.ask("olga", "PATCH", path, { isActive: false })).body.isActive).toBe(false);
      expect(await all()).toEqual(over);
      await people.ask("olga", "PATCH", path, { isActive: true });
      expect(await all()).toEqual(works);
    });

    it("when the secret is ended", async () => {
      const { all, path, hashedToken, token } = await prepared("loses");
      const more = (await people.ask("olga", "POST", `${path}/secrets`, { tokenLabel: "second" })).body;
      expect((await people.ask("olga", "DELETE", `${path}/secrets/${hashedToken}`)).status).toBe(204);
      expect(await all()).toEqual(over);
      expect(await statusOf(`Bearer ${token}`, "GET", "/v2/")).toBe(401);
      expect(await statusOf(basic("acme+loses", more.token as string), "GET", "/v2/")).toBe(200);
      const { body } = await people.ask("olga", "GET", `${path}/secrets`);
      expect((body.secrets as { tokenLabel: string }[]).map(({ tokenLabel }) => tokenLabel)).toEqual(["second"]);
    });

    it("when it is deleted, and its name is free then", async () => {
      const { all, path, who } = await prepared("deleted");
      expect((await people.ask("olga", "DELETE", path)).status).toBe(204);
      expect(await all()).toEqual(over);
      await make("deleted");
      expect(await statusOf(who, "GET", "/v2/")).toBe(401);
    });

    it("when its organization rests or is deleted", async () => {
      await people.must("POST", "/enzi/v0/accounts", { name: "brief", isOrg: true });
      const path = "/api/v0/accounts/brief/serviceAccounts";
      const { id } = (await people.must("POST", path, { name: "ci" })).body;
      const { token } = (await people.must("POST", `${path}/ci/secrets`, {})).body;
      const who = basic("brief+ci", token as string);
      const { token: bearer } = await bearerFor(who, "repository:acme/app:pull");
      const status = async () => [
        await statusOf(who, "GET", "/v2/"),
        await statusOf(`Bearer ${bearer}`, "GET", "/v2/"),
      ];
      expect(await status()).toEqual([200, 200]);
      await people.must("PATCH", "/enzi/v0/accounts/brief", { isActive: false });
      expect(await status()).toEqual([401, 401]);
      await people.must("PATCH", "/enzi/v0/accounts/brief", { isActive: true });
      expect(await status()).toEqual([200, 200]);
      await people.must("DELETE", "/enzi/v0/accounts/brief");
      expect(await status()).toEqual([401, 401]);
      expect((await people.ask("admin", "GET", `/enzi/v0/accounts/${id}`)).code).toBe("NO_SUCH_ACCOUNT");
      await people.must("POST", "/enzi/v0/accounts", { name: "brief", isOrg: true });
      expect((await people.must("GET", path)).body).toEqual({ serviceAccounts: [] });
      expect((await people.must("POST", path, { name: "ci" })).status).toBe(201);
    });
  });

  it("refuses fields that it does not know, and an end that is over", async () => {
    const { path } = await make("strict");
    for (const [at, form] of [
      [robots, { name: "x", isAdmin: true }],
      [`${path}/secrets`, { label: "x" }],
      [`${path}/secrets`, { expiresAt: "2020-01-01T00:00:00Z" }],
      [`${path}/secrets/rotate`, { overlapSeconds: 2_592_001 }],
    ] as [string, object][])
      expect((await people.ask("olga", "POST", at, form)).code).toBe("INVALID_PARAMETERS");
  });
});
