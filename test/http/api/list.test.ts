import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf, createRepository } from "../access/registry.ts";

describeMatrix("GET /api/v0/repositories", (kind) => {
  let berth: Target;
  let alice: string;
  const all = ["alice/a", "alice/a-b", "alice/a.b", "alice/a/b", "alice/b", "alice/z", "bob/a"].sort();
  beforeAll(async () => {
    berth = await startTarget(kind);
    alice = await berth.addUser("alice");
    const bob = await berth.addUser("bob");
    for (const path of all) await createRepository(berth, path.startsWith("bob") ? bob : alice, path, "public");
  });
  afterAll(() => berth.close());

  const list = async (query: string, under = "") => {
    const answer = await berth.fetch(`/api/v0/repositories${under}?${query}`, as(alice));
    const { repositories } = (await answer.json()) as { repositories: { namespace: string; name: string }[] };
    return {
      status: answer.status,
      paths: repositories.map((row) => `${row.namespace}/${row.name}`),
      next: answer.headers.get("x-next-page-start"),
      count: answer.headers.get("x-resource-count"),
    };
  };

  it("answers in DTR's form", async () => {
    const answer = await berth.fetch("/api/v0/repositories?pageSize=1", as(alice));
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const { repositories } = (await answer.json()) as { repositories: Record<string, unknown>[] };
    const { id, ...row } = repositories[0] as Record<string, unknown>;
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(row).toEqual({
      namespace: "alice",
      namespaceType: "user",
      name: "a",
      shortDescription: "",
      visibility: "public",
      scanOnPush: false,
      immutableTags: false,
      enableManifestLists: false,
      pulls: 0,
      pushes: 0,
      tagLimit: 0,
      sparse: false,
    });
  });

  it("pages through all, each once, in byte order", async () => {
    for (const size of [1, 2, 3, 7]) {
      const seen: string[] = [];
      let start = "";
      do {
        const page = await list(`pageSize=${size}&pageStart=${encodeURIComponent(start)}`);
        expect(page.paths.length <= size).toBe(true);
        seen.push(...page.paths);
        start = page.next ?? "";
      } while (start);
      expect(seen).toEqual(all);
    }
  });

  it.each(["pageSize=0", "pageSize=100", "pageSize=100000", "pageSize=7", "limit=100"])(
    "gives all for %s",
    async (query) => {
      const page = await list(query);
      expect(page.paths).toEqual(all);
      expect(page.next ?? "").toBe("");
    },
  );

  it("gives ten when no size is asked", async () => {
    for (let i = 0; i < 12; i++) await createRepository(berth, berth.admin, `bob/many${i}`, "private");
    const page = await list("", "/bob");
    expect(page.paths).toEqual(["bob/a"]);
    const admins = await berth.fetch("/api/v0/repositories/bob", as(berth.admin));
    expect(((await admins.json()) as { repositories: unknown[] }).repositories.length).toBe(10);
    expect(admins.headers.get("x-next-page-start")).toMatch(/^bob\//);
  });

  it("counts only when that is asked, and what the caller may see", async () => {
    expect((await list("pageSize=2")).count).toBe(null);
    expect((await list("pageSize=2&count=false")).count).toBe(null);
    expect((await list("pageSize=2&count=true")).count).toBe(String(all.length));
    expect((await list("pageSize=2&count=true", "/bob")).count).toBe("1");
  });

  it.each(["/alice", "/alice/"])("lists a namespace under %s", async (under) => {
    const page = await list("pageSize=0", under);
    expect(page.paths).toEqual(all.filter((path) => path.startsWith("alice/")));
  });

  it("does the same with a slash at the end", async () => {
    expect((await list("pageSize=0", "/")).paths).toEqual(all);
  });

  it.each(["/nobody", "/%00", "/ALICE", "/..%2Falice"])("has no account %s", async (under) => {
    const answer = await berth.fetch(`/api/v0/repositories${under}`, as(alice));
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe("NO_SUCH_ACCOUNT");
  });

  it.each(["pageSize=-1", "pageSize=x", "pageSize=1.5", "pageSize=99999999999", "pageSize="])(
    "refuses %s",
    async (query) => {
      const answer = await berth.fetch(`/api/v0/repositories?${query}`, as(alice));
      expect(answer.status).toBe(400);
      expect(await codeOf(answer)).toBe("INVALID_PARAMETERS");
    },
  );

  it.each(["pageStart=%00", "pageStart=zzzz", "pageStart=%ff", "pageStart=%F0%9F%9A%A2"])(
    "takes any start, such as %s, for a place in the order",
    async (query) => {
      expect((await list(query)).status).toBe(200);
    },
  );
});
