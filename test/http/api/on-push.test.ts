import { sql } from "drizzle-orm/sql";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { writeSetting } from "#db/queries/installation.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, bearer, codeOf, createRepository, digestOf, pushImage } from "../access/registry.ts";

describe("a push to what is not there", () => {
  let berth: Target;
  let alice: string;
  beforeAll(async () => {
    berth = await startTarget("fetch");
    alice = await berth.addUser("alice");
  });
  afterAll(() => berth.close());
  const set = (name: string, value: boolean) => writeSetting(berth.ctx.db, name, value, berth.clock.now());
  afterEach(async () => {
    await set("createRepositoryOnPush", true);
    await set("createNamespaceOnPush", true);
  });

  const push = (path: string, who: string | null) =>
    berth.fetch(`/v2/${path}/blobs/uploads/`, { method: "POST", ...as(who) });
  const look = async (path: string) => {
    const answer = await berth.fetch(`/api/v0/repositories/${path}`, as(berth.admin));
    return answer.status === 200 ? ((await answer.json()) as Record<string, unknown>) : null;
  };
  const events = async (object: string) => {
    const query = sql`select type, detail, (select name from account where id = actor_id) as actor from event where object = ${object} order by id`;
    return (await berth.ctx.db.execute(query)) as unknown as { type: string; actor: string; detail: unknown }[];
  };

  it("makes the repository, private, in the account's own namespace, and tells of it", async () => {
    expect((await push("alice/first", alice)).status).toBe(202);
    expect(await look("alice/first")).toMatchObject({ visibility: "private", namespaceType: "user" });
    expect(await events("alice/first")).toEqual([
      { type: "repository.create", actor: "alice", detail: { by: "push", visibility: "private" } },
    ]);
  });

  it("makes an organization for an admin only", async () => {
    expect((await push("team/app", alice)).status).toBe(401);
    expect(await look("team/app")).toBe(null);
    expect((await push("team/app", berth.admin)).status).toBe(202);
    expect(await look("team/app")).toMatchObject({ visibility: "private", namespaceType: "organization" });
    expect(await events("team")).toEqual([{ type: "namespace.create", actor: "admin", detail: { by: "push" } }]);
    expect((await push("team/other", alice)).status).toBe(401);
  });

  it("of a manifest or a whole blob makes it too", async () => {
    const whole = await berth.fetch(`/v2/alice/whole/blobs/uploads/?digest=${digestOf("x")}`, {
      method: "POST",
      body: "x",
      ...as(alice),
    });
    expect(whole.status).toBe(201);
    const manifestType = "application/vnd.oci.image.index.v1+json";
    const body = JSON.stringify({ schemaVersion: 2, mediaType: manifestType, manifests: [] });
    const init = { method: "PUT", body, ...as(alice, { "content-type": manifestType }) };
    expect((await berth.fetch("/v2/alice/manifest/manifests/latest", init)).status).toBe(201);
  });

  it("made by two at once, makes it once", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => push("crew/raced", berth.admin)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(6).fill(202));
    expect((await events("crew/raced")).length).toBe(1);
    expect((await events("crew")).length).toBe(1);
  });

  it("is refused with a reason while createRepositoryOnPush is off", async () => {
    await set("createRepositoryOnPush", false);
    for (const who of [alice, berth.admin]) {
      const answer = await push("alice/never", who);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ errors: [{ code: "DENIED" }] });
    }
    await createRepository(berth, alice, "alice/never", "private");
    expect((await push("alice/never", alice)).status).toBe(202);
  });

  it("tells an outsider nothing of that setting", async () => {
    await set("createRepositoryOnPush", false);
    expect((await push("bob/never", alice)).status).toBe(401);
    expect((await push("bob/never", null)).status).toBe(401);
  });

  it("needs the namespace while createNamespaceOnPush is off", async () => {
    await set("createNamespaceOnPush", false);
    const answer = await push("absent/app", berth.admin);
    expect(answer.status).toBe(403);
    expect(await codeOf(answer)).toBe("DENIED");
    expect((await push("alice/new", berth.admin)).status).toBe(202);
  });

  it.each(["api", "v2", "auth", "login", "docs", "enzi", "01234567-89ab-cdef-0123-456789abcdef"])(
    "makes no namespace called %s",
    async (namespace) => {
      const answer = await push(`${namespace}/app`, berth.admin);
      expect(answer.status).toBe(400);
      const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
      expect(errors[0]?.code).toBe("NAME_INVALID");
      expect(errors[0]?.message.includes(namespace)).toBe(true);
      expect(await events(namespace)).toEqual([]);
    },
  );

  it("works with a token for what is to come, and for nothing else", async () => {
    const token = await bearer(berth, alice, "repository:alice/token:pull,push");
    expect((await push("alice/token", token)).status).toBe(202);
    expect((await push("alice/token2", token)).status).toBe(401);
    const pullOnly = await bearer(berth, alice, "repository:alice/token3:pull");
    expect((await push("alice/token3", pullOnly)).status).toBe(401);
    expect(await look("alice/token3")).toBe(null);
  });

  it("and every later change leaves an event with who did it", async () => {
    await createRepository(berth, alice, "alice/told", "private");
    const { config, manifest } = await pushImage(berth, alice, "alice/told", "v1");
    const change = { visibility: "public", longDescription: "kept out of events" };
    const at = "/api/v0/repositories/alice/told";
    await berth.fetch(at, { method: "PATCH", body: JSON.stringify(change), ...as(alice) });
    const other = await berth.fetch(`/v2/alice/mounted/blobs/uploads/?mount=${config}&from=alice/told`, {
      method: "POST",
      ...as(alice),
    });
    expect(other.status).toBe(201);
    await berth.fetch("/v2/alice/told/manifests/v1", { method: "DELETE", ...as(alice) });
    await berth.fetch(`/v2/alice/told/manifests/${manifest}`, { method: "DELETE", ...as(alice) });
    await berth.fetch(`/v2/alice/told/blobs/${config}`, { method: "DELETE", ...as(berth.admin) });
    await berth.fetch(at, { method: "DELETE", ...as(alice) });
    const told = await events("alice/told");
    const expected = [
      "repository.create alice",
      "blob.push alice",
      "manifest.push alice",
      "repository.update alice",
      "tag.delete alice",
      "manifest.delete alice",
      "blob.delete admin",
      "repository.delete alice",
    ];
    const seen = told.filter(({ type }) => type !== "tag.push").map(({ type, actor }) => `${type} ${actor}`);
    expect(seen).toEqual(expected);
    expect(told.find(({ type }) => type === "repository.create")?.detail).toEqual({ by: "api", visibility: "private" });
    expect(told.find(({ type }) => type === "repository.update")?.detail).toEqual({
      before: { visibility: "private" },
      visibility: "public",
      longDescription: "changed",
    });
    expect((await events("alice/mounted")).map(({ type }) => type)).toEqual(["repository.create", "blob.mount"]);
  });

  it("what is refused leaves none", async () => {
    await push("alice/forbidden", null);
    await push("bob/forbidden", alice);
    await berth.fetch("/api/v0/repositories/alice/first", { method: "DELETE" });
    expect([...(await events("alice/forbidden")), ...(await events("bob/forbidden"))]).toEqual([]);
    expect((await events("alice/first")).length).toBe(1);
  });
});
