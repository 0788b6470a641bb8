// A repository goes to another namespace: rights are those that hold there, and its old name leads there.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, digestOf, pushBlob, pushImage } from "../access/registry.ts";
import { createPeople, type People, settle, word } from "../accounts/people.ts";

describeMatrix("a transferred repository", (kind) => {
  let berth: Target;
  let people: People;
  const [olga, rita, walt, stan] = ["olga", "rita", "walt", "stan"].map((name) => basic(name, word)) as [
    string,
    string,
    string,
    string,
  ];
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    await people.must("POST", "/enzi/v0/accounts", { name: "globex", isOrg: true });
    await people.must("PUT", "/enzi/v0/accounts/globex/members/stan", { isAdmin: true });
  });
  afterAll(() => berth.close());
  let name = "";
  let count = 0;
  beforeEach(async () => {
    name = `moving-${++count}`;
    await createRepository(berth, olga, `acme/${name}`, "private");
    await pushImage(berth, olga, `acme/${name}`, "v1", `{"of":"${name}"}`);
  });
  const move = (who: string, to: object = { namespace: "globex" }) =>
    people.ask(who, "POST", `/api/v0/repositories/acme/${name}/rename`, to);
  const status = async (who: string, method: string, path: string, init: RequestInit = {}) =>
    (await berth.fetch(path, { method, ...init, ...as(who) })).status;
  const pull = (who: string, path: string) => status(who, "GET", `/v2/${path}/manifests/v1`);

  it("takes the right to create in the other namespace, beside that to administer it", async () => {
    expect((await move("olga")).status).toBe(403);
    expect((await move("stan")).status).toBe(404);
    await people.must("PUT", `/api/v0/repositories/acme/${name}/userAccess/stan`, { accessLevel: "admin" });
    expect(await move("stan", { namespace: "globex", name: `${name}-too` })).toMatchObject({
      status: 200,
      body: { namespace: "globex", name: `${name}-too`, namespaceType: "organization" },
    });
    expect(await pull(stan, `globex/${name}-too`)).toBe(200);
  });

  it("is its new owners', under either name, and nobody's who had it by the old namespace", async () => {
    const token = await bearer(berth, olga, `repository:acme/${name}:pull,push`);
    expect(await pull(token, `acme/${name}`)).toBe(200);
    expect((await move("admin")).status).toBe(200);
    for (const path of [`acme/${name}`, `globex/${name}`]) {
      expect(await pull(stan, path)).toBe(200);
      for (const who of [olga, token]) expect(await pull(who, path)).toBe(401);
    }
    expect((await people.ask("olga", "GET", `/api/v0/repositories/acme/${name}`)).code).toBe("NO_SUCH_REPOSITORY");
    // What it is held for is not told to who may not see that.
    const refused = await people.ask("olga", "POST", "/api/v0/repositories/acme", { name });
    expect(refused.code).toBe("REPOSITORY_EXISTS");
    expect(JSON.stringify(refused.body)).not.toContain("globex");
    const held = await people.ask(
      "olga",
      "GET",
      `/api/v0/repositoryNamespaces/acme/aliases?pageStart=${name}&pageSize=1`,
    );
    expect(held.body).toMatchObject({ aliases: [{ name, repository: null }] });
    expect((await people.ask("olga", "DELETE", `/api/v0/repositoryNamespaces/acme/aliases/${name}`)).status).toBe(204);
    expect(await pull(stan, `acme/${name}`)).toBe(401);
    await createRepository(berth, olga, `acme/${name}`, "private");
    expect(await pull(olga, `acme/${name}`)).toBe(404);
    expect(await pull(stan, `globex/${name}`)).toBe(200);
  });

  it("keeps what users were granted on it, and loses what teams and service accounts of the old namespace were", async () => {
    const at = `/api/v0/repositories/acme/${name}`;
    await people.must("PUT", `${at}/userAccess/walt`, { accessLevel: "read-only" });
    await people.must("PUT", `${at}/teamAccess/readers`, { accessLevel: "read-only" });
    const robots = "/api/v0/accounts/acme/serviceAccounts";
    await people.must("PUT", `${robots}/ci/repositoryAccess/${name}`, { accessLevel: "read-write" });
    for (const who of [walt, rita]) expect(await pull(who, `acme/${name}`)).toBe(200);
    await move("admin");
    expect(await pull(walt, `globex/${name}`)).toBe(200);
    expect(await pull(rita, `globex/${name}`)).toBe(401);
    const listed = async (who: string) =>
      JSON.stringify((await people.ask(who, "GET", "/api/v0/repositories?pageSize=0")).body).includes(`"${name}"`);
    expect([await listed("walt"), await listed("rita")]).toEqual([true, false]);
    const users = await people.ask("stan", "GET", `/api/v0/repositories/globex/${name}/userAccess`);
    expect(JSON.stringify(users.body)).toContain("walt");
    const { events } = (await people.must("GET", `/api/v0/events?pageSize=1&objectType=repository&eventType=update`))
      .body;
    expect(events).toMatchObject([
      {
        detail: {
          from: `acme/${name}`,
          to: `globex/${name}`,
          grantsEnded: [
            { team: "readers", serviceAccount: null, level: "read-only" },
            { team: null, serviceAccount: "acme+ci", level: "read-write" },
          ],
        },
      },
    ]);
    // The old namespace has no more to say about it.
    expect(
      await people.ask("olga", "PUT", `${robots}/ci/repositoryAccess/${name}`, { accessLevel: "admin" }),
    ).toMatchObject({ code: "NO_SUCH_REPOSITORY" });
  });

  it("takes an upload to its end that was begun before, only from who may still push", async () => {
    const begin = async (who: string) =>
      (await berth.fetch(`/v2/acme/${name}/blobs/uploads/`, { method: "POST", ...as(who) })).headers.get("location");
    await people.must("PUT", `/api/v0/repositories/acme/${name}/userAccess/walt`, { accessLevel: "read-write" });
    const [hers, his] = [await begin(olga), await begin(walt)];
    await move("admin");
    const end = (who: string, at: string | null, text: string) =>
      status(who, "PUT", `${at}?digest=${digestOf(text)}`, { body: text });
    expect(await end(olga, hers, "hers")).toBe(401);
    expect(await end(walt, his, "his")).toBe(201);
    expect(await status(walt, "GET", `/v2/globex/${name}/blobs/${digestOf("his")}`)).toBe(200);
  });

  it("is mounted from under the old name only by who may pull it where it is", async () => {
    const blob = await pushBlob(berth, olga, `acme/${name}`, `{"blob":"${name}"}`);
    await move("admin");
    await createRepository(berth, stan, `globex/${name}-target`, "private");
    const mount = `uploads/?mount=${blob}&from=acme/${name}`;
    expect(await status(olga, "POST", `/v2/acme/app/blobs/${mount}`)).toBe(202);
    expect(await status(stan, "POST", `/v2/globex/${name}-target/blobs/${mount}`)).toBe(201);
  });
});
