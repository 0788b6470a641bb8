// The verbs that ask a server, as a person and as a script use them, against a server that runs.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeAt } from "#test/http/credentials/authenticator.ts";
import { adminOf, type BerthProcess, makeFolder, runBerth, startBerth } from "#test/runtime/berth-process.ts";
import { runHere } from "./in-process.ts";

const password = "the password of admin";
let berth: BerthProcess;
/** Where logins are kept: of the host's own admin nowhere, of somebody elsewhere in a folder. */
let home: string;
beforeAll(async () => {
  berth = await startBerth(makeFolder(), { BERTH_ADMIN_PASSWORD: password });
  home = makeFolder();
  expect((await run(["login", berth.url], { BERTH_PASSWORD: password })).code).toBe(0);
});
afterAll(() => berth.stop());

/** By what `berth login` keeps, unless other variables are given. */
const run = (args: string[], more: Record<string, string> = {}) => runHere(args, { XDG_CONFIG_HOME: home, ...more });
/** The same in a process of its own, which has a standard input. */
const runWith = (input: string, args: string[], more: Record<string, string> = {}) =>
  runBerth(args, home, { XDG_CONFIG_HOME: home, ...more }, input);
const must = async (...args: string[]) => {
  const { code, out, err } = await run(args);
  if (code !== 0) throw new Error(`berth ${args.join(" ")} ended with ${code}: ${err}`);
  return out;
};
const json = async (...args: string[]) => JSON.parse(await must(...args, "--json"));
const ask = (method: string, path: string, body?: unknown) =>
  fetch(`${berth.url}${path}`, {
    method,
    headers: { authorization: adminOf(berth.dataDir, password), "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe("a login", () => {
  it("is kept as an access token in a file that nobody else reads, and ends with logout", async () => {
    const own = makeFolder();
    const as = (...args: string[]) => run(args, { XDG_CONFIG_HOME: own });
    const file = join(own, "berth/logins.json");
    const login = await runWith(`${password}\n`, ["login", berth.url, "--for", "1h"], { XDG_CONFIG_HOME: own });
    expect(login).toMatchObject({ code: 0, out: `logged in to ${berth.url} as admin (kept in ${file})\n` });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token, hashedToken } = JSON.parse(readFileSync(file, "utf8")).logins[berth.url];
    const whoAmI = await as("whoami", "--json");
    expect(JSON.parse(whoAmI.out)).toMatchObject({ url: berth.url, account: { name: "admin" } });
    expect(await as("logout")).toMatchObject({ code: 0, out: `logged out of ${berth.url}\n` });
    expect(readFileSync(file, "utf8")).not.toContain(token);
    expect((await ask("GET", `/api/v0/api_tokens/${hashedToken}`)).status).toBe(404);
    expect(await as("logout")).toMatchObject({ code: 1, err: "berth: you are not logged in\n" });
  });

  it("of an account with a second factor takes its code", async () => {
    await ask("POST", "/enzi/v0/accounts", { name: "guarded", password });
    const authorization = `Basic ${btoa(`guarded:${password}`)}`;
    const second = (path: string, body: object) =>
      fetch(`${berth.url}/api/v0/accounts/guarded/secondFactor${path}`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const { secret } = (await (await second("", { password })).json()) as { secret: string };
    await second("/confirm", { code: await codeAt(secret, new Date()) });
    const variables = { XDG_CONFIG_HOME: makeFolder(), BERTH_USER: "guarded", BERTH_PASSWORD: password };
    const wrong = await run(["login", berth.url], { ...variables, BERTH_CODE: "000000" });
    expect([wrong.code, wrong.out]).toEqual([1, ""]);
    const right = await run(["login", berth.url], { ...variables, BERTH_CODE: await codeAt(secret, new Date(), 1) });
    expect([right.err, right.code]).toEqual(["", 0]);
  });
});

describe("repositories", () => {
  it("are created, listed, shown, changed and deleted", async () => {
    expect(await must("repo", "create", "admin/deep/app")).toBe("created admin/deep/app (private)\n");
    expect(await must("repo", "set", "admin/deep/app", "--description", "An app", "--tag-limit", "5")).toBe(
      "admin/deep/app is changed\n",
    );
    expect(await must("repo", "list", "admin")).toBe(
      [
        "NAME            VISIBILITY  PULLS  PUSHES  DESCRIPTION",
        "admin/deep/app  private     0      0       An app\n",
      ].join("\n"),
    );
    expect(await json("repo", "show", "admin/deep/app")).toMatchObject({ name: "deep/app", tagLimit: 5 });
    expect(await must("repo", "publish", "admin/deep/app")).toBe("admin/deep/app is public now\n");
    expect((await fetch(`${berth.url}/api/v0/repositories/admin/deep%2Fapp`)).status).toBe(200);
    expect(await must("repo", "delete", "admin/deep/app")).toBe("deleted admin/deep/app\n");
    expect(await json("repo", "list")).toEqual([]);
  });

  it("get other names, by which nobody deletes them by mistake, until those are released", async () => {
    await must("org", "create", "dock");
    await must("repo", "create", "admin/first");
    expect(await must("repo", "rename", "admin/first", "admin/second")).toBe("admin/first is admin/second now\n");
    expect(await must("repo", "rename", "admin/first", "dock/second")).toBe("admin/first is dock/second now\n");
    expect((await json("repo", "aliases", "dock/second")).length).toBe(2);
    const mistaken = await run(["repo", "delete", "admin/first"]);
    expect([mistaken.code, mistaken.err]).toEqual([1, expect.stringContaining("is called dock/second now")]);
    expect(await must("repo", "release", "admin/first")).toBe("admin/first is free\n");
    expect((await run(["repo", "show", "admin/first"])).code).toBe(1);
    expect(await must("org", "rename", "dock", "quay")).toBe("dock is quay now\n");
    expect((await run(["org", "delete", "dock"])).err).toContain("is called quay now");
    expect(await must("org", "release", "quay", "dock")).toBe("dock is free\n");
    expect(await json("org", "aliases", "quay")).toEqual([]);
    await must("org", "delete", "quay");
  });

  it("have tags, which are listed and deleted one by one", async () => {
    const layer = { mediaType: "application/vnd.oci.empty.v1+json", size: 2, data: "e30=" };
    const digest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    await ask("POST", `/v2/admin/tagged/blobs/uploads/?digest=${digest}`, {});
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = { schemaVersion: 2, mediaType, config: { ...layer, digest }, layers: [] };
    for (const tag of ["1", "2"])
      await fetch(`${berth.url}/v2/admin/tagged/manifests/${tag}`, {
        method: "PUT",
        headers: { authorization: adminOf(berth.dataDir, password), "content-type": mediaType },
        body: JSON.stringify(manifest),
      });
    expect(await must("tag", "list", "admin/tagged")).toMatch(
      /^TAG {2}DIGEST .*\n1 +sha256:\w{64} .* admin\n2 +sha256/,
    );
    expect(await json("tag", "show", "admin/tagged:1")).toMatchObject([{ name: "1" }]);
    expect(await must("tag", "delete", "admin/tagged:1")).toBe("deleted admin/tagged:1\n");
    expect((await json("tag", "list", "admin/tagged")).map(({ name }: { name: string }) => name)).toEqual(["2"]);
    // The address of the tag `..` would be the repository's.
    expect(await run(["tag", "delete", "admin/tagged:.."])).toMatchObject({ code: 2, out: "" });
    expect((await ask("GET", "/api/v0/repositories/admin/tagged")).status).toBe(200);
  });
});

describe("people", () => {
  it("belong to organizations and teams, are granted things, and learn why they may", async () => {
    const created = await run(["user", "create", "orca"], { BERTH_NEW_PASSWORD: "the password of orca" });
    expect(created).toMatchObject({ code: 0, out: "created orca\n", err: "" });
    await must("org", "create", "engineering", "--full-name", "Engineering");
    await must("team", "create", "engineering/core");
    expect(await must("team", "add", "engineering/core", "orca", "--leader")).toBe("orca leads engineering/core\n");
    expect(await must("team", "add", "engineering/core", "orca")).toBe("orca leads engineering/core\n");
    expect(await must("team", "members", "engineering/core")).toMatch(/^NAME +FULL NAME +LEADER\norca +yes\n$/);
    expect((await json("org", "members", "engineering")).length).toBe(1);
    const mistaken = await run(["user", "delete", "engineering"]);
    expect(mistaken).toMatchObject({ code: 1, err: "berth: engineering is no user, but an organization\n" });
    await must("repo", "create", "engineering/barca");
    await must("grant", "set", "engineering/barca", "team:core", "read-only");
    await must("grant", "set", "engineering/barca", "user:orca", "read-write", "--until", "30d");
    await must("grant", "set", "engineering/b*", "team:core", "admin");
    const here = await json("grant", "list", "engineering/barca");
    expect(here.map((grant: object) => Object.values(grant).slice(0, 3).join(" "))).toEqual([
      "engineering/barca team:core read-only",
      "engineering/barca user:orca read-write",
    ]);
    const explained = ["access", "explain", "engineering/barca", "administer", "orca"];
    expect(await must(...explained)).toContain("allowed:     yes\n");
    await must("grant", "remove", "engineering/b*", "team:core");
    const refused = await run(explained);
    expect([refused.code, refused.out]).toEqual([1, expect.stringContaining("orca has read-write; this takes admin")]);
    const reaching = await json("access", "list", "engineering/barca");
    expect(reaching.map(({ user }: { user: { name: string } }) => user.name)).toContain("orca");
  });

  it("and machines are granted places of every kind, and lose them again", async () => {
    await must("org", "create", "harbour");
    await must("team", "create", "harbour/core", "--description", "who keeps it");
    await must("robot", "create", "harbour+ci");
    await must("repo", "create", "harbour/pier");
    const grants = [
      ["harbour", "team:core", "read-only"],
      ["harbour/web-*", "user:admin", "read-write"],
      ["harbour/pier", "team:core", "admin"],
      ["harbour/pier", "user:admin", "read-only"],
    ] as const;
    for (const [where, to, level] of grants) {
      await must("grant", "set", where, to, level);
      const there = async () => (await json("grant", "list", where)).find((grant: { to: string }) => grant.to === to);
      expect(await there()).toEqual({ on: where, to, accessLevel: level, expiresAt: null });
      await must("grant", "remove", where, to);
      expect(await there()).toBeUndefined();
    }
    await must("grant", "set", "harbour/pier", "robot:ci", "read-write");
    await must("grant", "set", "harbour", "robot:ci", "read-only");
    expect(await must("robot", "show", "harbour+ci")).toContain("repositories:  pier (read-write)\n");
    for (const where of ["harbour", "harbour/pier"]) await must("grant", "remove", where, "robot:ci");
    expect((await json("robot", "show", "harbour+ci")).repositoryAccessList).toEqual([]);
    expect((await run(["grant", "remove", "harbour/pier", "robot:ci"])).code).toBe(1);
    await must("robot", "delete", "harbour+ci");
    await must("team", "delete", "harbour/core");
    expect(await must("team", "list", "harbour")).toBe("");
    await must("org", "delete", "harbour");
    expect((await run(["repo", "show", "harbour/pier"])).code).toBe(1);
  });

  it("change their own passwords with the present one", async () => {
    await run(["user", "create", "moby"], { BERTH_NEW_PASSWORD: "the first password" });
    const as = (present: string) => ({ BERTH_URL: berth.url, BERTH_USER: "moby", BERTH_PASSWORD: present });
    const changed = await run(["user", "password", "moby"], {
      ...as("the first password"),
      BERTH_NEW_PASSWORD: "the second password",
    });
    expect(changed).toMatchObject({ code: 0, out: "the password of moby is changed\n" });
    expect((await run(["whoami"], as("the first password"))).code).toBe(1);
    expect((await run(["whoami"], as("the second password"))).out).toMatch(/^name: +moby\n/);
  });

  it("come from a list, all or none, with a line for each that is wrong", async () => {
    const wrong = await runWith("user,password,role\nx,short,\ny,short,\n", ["user", "import"]);
    expect([wrong.code, wrong.err.trim().split("\n").length]).toEqual([1, 2]);
    const right = await runWith("user,password,role\nahab,white-whale-1851,\n", ["user", "import"]);
    expect(right).toMatchObject({ code: 0, out: "created ahab\n" });
    expect(await must("user", "set", "ahab", "--role", "read-only", "--active", "off")).toBe("ahab is changed\n");
    expect(await json("user", "show", "ahab")).toMatchObject({ globalRole: "read-only", isActive: false });
    expect(await must("user", "logout", "ahab")).toBe("ahab is logged out everywhere\n");
    expect(await json("user", "sessions", "ahab")).toEqual([]);
    expect(await must("user", "list", "--filter", "inactive-users")).toMatch(/\nahab .* no +read-only\n$/);
  });
});

describe("machines", () => {
  it("get their secrets on standard output alone, and new ones", async () => {
    await must("org", "create", "shipyard");
    const made = await run(["robot", "create", "shipyard+ci", "--description", "builds"]);
    expect(made.out).toMatch(/^berth_\S+\n$/);
    expect(made.err).toContain("docker login -u shipyard+ci");
    const asRobot = await run(["whoami", "--json"], { BERTH_TOKEN: made.out.trim() });
    expect(JSON.parse(asRobot.out).account.name).toBe("shipyard+ci");
    const rotated = await json("robot", "rotate", "shipyard+ci", "--overlap", "0s");
    expect((await run(["whoami"], { BERTH_TOKEN: made.out.trim() })).code).toBe(1);
    expect((await run(["whoami"], { BERTH_TOKEN: rotated.token })).code).toBe(0);
  });

  it("are builds, whose tokens are trusted by what they say", async () => {
    await must("org", "create", "foundry");
    await must("robot", "create", "foundry+ci");
    const issuer = "https://issuer.example";
    const claims = ["--claim", "repository=octo-org/shop", "ref=refs/heads/main"];
    const said = ["--issuer", issuer, "--audience", "registry", ...claims, "--token-for", "30m"];
    const made = await json("trust", "add", "foundry+ci", ...said);
    const rule = { issuer, tokenSeconds: 1800, claims: { repository: "octo-org/shop", ref: "refs/heads/main" } };
    expect(made).toMatchObject(rule);
    expect(await json("trust", "list", "foundry+ci")).toMatchObject([rule]);
    await must("trust", "remove", "foundry+ci", made.id);
    expect(await json("trust", "list", "foundry+ci")).toEqual([]);
  });

  it("use access tokens, which are made for less and end by a part of their id", async () => {
    const made = await json("token", "create", "ci", "--scope", "admin/web-*:pull,push", "--until", "30d");
    expect(made).toMatchObject({
      tokenLabel: "ci",
      scopes: [{ repositories: "admin/web-*", actions: ["pull", "push"] }],
    });
    const id = made.hashedToken.slice(0, 12);
    expect(await must("token", "list")).toMatch(new RegExp(`\n${id}  ci .*admin/web-\\*:pull,push\n`));
    expect(await must("token", "delete", id)).toBe(`ended ${id} ci\n`);
  });
});

describe("the server", () => {
  it("tells what happened, and its settings", async () => {
    await must("settings", "set", "passwordMinLength=9");
    expect(await must("settings", "show", "passwordMinLength")).toBe("passwordMinLength:  9\n");
    const [event] = await json("events", "--limit", "1", "--by", "admin", "--type", "UPDATE", "--since", "1h");
    expect(event).toMatchObject({ actorName: "admin", type: "UPDATE" });
    const wrong = await run(["settings", "set", "nonsense=1"]);
    expect(wrong).toMatchObject({ code: 1, err: "berth: there is no setting nonsense\n" });
  });

  it("of this host is asked with its first admin's password where nothing else is said, and no other server is", async () => {
    const here = {
      XDG_CONFIG_HOME: makeFolder(),
      BERTH_LISTEN: `127.0.0.1:${berth.port}`,
      BERTH_ADMIN_PASSWORD: password,
    };
    expect((await run(["repo", "list", "nobody"], here)).code).toBe(1);
    expect((await run(["repo", "list", "admin"], here)).code).toBe(0);
    const other = await run(["whoami", "--url", `http://localhost:${berth.port}`], here);
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining("wants to know who you are: berth login http"),
    ]);
  });
});

describe("what cannot be done", () => {
  it.each([
    [["repo", "create", "nobody/app"], {}, 1, /^berth: An account with the given name does not exist\.\n$/],
    [["repo", "list"], { BERTH_PASSWORD: "wrong" }, 1, /^berth: incorrect username or password\n$/],
    [
      ["repo", "list", "--url", "http://127.0.0.1:9"],
      {},
      1,
      /^berth: no server answers at http:\/\/127\.0\.0\.1:9 [^\n]*\n$/,
    ],
    [
      ["whoami", "--url", "http://10.0.0.1"],
      { BERTH_TOKEN: "berth_x" },
      1,
      /^berth: [^\n]* in the clear: use https[^\n]*\n$/,
    ],
    [["repo", "create", "app"], {}, 2, /^berth: write it as namespace\/name, not "app"\n$/],
    [["repo", "set", "admin/app"], {}, 2, /^berth: say what to change[^\n]*\n$/],
    [
      ["repo", "set", "admin/app", "--visibility", "some"],
      {},
      2,
      /^berth: option '--visibility <who>' argument 'some'/,
    ],
    [["repo", "show"], {}, 2, /^berth: missing required argument/],
    [["reop"], {}, 2, /^berth: unknown command 'reop'\n\(Did you mean repo\?\)/],
    [["grant", "set", "engineering", "user:orca", "admin"], {}, 2, /^berth: a user is granted a pattern/],
  ] as const)("%j %j ends with status %i and says so", async (args, variables, status, line) => {
    const { code, out, err } = await run([...args], variables);
    expect({ code, out }).toEqual({ code: status, out: "" });
    expect(err).toMatch(line);
  });
});
