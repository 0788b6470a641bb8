import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, createRepository, getToken, readClaims } from "../access/registry.ts";

describe("the scopes of a token", () => {
  let berth: Target;
  const who: Record<string, string | null> = { anonymous: null };
  beforeAll(async () => {
    berth = await startTarget("fetch");
    who.admin = berth.admin;
    who.alice = await berth.addUser("alice");
    who.bob = await berth.addUser("bob");
    await createRepository(berth, who.alice, "alice/app", "private");
    await createRepository(berth, who.alice, "alice/open", "public");
    await createRepository(berth, who.alice, "alice/deep/er/app", "private");
  });
  afterAll(() => berth.close());

  const all = "pull,push,delete,*";
  const cases: [string, string[], string][] = [
    ["anonymous", ["repository:alice/app:pull"], ""],
    ["anonymous", ["repository:alice/open:pull,push,delete"], "repository:alice/open:pull"],
    ["anonymous", ["repository:alice/none:pull,push"], ""],
    ["bob", ["repository:alice/app:pull,push"], ""],
    ["bob", ["repository:alice/open:*"], "repository:alice/open:pull"],
    ["bob", ["repository:alice/new:push,pull"], ""],
    ["bob", ["repository:nobody/new:push,pull"], ""],
    ["alice", ["repository:alice/app:pull,push"], "repository:alice/app:pull,push"],
    ["alice", ["repository:alice/app:push,pull,push"], "repository:alice/app:push,pull"],
    ["alice", ["repository:alice/app:*"], `repository:alice/app:${all}`],
    ["alice", ["repository:alice/deep/er/app:delete"], "repository:alice/deep/er/app:delete"],
    ["alice", ["repository:alice/new:pull,push"], "repository:alice/new:pull,push"],
    ["alice", ["repository(plugin):alice/app:pull"], "repository:alice/app:pull"],
    ["alice", ["repository:alice/app:fly,pull,"], "repository:alice/app:pull"],
    ["alice", ["repository:alice/app:fly"], ""],
    ["alice", ["repository:alice/app:"], ""],
    ["alice", ["repository:bob/app:pull"], ""],
    ["alice", ["repository:berth.test:5000/alice/app:pull"], ""],
    ["alice", ["repository:alice/APP:pull repository:alice:pull repository:al//ice:pull"], ""],
    ["alice", ["repository", "repository:", ":::", "a:b", "", " "], ""],
    ["alice", ["helm:alice/app:pull", "registry:other:*"], ""],
    ["alice", ["repository:api/app:push"], ""],
    [
      "alice",
      ["repository:alice/app:pull repository:alice/open:pull"],
      "repository:alice/app:pull repository:alice/open:pull",
    ],
    ["alice", ["repository:alice/app:pull", "repository:alice/app:push"], "repository:alice/app:pull,push"],
    ["alice", ["repository:alice/app:pull", "repository(plugin):alice/app:push"], "repository:alice/app:pull,push"],
    ["alice", ["repository:bob/x:pull", "repository:alice/app:pull"], "repository:alice/app:pull"],
    ["alice", ["registry:catalog:*"], "registry:catalog:*"],
    ["admin", ["repository:alice/app:*"], `repository:alice/app:${all}`],
    ["admin", ["repository:nobody/new:push,pull"], "repository:nobody/new:push,pull"],
    ["admin", ["repository:api/app:push"], "repository:api/app:push"],
  ];
  it.each(cases)("%s asking for %j gets what is theirs, the rest is left out", async (name, scopes, granted) => {
    const { scope, token } = await getToken(berth, who[name] as string | null, ...scopes);
    expect(scope).toBe(granted);
    const access = readClaims(token).payload.access as { type: string; name: string; actions: string[] }[];
    expect(access.map((a) => `${a.type}:${a.name}:${a.actions.join(",")}`).join(" ")).toBe(granted);
  });

  it("binds each grant to an id, never only to a name", async () => {
    const { token } = await getToken(berth, who.alice as string, "repository:alice/app:pull repository:alice/new:push");
    const access = readClaims(token).payload.access as Record<string, string>[];
    const shown = await berth.fetch("/api/v0/repositories/alice/app", as(who.alice as string));
    expect(access[0]?.id).toBe(((await shown.json()) as { id: string }).id);
    expect(access[1]?.id).toBe(undefined);
    expect(access[1]?.namespace).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ["short", "x"],
    ["as long as names may be", "x".repeat(240)],
  ])("keeps a token within 4 KiB when many names that are %s are asked", async (_what, name) => {
    const scopes = Array.from({ length: 64 }, (_, i) => `repository:alice/${name}${i}:pull,push,delete`);
    const { token, scope } = await getToken(berth, who.alice as string, ...scopes);
    expect(token.length <= 4096).toBe(true);
    expect(scope.split(" ").length >= 5).toBe(true);
    const used = await berth.fetch(`/v2/alice/${name}0/tags/list`, as(`Bearer ${token}`));
    expect(used.status).toBe(404);
  });

  it("lets a token for a repository to come push it into being, and nothing beside it", async () => {
    const token = `Bearer ${(await getToken(berth, who.alice as string, "repository:alice/coming:pull,push")).token}`;
    const post = (name: string) => berth.fetch(`/v2/${name}/blobs/uploads/`, { method: "POST", ...as(token) });
    expect((await post("alice/coming")).status).toBe(202);
    expect((await post("alice/coming")).status).toBe(202);
    expect((await post("alice/other")).status).toBe(401);
    expect((await post("alice/coming/nested")).status).toBe(401);
  });
});
