// What registries have been broken by, class A: an object is reached by who may not, by its id, its digest or another way to write its path.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic } from "#test/setup/target.ts";
import { type Cast, startCast } from "../access/cast.ts";
import { as, digestOf, pushImage } from "../access/registry.ts";
import { word } from "../accounts/people.ts";

const olga = basic("olga", word);
const gwen = basic("gwen", word);

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.berth.close());

describe("A: a child of another parent", () => {
  const ids: Record<string, string> = {};
  const snapshot = async () => {
    const paths = [
      "/enzi/v0/accounts/globex/teams/moles",
      "/enzi/v0/accounts/globex/teams/moles/members",
      "/api/v0/repositoryNamespaces/globex/teamAccess",
      "/api/v0/repositoryNamespaces/globex/patternAccess",
      "/api/v0/repositories/globex/app/teamAccess",
      "/api/v0/repositories/globex/app/tags",
      "/api/v0/accounts/globex/serviceAccounts",
      "/api/v0/api_tokens?username=gwen",
    ];
    return Promise.all(paths.map(async (path) => [path, (await cast.people.must("GET", path)).body]));
  };
  beforeAll(async () => {
    const { people, berth } = cast;
    const { id } = (await people.must("POST", "/enzi/v0/accounts/globex/teams", { name: "moles" })).body;
    await people.must("PUT", "/enzi/v0/accounts/globex/teams/moles/members/gustav", {});
    await people.must("PUT", "/api/v0/repositoryNamespaces/globex/teamAccess/moles", { accessLevel: "read-only" });
    await people.must("PUT", "/api/v0/repositories/globex/app/teamAccess/moles", { accessLevel: "read-only" });
    ids.TEAM = id as string;
    const pattern = { pattern: "a*", team: "moles", accessLevel: "read-only" };
    ids.PATTERN = (await people.must("POST", "/api/v0/repositoryNamespaces/globex/patternAccess", pattern)).body
      .id as string;
    ids.ROBOT = (await people.must("POST", "/api/v0/accounts/globex/serviceAccounts", { name: "mole" })).body
      .id as string;
    ids.TOKEN = (await people.ask("gwen", "POST", "/api/v0/api_tokens", {})).body.hashedToken as string;
    const pushed = await pushImage(berth, gwen, "globex/app", "theirs", '{"theirs":1}');
    ids.MANIFEST = pushed.manifest;
    await pushImage(berth, olga, "acme/app", "ours", '{"ours":1}');
  });

  const level = { accessLevel: "admin" };
  const ways: [string, string, unknown?][] = [
    ["GET", "/enzi/v0/accounts/acme/teams/TEAM"],
    ["PATCH", "/enzi/v0/accounts/acme/teams/TEAM", { description: "mine" }],
    ["DELETE", "/enzi/v0/accounts/acme/teams/TEAM"],
    ["GET", "/enzi/v0/accounts/acme/teams/TEAM/members"],
    ["GET", "/enzi/v0/accounts/acme/teams/TEAM/members/gustav"],
    ["PUT", "/enzi/v0/accounts/acme/teams/TEAM/members/olga", {}],
    ["PATCH", "/enzi/v0/accounts/acme/teams/TEAM/members/gustav", { isAdmin: true }],
    ["DELETE", "/enzi/v0/accounts/acme/teams/TEAM/members/gustav"],
    ["GET", "/enzi/v0/accounts/acme/members/gustav"],
    ["PATCH", "/enzi/v0/accounts/acme/members/gustav", { isAdmin: true }],
    ["DELETE", "/enzi/v0/accounts/acme/members/gustav"],
    ["GET", "/api/v0/accounts/acme/teams/TEAM/repositoryAccess"],
    ["PUT", "/api/v0/repositories/acme/app/teamAccess/TEAM", level],
    ["DELETE", "/api/v0/repositories/acme/app/teamAccess/TEAM"],
    ["GET", "/api/v0/repositoryNamespaces/acme/teamAccess/TEAM"],
    ["PUT", "/api/v0/repositoryNamespaces/acme/teamAccess/TEAM", level],
    ["DELETE", "/api/v0/repositoryNamespaces/acme/teamAccess/TEAM"],
    ["DELETE", "/api/v0/repositoryNamespaces/acme/patternAccess/PATTERN"],
    ["GET", "/api/v0/accounts/acme/serviceAccounts/ROBOT"],
    ["PATCH", "/api/v0/accounts/acme/serviceAccounts/ROBOT", { description: "mine" }],
    ["DELETE", "/api/v0/accounts/acme/serviceAccounts/ROBOT"],
    ["POST", "/api/v0/accounts/acme/serviceAccounts/ROBOT/secrets", {}],
    ["PUT", "/api/v0/accounts/acme/serviceAccounts/ROBOT/repositoryAccess/app", level],
    ["GET", "/api/v0/repositories/acme/app/tags/theirs"],
    ["DELETE", "/api/v0/repositories/acme/app/tags/theirs"],
    ["GET", "/api/v0/repositories/acme/app/manifests/MANIFEST"],
    ["DELETE", "/api/v0/repositories/acme/app/manifests/MANIFEST"],
    ["GET", "/api/v0/api_tokens/TOKEN"],
    ["PATCH", "/api/v0/api_tokens/TOKEN", { isActive: false }],
    ["DELETE", "/api/v0/api_tokens/TOKEN"],
  ];
  it("is not there for who may do everything with the parent, and stays as it is", async () => {
    const before = await snapshot();
    const wrong: string[] = [];
    for (const [method, path, body] of ways) {
      const full = path.replace(/[A-Z]{4,}/, (name) => ids[name] ?? name);
      for (const at of [full, full.replace(/\/TEAM\b/, "/moles")]) {
        const { status } = await cast.people.ask("olga", method, at, body);
        if (status !== 404) wrong.push(`${method} ${path}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await snapshot()).toEqual(before);
  });
});

describe("A: another way to write a path", () => {
  let blob: string;
  beforeAll(async () => {
    blob = (await pushImage(cast.berth, olga, "acme/app", "latest", '{"secret":"acme/app"}')).config;
  });

  const protectedPaths = () => [
    "/v2/_catalog",
    "/v2/acme/app/tags/list",
    "/v2/acme/app/manifests/latest",
    `/v2/acme/app/blobs/${blob}`,
    `/v2/acme/app/referrers/${digestOf("x")}`,
    "/api/v0/repositories/acme/app",
    "/api/v0/repositories/acme/app/tags",
    "/api/v0/repositories/acme/app/teamAccess",
    "/api/v0/meta/settings",
    "/enzi/v0/accounts",
    "/enzi/v0/accounts/acme/members",
    "/api/v0/api_tokens",
  ];
  const written: [string, (path: string) => string][] = [
    ["as it is", (path) => path],
    ["with a slash at the end", (path) => `${path}/`],
    ["with two", (path) => `${path}//`],
    ["with a double slash before", (path) => `/${path}`],
    ["with double slashes within", (path) => path.replaceAll("/", "//")],
    ["with a double slash behind the base", (path) => path.replace(/^(\/v2|\/(api|enzi)\/v0)\//, "$1//")],
    ["in upper case", (path) => path.replace(/^\/[a-z0-9]+/, (base) => base.toUpperCase())],
    ["with an encoded letter", (path) => path.replace("app", "%61pp").replace("_c", "%5fc").replace("/v", "/%76")],
    ["with an encoded slash", (path) => path.replace("acme/", "acme%2f")],
    ["with a backslash", (path) => path.replace("acme/", "acme%5c")],
    ["with a dot", (path) => path.replace(/^(\/\w+)/, "$1/%2e")],
    ["over another", (path) => `/v2/globex/pub/%2e%2e/%2e%2e${path.replace(/^\/v2/, "")}`],
    ["over what is open", (path) => `/health/%2e%2e${path}`],
    ["over what is open, encoded twice", (path) => `/health/%252e%252e${path}`],
    ["with a semicolon", (path) => `${path};.json`],
    ["with a question of its own", (path) => `${path}?path=/health&_method=GET`],
    ["with a zero byte", (path) => `${path}%00`],
  ];
  const forwarded = { "x-original-url": "/health", "x-rewrite-url": "/health", "x-http-method-override": "GET" };

  it("the paths as they are show a system admin what they hold", async () => {
    for (const path of protectedPaths())
      expect([path, (await cast.berth.fetch(path, as(cast.berth.admin))).status]).toEqual([path, 200]);
  });

  it.each(written)("%s leads nobody to what he may not see", async (_what, write) => {
    const wrong: string[] = [];
    for (const path of protectedPaths())
      for (const who of [null, basic("stan", word)])
        for (const more of [{}, forwarded]) {
          // Whoever has an account may have a list, and sees what is his in it.
          if (who !== null && /_catalog|api_tokens/.test(path)) continue;
          const answer = await cast.berth.fetch(write(path), as(who, more));
          const text = await answer.text();
          const isRefused = [400, 401, 403, 404, 405].includes(answer.status);
          if (!isRefused || text.includes("secret"))
            wrong.push(`${write(path)}: ${answer.status} ${text.slice(0, 80)}`);
        }
    expect(wrong).toEqual([]);
  });
});
