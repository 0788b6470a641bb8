// An account gets another name: with it go its repositories and its service accounts, and the old name leads to all of them.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, pushImage } from "../access/registry.ts";
import { createPeople, type People, word } from "../accounts/people.ts";

describeMatrix("a renamed account", (kind) => {
  let berth: Target;
  let people: People;
  const olga = basic("olga", word);
  let count = 0;
  let old = "";
  let next = "";
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    for (const name of ["olga", "rita"]) await people.must("POST", "/enzi/v0/accounts", { name, password: word });
  });
  afterAll(() => berth.close());
  beforeEach(async () => {
    [old, next] = [`old-${++count}`, `new-${count}`];
    await people.must("POST", "/enzi/v0/accounts", { name: old, isOrg: true });
    await people.must("PUT", `/enzi/v0/accounts/${old}/members/olga`, { isAdmin: true });
    await createRepository(berth, olga, `${old}/app`, "private");
    await pushImage(berth, olga, `${old}/app`, "v1", `{"of":"${old}"}`);
  });

  const rename = (name: string, to: unknown, who = "olga") =>
    people.ask(who, "POST", `/api/v0/accounts/${name}/rename`, { name: to });
  const pull = async (who: string, name: string, tag = "v1") =>
    (await berth.fetch(`/v2/${name}/manifests/${tag}`, as(who))).status;
  const release = (who = "olga") => people.ask(who, "DELETE", `/api/v0/accounts/${next}/aliases/${old}`);

  it("leads to its repositories by the old name, also to those that are created there since", async () => {
    expect(await pull(olga, `${old}/app`)).toBe(200);
    const early = await bearer(berth, olga, `repository:${old}/app:pull`, `repository:${old}/later:pull,push`);
    expect(await rename(old, next)).toMatchObject({ status: 200, body: { name: next, isOrg: true } });
    for (const name of [`${old}/app`, `${next}/app`])
      for (const who of [olga, early]) expect(await pull(who, name)).toBe(200);
    await pushImage(berth, early, `${old}/later`, "v1", `{"later":"${old}"}`);
    await pushImage(berth, olga, `${old}/latest`, "v1", `{"latest":"${old}"}`);
    for (const name of ["later", "latest"]) expect(await pull(olga, `${next}/${name}`)).toBe(200);
    const listed = await people.ask("olga", "GET", `/api/v0/repositories/${old}`);
    expect(
      (listed.body.repositories as { name: string; namespace: string }[]).map((r) => `${r.namespace}/${r.name}`),
    ).toEqual([`${next}/app`, `${next}/later`, `${next}/latest`]);
    const found = await people.ask("olga", "GET", `/api/v0/index/autocomplete?query=app&namespace=${old}`);
    expect(JSON.stringify(found.body)).toContain(next);
  });

  it("keeps what teams were granted, by either name", async () => {
    await people.must("POST", `/enzi/v0/accounts/${old}/teams`, { name: "readers" });
    await people.must("PUT", `/enzi/v0/accounts/${old}/teams/readers/members/rita`, {});
    await people.must("PUT", `/api/v0/repositoryNamespaces/${old}/teamAccess/readers`, { accessLevel: "read-only" });
    await rename(old, next);
    for (const name of [`${old}/app`, `${next}/app`]) expect(await pull(basic("rita", word), name)).toBe(200);
    for (const name of [old, next])
      expect((await people.ask("rita", "GET", `/enzi/v0/accounts/${name}/teams`)).status).toBe(200);
  });

  it("takes its service accounts along, which log in under either name", async () => {
    const robots = `/api/v0/accounts/${old}/serviceAccounts`;
    await people.must("POST", robots, { name: "ci" });
    await people.must("PUT", `${robots}/ci/repositoryAccess/app`, { accessLevel: "read-only" });
    const made = await people.must("POST", `${robots}/ci/secrets`, { tokenLabel: "night" });
    await rename(old, next);
    for (const name of [`${old}+ci`, `${next}+ci`]) {
      const robot = basic(name, made.body.token as string);
      expect(await pull(robot, `${old}/app`)).toBe(200);
      expect(await pull(await bearer(berth, robot, `repository:${old}/app:pull`), `${next}/app`)).toBe(200);
    }
    expect(await pull(basic("olga+ci", made.body.token as string), `${old}/app`)).toBe(401);
    expect((await people.must("GET", `${robots}/ci`)).body).toMatchObject({ name: `${next}+ci` });
    await people.must("POST", robots, { name: "cd" });
    expect((await people.must("GET", `/api/v0/accounts/${next}/serviceAccounts/cd`)).body.name).toBe(`${next}+cd`);
  });

  it("is a user's, whom a system admin renames, and who logs in under either name", async () => {
    const [was, is] = [`ugo-${count}`, `udo-${count}`];
    await people.must("POST", "/enzi/v0/accounts", { name: was, password: word });
    await createRepository(berth, basic(was, word), `${was}/own`, "private");
    expect(await rename(was, is, was)).toMatchObject({ status: 403 });
    expect(await rename(was, is, "admin")).toMatchObject({ status: 200, body: { name: is } });
    for (const name of [was, is]) {
      expect((await people.ask(name, "GET", `/enzi/v0/accounts/${was}`)).body.name).toBe(is);
      expect((await people.ask(name, "GET", `/api/v0/repositories/${was}/own`)).status).toBe(200);
    }
    expect((await people.ask("olga", "GET", `/api/v0/repositories/${was}/own`)).status).toBe(404);
  });

  it("reaches through both names when repository and namespace were renamed, in whichever order", async () => {
    const app = (namespace: string, name: string, to: object) =>
      people.ask("olga", "POST", `/api/v0/repositories/${namespace}/${name}/rename`, to);
    await app(old, "app", { name: "second" });
    await rename(old, next);
    await app(old, "app", { name: "third" });
    expect((await rename(old, `${next}-too`)).status).toBe(200);
    for (const namespace of [old, next, `${next}-too`])
      for (const name of ["app", "second", "third"]) expect(await pull(olga, `${namespace}/${name}`)).toBe(200);
    const former = await people.ask("olga", "GET", `/api/v0/repositories/${old}/app/aliases`);
    expect((former.body.aliases as { name: string }[]).map(({ name }) => name).sort()).toEqual([
      `${next}-too/app`,
      `${next}-too/second`,
    ]);
  });

  it("can be called as before, and then the name is its own again", async () => {
    await rename(old, next);
    expect((await rename(next, old)).body.name).toBe(old);
    for (const namespace of [old, next]) expect(await pull(olga, `${namespace}/app`)).toBe(200);
    const former = await people.ask("olga", "GET", `/api/v0/accounts/${old}/aliases`);
    const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(former.body.aliases).toMatchObject([{ name: next, createdAt: isoTime }]);
  });

  it("holds its old name until that is released", async () => {
    await rename(old, next);
    const make = (isOrg: boolean) =>
      people.ask("admin", "POST", "/enzi/v0/accounts", { name: old, ...(isOrg ? { isOrg } : { password: word }) });
    for (const isOrg of [true, false]) {
      const refused = await make(isOrg);
      expect(refused.code).toBe("ACCOUNT_EXISTS");
      expect(JSON.stringify(refused.body)).toContain(`renamed to ${next}`);
    }
    const imported = await berth.fetch("/api/v0/accounts/import", {
      method: "POST",
      body: `${old},${word}\n`,
      ...as(berth.admin, { "content-type": "text/csv" }),
    });
    expect([imported.status, await imported.text()]).toEqual([400, expect.stringContaining(`${old} is there already`)]);
    await people.must("POST", "/enzi/v0/accounts", { name: `other-${count}`, isOrg: true });
    expect(await rename(`other-${count}`, old, "admin")).toMatchObject({ code: "ACCOUNT_EXISTS" });
    expect((await release("rita")).status).toBe(403);
    expect((await release()).status).toBe(204);
    expect((await release()).code).toBe("NO_SUCH_ALIAS");
    expect(await pull(olga, `${old}/app`)).toBe(401);
    expect(await pull(olga, `${next}/app`)).toBe(200);
    expect((await make(true)).status).toBe(201);
    await createRepository(berth, berth.admin, `${old}/app`, "private");
    expect(await pull(olga, `${old}/app`)).toBe(401);
    expect(await pull(berth.admin, `${old}/app`)).toBe(404);
  });

  it("frees every name when it is deleted", async () => {
    await rename(old, next);
    await people.must("DELETE", `/enzi/v0/accounts/${old}`);
    for (const name of [old, next]) await people.must("POST", "/enzi/v0/accounts", { name, isOrg: true });
    for (const name of [old, next]) expect(await pull(berth.admin, `${name}/app`)).toBe(404);
  });

  it("is told in the events, for system admins", async () => {
    await rename(old, next);
    const { events } = (await people.must("GET", "/api/v0/events?pageSize=1&objectType=account&eventType=update")).body;
    expect(events).toMatchObject([
      { object: { name: old }, detail: { from: old, to: next, repositories: 1, serviceAccounts: 0 } },
    ]);
  });

  describe("gets no name", () => {
    it.each([
      ["Not-A-Name", 400, "INVALID_ACCOUNT_NAME"],
      ["admin-api", 400, "INVALID_ACCOUNT_NAME"],
      ["rita", undefined, "ACCOUNT_EXISTS"],
      [7, 400, "INVALID_PARAMETERS"],
    ])("that cannot be: %s", async (name, status, code) => {
      expect(await rename(old, name)).toMatchObject({ ...(status && { status }), code });
      expect(await pull(olga, `${old}/app`)).toBe(200);
    });

    it("that it has, or with which a repository's name were too long", async () => {
      expect(await rename(old, old)).toMatchObject({ code: "INVALID_PARAMETERS" });
      const long = "x".repeat(250 - old.length);
      await createRepository(berth, olga, `${old}/${long}`, "private");
      expect(await rename(old, `${old}-longer`)).toMatchObject({ code: "INVALID_ACCOUNT_NAME" });
      expect(await rename(old, `${old}-l`)).toMatchObject({ status: 200 });
    });

    it("of its own, where it is a service account's", async () => {
      await people.must("POST", `/api/v0/accounts/${old}/serviceAccounts`, { name: "ci" });
      expect(await rename(`${old}+ci`, `free-${count}`)).toMatchObject({ code: "INVALID_PARAMETERS" });
    });
  });
});
