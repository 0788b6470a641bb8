import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { as, bearer, createRepository } from "./registry.ts";
import { repositories, type Scene, startScene } from "./scene.ts";

const own = [repositories.private, repositories.other, repositories.public];

describe("lists of repositories", () => {
  let scene: Scene;
  const who: Record<string, string | null> = { anonymous: null };
  beforeAll(async () => {
    scene = await startScene();
    const { berth, owner, stranger } = scene;
    await createRepository(berth, stranger, "bob/hid", "private");
    Object.assign(who, { owner, stranger, admin: berth.admin });
    who["owner's token for the catalog"] = await bearer(berth, owner, "registry:catalog:*");
    who["owner's token for a repository"] = await bearer(berth, owner, `repository:${repositories.private}:*`);
    who["owner's token for nothing"] = await bearer(berth, owner);
    who["anonymous token for the catalog"] = await bearer(berth, null, "registry:catalog:*");
  });
  afterAll(() => scene.berth.close());

  const shown: [string, string[]][] = [
    ["anonymous", [repositories.public]],
    ["stranger", [repositories.public, "bob/hid"]],
    ["owner", own],
    ["admin", [...own, "bob/hid"]],
    ["owner's token for the catalog", own],
    ["owner's token for a repository", [repositories.public]],
    ["owner's token for nothing", [repositories.public]],
    ["anonymous token for the catalog", [repositories.public]],
  ];

  it.each(shown)("the management API shows %s exactly %j, and counts no more", async (name, paths) => {
    const answer = await scene.berth.fetch("/api/v0/repositories?count=true", as(who[name] as string | null));
    const { repositories: rows } = (await answer.json()) as { repositories: { namespace: string; name: string }[] };
    expect(rows.map((row) => `${row.namespace}/${row.name}`)).toEqual(paths);
    expect(answer.headers.get("x-resource-count")).toBe(String(paths.length));
  });

  it.each(shown.filter(([name]) => !/^anonymous$|repository$|nothing$/.test(name)))(
    "the catalog shows %s exactly %j",
    async (name, paths) => {
      const answer = await scene.berth.fetch("/v2/_catalog", as(who[name] as string | null));
      expect(await answer.json()).toEqual({ repositories: paths });
    },
  );

  it("a deleted repository is gone from lists at once, one made private too", async () => {
    await createRepository(scene.berth, scene.stranger, "bob/pub", "public");
    const names = async () => {
      const answer = await scene.berth.fetch("/api/v0/repositories/bob");
      return ((await answer.json()) as { repositories: { name: string }[] }).repositories.map((row) => row.name);
    };
    const change = (init: RequestInit) =>
      scene.berth.fetch("/api/v0/repositories/bob/pub", { ...init, ...as(scene.stranger) });
    expect(await names()).toEqual(["pub"]);
    await change({ method: "PATCH", body: '{"visibility":"private"}' });
    expect(await names()).toEqual([]);
    await change({ method: "PATCH", body: '{"visibility":"public"}' });
    expect(await names()).toEqual(["pub"]);
    await change({ method: "DELETE" });
    expect(await names()).toEqual([]);
  });
});
