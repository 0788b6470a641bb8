import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf, createRepository, pushImage } from "../access/registry.ts";

describeMatrix("PATCH and DELETE /api/v0/repositories/{namespace}/{reponame}", (kind) => {
  let berth: Target;
  let alice: string;
  let path: string;
  let made = 0;
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
  });
  afterAll(() => berth.close());
  beforeEach(async () => {
    const name = `app${++made}/deep`;
    await createRepository(berth, alice, `alice/${name}`, "private");
    path = `/api/v0/repositories/alice/${encodeURIComponent(name)}`;
  });

  const patch = (body: unknown, at = path) =>
    berth.fetch(at, {
      method: "PATCH",
      body: JSON.stringify(body),
      ...as(alice, { "content-type": "application/json" }),
    });
  const look = async (who: string | null = alice) => {
    const answer = await berth.fetch(path, as(who));
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it.each([
    { visibility: "public" },
    { shortDescription: "now" },
    { longDescription: "much longer now" },
    { immutableTags: true },
    { sparse: true },
    { tagLimit: 3 },
    { tagLimit: 0, immutableTags: true },
    { visibility: "public", shortDescription: "both" },
    {},
  ])("changes %j and leaves the rest", async (change) => {
    const before = (await look()).body;
    const answer = await patch(change);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ...before, ...change });
    expect((await look()).body).toEqual({ ...before, ...change });
  });

  it("can take back what it set", async () => {
    await patch({ immutableTags: true, shortDescription: "x", visibility: "public" });
    await patch({ immutableTags: false, shortDescription: "", visibility: "private" });
    expect((await look()).body).toMatchObject({ immutableTags: false, shortDescription: "", visibility: "private" });
  });

  it("publishing lets everybody look and pull, hiding ends that at the next request", async () => {
    expect((await look(null)).status).toBe(401);
    await patch({ visibility: "public" });
    expect((await look(null)).status).toBe(200);
    await patch({ visibility: "private" });
    expect((await look(null)).status).toBe(401);
  });

  it.each([
    [{ visibility: "hidden" }, "INVALID_REPOSITORY_VISIBILITY"],
    [{ immutableTags: "yes" }, "INVALID_PARAMETERS"],
    [{ scanOnPush: true }, "INVALID_PARAMETERS"],
    [{ tagLimit: 1, immutableTags: true }, "INVALID_PARAMETERS"],
    [{ tagLimit: -1 }, "INVALID_PARAMETERS"],
    [{ enableManifestLists: true }, "INVALID_PARAMETERS"],
    [{ longDescription: "a\0b" }, "INVALID_PARAMETERS"],
  ])("refuses %j with %s and changes nothing", async (change, code) => {
    const before = (await look()).body;
    const answer = await patch({ shortDescription: "not this", ...change });
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe(code);
    expect((await look()).body).toEqual(before);
  });

  it.each([
    [{ tagLimit: 5 }, { immutableTags: true }],
    [{ immutableTags: true }, { tagLimit: 5 }],
  ])("has no limit of tags that are immutable: after %j not %j", async (first, second) => {
    expect((await patch(first)).status).toBe(200);
    const before = (await look()).body;
    const answer = await patch({ shortDescription: "not this", ...second });
    expect([answer.status, await codeOf(answer)]).toEqual([400, "INVALID_PARAMETERS"]);
    expect((await look()).body).toEqual(before);
    expect((await patch({ shortDescription: "but this" })).status).toBe(200);
    expect((await patch({ tagLimit: 0, immutableTags: false, ...second })).status).toBe(200);
  });

  it.each([1, 2, 3])("has one of the two, when both are asked for at once, time %i", async (_time) => {
    const answers = await Promise.all([patch({ tagLimit: 5 }), patch({ immutableTags: true })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it("deletes once, with 204 and no body, and is not there any more", async () => {
    const remove = () => berth.fetch(path, { method: "DELETE", ...as(alice) });
    const gone = await remove();
    expect(gone.status).toBe(204);
    expect(await gone.text()).toBe("");
    for (const answer of [await remove(), await patch({}), await berth.fetch(path, as(alice))]) {
      expect(answer.status).toBe(404);
      expect(await codeOf(answer)).toBe("NO_SUCH_REPOSITORY");
    }
  });

  it("a name that was deleted can be used again at once, and begins empty", async () => {
    const name = decodeURIComponent(path.split("/").at(-1) as string);
    await pushImage(berth, alice, `alice/${name}`, "latest");
    const before = (await look()).body.id;
    await berth.fetch(path, { method: "DELETE", ...as(alice) });
    await createRepository(berth, alice, `alice/${name}`, "private");
    expect((await look()).body.id === before).toBe(false);
    const tags = await berth.fetch(`/v2/alice/${name}/tags/list`, as(alice));
    expect(await tags.json()).toEqual({ name: `alice/${name}`, tags: [] });
  });

  it.each(["/", ""])("ends with %j or without", async (end) => {
    expect((await berth.fetch(`${path}${end}`, as(alice))).status).toBe(200);
    expect((await patch({}, `${path}${end}`)).status).toBe(200);
    expect((await berth.fetch(`${path}${end}`, { method: "DELETE", ...as(alice) })).status).toBe(204);
  });

  it.each(["/api/v0/repositories/alice/%00", "/api/v0/repositories/%00/x", "/api/v0/repositories/alice/%zz"])(
    "has nothing at %s",
    async (odd) => {
      expect((await berth.fetch(odd, as(alice))).status).toBe(404);
    },
  );

  it.each([
    ["GET", "/api/v0/nothing", 404],
    ["GET", "/api/v0", 404],
    ["GET", "/api/v0/repositories/alice/app/deep", 404],
    ["PUT", "/api/v0/repositories", 405],
    ["PUT", "/api/v0/repositories/alice/app/", 405],
    ["DELETE", "/api/v0/repositories/alice", 405],
    ["DELETE", "/api/v0/openapi.json", 405],
  ])("%s %s is no operation: %i in the API's form", async (method, where, status) => {
    const answer = await berth.fetch(where, { method, ...as(alice) });
    expect(answer.status).toBe(status);
    const { errors } = (await answer.json()) as { errors: { code: string }[] };
    expect(errors.map(({ code }) => code)).toEqual(["NOT_ALLOWED"]);
    expect(answer.headers.has("allow")).toBe(status === 405);
  });

  it("says which methods there are", async () => {
    const answer = await berth.fetch("/api/v0/repositories/alice/app", { method: "PUT", ...as(alice) });
    expect(answer.headers.get("allow")).toBe("DELETE, GET, HEAD, PATCH");
  });
});
