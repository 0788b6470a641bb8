import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle, word } from "./people.ts";

describeMatrix("search", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
    for (const [name, visibility] of [
      ["tool", "public"],
      ["my_tool", "private"],
      ["mytool", "private"],
    ])
      await people.must("POST", "/api/v0/repositories/acme", { name, visibility, shortDescription: `${name}!` });
    await people.must("POST", "/api/v0/repositories/tom", { name: "toolbox", visibility: "private" });
  });
  afterAll(() => berth.close());

  const complete = async (who: string, query: string) => {
    const { body } = await people.ask(who, "GET", `/api/v0/index/autocomplete?${query}`);
    const { accountResults, repositoryResults } = body as Record<string, { name: string; namespace: string }[]>;
    return {
      accounts: accountResults?.map(({ name }) => name),
      repositories: repositoryResults?.map(({ namespace, name }) => `${namespace}/${name}`),
    };
  };
  const docker = async (who: string | null, path: string) => {
    const headers = who === null ? {} : { authorization: basic(who, word) };
    return (await (await berth.fetch(path, { headers })).json()) as {
      num_results: number;
      results: { name: string }[];
    };
  };

  it("completes names of repositories that the caller sees, those that begin so first, and of accounts", async () => {
    expect(await complete("olga", "query=tool")).toEqual({
      accounts: [],
      repositories: ["acme/tool", "acme/my_tool", "acme/mytool"],
    });
    expect(await complete("tom", "query=TO")).toEqual({
      accounts: ["tom"],
      repositories: ["acme/tool", "tom/toolbox"],
    });
    expect(await complete("tom", "query=to&namespace=acme&includeAccounts=false")).toEqual({
      accounts: [],
      repositories: ["acme/tool"],
    });
    expect(await complete("tom", "query=to&includeRepositories=false")).toEqual({
      accounts: ["tom"],
      repositories: [],
    });
    expect((await complete("admin", "query=o&limit=2")).repositories).toHaveLength(2);
  });

  it("takes signs for what they are", async () => {
    expect((await complete("olga", "query=my_")).repositories).toEqual(["acme/my_tool"]);
    for (const text of ["%25", "%5C", "%00", "'"])
      expect(await complete("olga", `query=${text}`)).toEqual({ accounts: [], repositories: [] });
  });

  it("tells more to nobody by a wrong limit, or without a login", async () => {
    expect((await people.ask("olga", "GET", "/api/v0/index/autocomplete?query=o&limit=x")).code).toBe(
      "INVALID_PARAMETERS",
    );
    expect((await people.ask(null, "GET", "/api/v0/index/autocomplete?query=o")).status).toBe(401);
  });

  it.each(["/api/v0/index/dockersearch?q=tool", "/v1/search?q=tool&n=25"])(
    "answers docker search at %s",
    async (path) => {
      const names = async (who: string | null) => (await docker(who, path)).results.map(({ name }) => name);
      expect(await names(null)).toEqual(["acme/tool"]);
      expect(await names("tom")).toEqual(["acme/tool", "tom/toolbox"]);
      expect(await docker(null, path)).toEqual({
        num_results: 1,
        query: "tool",
        results: [{ name: "acme/tool", description: "tool!", is_official: false, is_trusted: false, star_count: 0 }],
      });
    },
  );

  it("is there for docker to find", async () => {
    expect((await berth.fetch("/v1/_ping")).status).toBe(200);
  });
});
