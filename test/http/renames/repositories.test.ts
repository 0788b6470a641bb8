// A repository gets another name: the old one leads to it until it is released, on every surface.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, createRepository, digestOf, pushBlob, pushImage } from "../access/registry.ts";
import { createPeople, type People, settle, word } from "../accounts/people.ts";

describeMatrix("a renamed repository", (kind) => {
  let berth: Target;
  let people: People;
  const olga = basic("olga", word);
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    await people.must("POST", "/enzi/v0/accounts", { name: "globex", isOrg: true });
  });
  afterAll(() => berth.close());

  const { stringify } = JSON;
  const rename = (path: string, to: object, who = "olga") =>
    people.ask(who, "POST", `/api/v0/repositories/${path}/rename`, to);
  const statusOf = async (who: string | null, method: string, path: string, init: RequestInit = {}) =>
    (await berth.fetch(path, { method, ...init, ...as(who, init.headers as Record<string, string>) })).status;
  const pull = (who: string | null, name: string, tag = "v1") => statusOf(who, "GET", `/v2/${name}/manifests/${tag}`);
  let before = "";
  let after = "";
  let count = 0;
  /** A repository with an image, and another name for it. */
  beforeEach(async () => {
    [before, after] = [`acme/before-${++count}`, `acme/after-${count}`];
    await createRepository(berth, olga, before, "private");
    await pushImage(berth, olga, before, "v1", stringify({ count }));
  });
  const nameOf = (path: string) => path.slice(path.indexOf("/") + 1);
  const moved = async () => {
    const answer = await rename(before, { name: nameOf(after) });
    expect(answer).toMatchObject({ status: 200, body: { namespace: "acme", name: nameOf(after) } });
    return answer.body.id as string;
  };

  describe("by its old name", () => {
    it("is pulled, listed and pushed to, by who had read it there before", async () => {
      expect(await pull(olga, before)).toBe(200);
      await moved();
      for (const name of [before, after]) expect(await pull(olga, name)).toBe(200);
      const listed = await berth.fetch(`/v2/${before}/tags/list`, as(olga));
      expect(await listed.json()).toEqual({ name: before, tags: ["v1"] });
      const { config } = await pushImage(berth, olga, before, "v2", `{"of":"${before}"}`);
      expect(await pull(olga, after, "v2")).toBe(200);
      expect(await statusOf(olga, "GET", `/v2/${after}/blobs/${config}`)).toBe(200);
      expect(await statusOf(olga, "DELETE", `/v2/${before}/manifests/v2`)).toBe(202);
      expect(await pull(olga, after, "v2")).toBe(404);
    });

    it("lets a session go on at addresses with the name that the client knows", async () => {
      await moved();
      const begun = await berth.fetch(`/v2/${before}/blobs/uploads/`, { method: "POST", ...as(olga) });
      const at = begun.headers.get("location") as string;
      expect(at).toMatch(new RegExp(`^/v2/${before}/blobs/uploads/`));
      const sent = await berth.fetch(at, { method: "PATCH", body: "text", ...as(olga) });
      expect(sent.headers.get("location")).toBe(at);
      const again = await berth.fetch(at, {
        method: "PATCH",
        body: "text",
        ...as(olga, { "content-range": "0-3", "content-type": "application/octet-stream" }),
      });
      expect([again.status, again.headers.get("location")]).toEqual([416, at]);
      const done = await berth.fetch(`${at}?digest=${digestOf("text")}`, { method: "PUT", ...as(olga) });
      expect([done.status, done.headers.get("location")]).toEqual([201, `/v2/${before}/blobs/${digestOf("text")}`]);
    });

    it("takes what was begun before it was renamed", async () => {
      const text = `{"begun":"${before}"}`;
      const begun = await berth.fetch(`/v2/${before}/blobs/uploads/`, { method: "POST", ...as(olga) });
      const at = begun.headers.get("location") as string;
      expect(await statusOf(olga, "PATCH", at, { body: text })).toBe(202);
      await moved();
      expect(await statusOf(olga, "PUT", `${at}?digest=${digestOf(text)}`)).toBe(201);
      expect(await statusOf(olga, "GET", `/v2/${after}/blobs/${digestOf(text)}`)).toBe(200);
    });

    it("is what a token is asked for, and the challenge names it", async () => {
      const early = await bearer(berth, olga, `repository:${before}:pull,push`);
      await moved();
      const late = await bearer(berth, olga, `repository:${before}:pull,push`);
      for (const token of [early, late]) for (const name of [before, after]) expect(await pull(token, name)).toBe(200);
      const refused = await berth.fetch(`/v2/${before}/manifests/v1`);
      expect(refused.headers.get("www-authenticate")).toContain(`scope="repository:${before}:pull"`);
    });

    it("is mounted from", async () => {
      const blob = await pushBlob(berth, olga, before, `{"mounted":"${before}"}`);
      await moved();
      expect(await statusOf(olga, "POST", `/v2/acme/app/blobs/uploads/?mount=${blob}&from=${before}`)).toBe(201);
    });

    it("answers the management API, with the name that it has", async () => {
      const id = await moved();
      const at = `/api/v0/repositories/${before}`;
      expect((await people.ask("olga", "GET", at)).body).toMatchObject({ id, name: nameOf(after) });
      expect((await people.ask("olga", "PATCH", at, { shortDescription: "found" })).status).toBe(200);
      expect((await people.ask("olga", "GET", `/api/v0/repositories/${after}`)).body.shortDescription).toBe("found");
      expect((await people.ask("olga", "GET", `${at}/tags`)).status).toBe(200);
    });

    it("is hidden at once when the repository is, and shown when it is shown", async () => {
      await moved();
      await people.must("PATCH", `/api/v0/repositories/${after}`, { visibility: "public" });
      for (const name of [before, after]) expect(await pull(null, name)).toBe(200);
      await people.must("PATCH", `/api/v0/repositories/${after}`, { visibility: "private" });
      for (const name of [before, after]) expect(await pull(null, name)).toBe(401);
      await people.must("DELETE", `/api/v0/repositories/${after}`);
      for (const name of [before, after]) expect(await pull(olga, name)).toBe(404);
    });

    it("cannot be created, and leads elsewhere no more once it is released", async () => {
      await moved();
      const create = () => people.ask("olga", "POST", "/api/v0/repositories/acme", { name: nameOf(before) });
      const refused = await create();
      expect([refused.status, refused.code]).toEqual([400, "REPOSITORY_EXISTS"]);
      expect(stringify(refused.body)).toContain(`renamed to ${after}`);
      const held = `/api/v0/repositoryNamespaces/acme/aliases/${nameOf(before)}`;
      expect((await people.ask("olga", "DELETE", held)).status).toBe(204);
      expect((await people.ask("olga", "DELETE", held)).code).toBe("NO_SUCH_ALIAS");
      expect(await pull(olga, before)).toBe(404);
      expect((await create()).status).toBe(201);
      expect(await pull(olga, before)).toBe(404);
      expect(await pull(olga, after)).toBe(200);
    });
  });

  it("goes on under a name by which it was called before", async () => {
    await moved();
    expect((await rename(after, { name: `third-${count}` })).status).toBe(200);
    for (const name of [before, after, `acme/third-${count}`]) expect(await pull(olga, name)).toBe(200);
    expect((await rename(before, { name: nameOf(before) })).status).toBe(200);
    for (const name of [before, after, `acme/third-${count}`]) expect(await pull(olga, name)).toBe(200);
    const names = (await people.ask("olga", "GET", `/api/v0/repositories/${after}/aliases`)).body.aliases as {
      name: string;
      createdAt: string;
    }[];
    expect(names.map(({ name }) => name).sort()).toEqual([after, `acme/third-${count}`]);
    expect(names[0]?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("holds no name any more when it is deleted, and its old name leads to no namesake", async () => {
    await moved();
    expect(await pull(olga, before)).toBe(200);
    await people.must("DELETE", `/api/v0/repositories/${after}`);
    await createRepository(berth, olga, after, "private");
    await pushImage(berth, olga, after, "v1", `{"namesake":"${after}"}`);
    expect(await pull(olga, before)).toBe(404);
    await createRepository(berth, olga, before, "private");
    expect(await pull(olga, before)).toBe(404);
  });

  it("keeps its history, which tells of the change to who may administer it", async () => {
    await moved();
    const events = async (who: string) =>
      (await people.ask(who, "GET", `/api/v0/repositories/${after}/events?pageSize=50`)).body.events as {
        type: string;
        object: { type: string; name?: string };
        detail?: unknown;
      }[];
    expect(await events("olga")).toMatchObject([
      { type: "UPDATE", object: { type: "REPOSITORY", name: before } },
      { object: { type: "TAG" } },
      { object: { type: "BLOB" } },
      { type: "CREATE", object: { type: "REPOSITORY", name: before } },
    ]);
    const whole = (await people.must("GET", "/api/v0/events?pageSize=1")).body.events as { detail: unknown }[];
    expect(whole[0]?.detail).toMatchObject({ from: before, to: after });
  });

  describe("is renamed", () => {
    it.each([
      [{ name: "app" }, 400, "REPOSITORY_EXISTS"],
      [{ name: "Not-A-Name" }, 400, "INVALID_REPOSITORY_NAME"],
      [{ name: "a".repeat(251) }, 400, "INVALID_REPOSITORY_NAME"],
      [{ namespace: "nobody" }, 404, "NO_SUCH_ACCOUNT"],
      [{ namespace: "acme+ci" }, 404, "NO_SUCH_ACCOUNT"],
      [{ namespace: "globex" }, 403, "NOT_AUTHORIZED"],
      [{}, 400, "INVALID_PARAMETERS"],
      [{ namespace: "acme" }, 400, "INVALID_PARAMETERS"],
      [{ title: "x" }, 400, "INVALID_PARAMETERS"],
    ])("to nothing that cannot be: %j", async (to, status, code) => {
      expect(await rename(before, to)).toMatchObject({ status, code });
      expect(await pull(olga, before)).toBe(200);
    });

    it("to a name that is held for itself, not to one that is held for another", async () => {
      await moved();
      await createRepository(berth, olga, `acme/other-${count}`, "private");
      const refused = await rename(`acme/other-${count}`, { name: nameOf(before) });
      expect([refused.status, refused.code]).toEqual([400, "REPOSITORY_EXISTS"]);
      expect((await rename(after, { name: nameOf(before) })).status).toBe(200);
    });

    it("not by who may administer it and create nothing beside it", async () => {
      await people.must("PUT", `/api/v0/repositories/${before}/teamAccess/admins`, { accessLevel: "admin" });
      expect(await rename(before, { name: nameOf(after) }, "ada")).toMatchObject({
        status: 403,
        code: "NOT_AUTHORIZED",
      });
      expect(await rename(before, { name: nameOf(after) }, "rita")).toMatchObject({ status: 404 });
    });

    it("within what an access token is for", async () => {
      const made = await people.ask("olga", "POST", "/api/v0/api_tokens", {
        tokenLabel: "narrow",
        scopes: [{ repositories: "acme/before-*", actions: ["*"] }],
      });
      expect(made.status).toBe(200);
      const token = basic("olga", made.body.token as string);
      const to = async (name: string) =>
        statusOf(token, "POST", `/api/v0/repositories/${before}/rename`, {
          body: stringify({ name }),
          headers: { "content-type": "application/json" },
        });
      expect(await to(nameOf(after))).toBe(403);
      expect(await to(`before-${count}-too`)).toBe(200);
      // The token is for what is called so now: by that name, and by the one that leads there.
      expect(await pull(token, before)).toBe(200);
      expect((await rename(before, { name: nameOf(after) })).status).toBe(200);
      expect(await pull(token, before)).toBe(401);
    });

    it("so often, and then a name has to be released first", async () => {
      const path = `acme/often-${count}`;
      await createRepository(berth, olga, path, "private");
      for (let n = 1; n <= 100; n++) expect((await rename(path, { name: `often-${count}-${n}` })).status).toBe(200);
      const refused = await rename(path, { name: `often-${count}-more` });
      expect([refused.status, refused.code]).toEqual([400, "INVALID_PARAMETERS"]);
      await people.must("DELETE", `/api/v0/repositoryNamespaces/acme/aliases/often-${count}-7`);
      expect((await rename(path, { name: `often-${count}-more` })).status).toBe(200);
    });
  });
});
