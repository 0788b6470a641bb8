import { describe, expect, it } from "vitest";
import type { AccountRow, Caller, Grant } from "#core/access/caller.ts";
import { may, type Question } from "#core/access/may.ts";
import type { AccessLevel, Rights } from "#db/queries/accounts/rights.ts";

const noRights: Rights = {
  globalRole: null,
  owns: [],
  memberOf: [],
  teams: [],
  leads: [],
  grants: [],
  nextExpiry: null,
};
const account = (id: string, more: Partial<AccountRow> = {}): AccountRow => ({
  id,
  name: id,
  fullName: "",
  kind: "user",
  isAdmin: false,
  isActive: true,
  passwordHash: "x",
  hasSecondFactor: false,
  rights: noRights,
  ...more,
});
const always = { pattern: null, expiresAt: null };
const granted = (level: AccessLevel, repositoryId: string | null, namespaceId = "alice"): Partial<AccountRow> => ({
  rights: { ...noRights, grants: [{ level, namespaceId, repositoryId, ...always }] },
});
const repository = (accountId: string, visibility: "public" | "private", id = "r1") => ({
  id,
  accountId,
  accountKind: "user" as const,
  namespace: accountId,
  name: "app",
  path: `${accountId}/app`,
  kind: "local" as const,
  visibility,
  shortDescription: "",
  longDescription: "",
  immutableTags: false,
  tagLimit: 0,
  sparse: false,
  pulls: 0,
  pushes: 0,
});

const callers: Record<string, Caller> = {
  anonymous: { account: null, grants: null, how: "anonymous" },
  owner: { account: account("alice"), grants: null, how: "basic" },
  stranger: { account: account("bob"), grants: null, how: "basic" },
  admin: { account: account("root", { isAdmin: true }), grants: null, how: "basic" },
  "inactive owner": { account: account("alice", { isActive: false }), grants: null, how: "basic" },
  "inactive admin": { account: account("root", { isAdmin: true, isActive: false }), grants: null, how: "basic" },
};
const on = (action: "pull" | "push" | "delete" | "administer", visibility: "public" | "private"): Question => ({
  on: "repository",
  action,
  repository: repository("alice", visibility),
});
const inNamespace = (action: "create" | "look", id: string | null): Question => ({
  on: "namespace",
  action,
  account: id === null ? null : { id, kind: "user" },
  name: "alice/new",
});

describe("what was granted", () => {
  const basic = (more: Partial<AccountRow>): Caller => ({ account: account("bob", more), grants: null, how: "basic" });
  const holders: Record<string, Caller> = {
    reader: basic(granted("read-only", "r1")),
    writer: basic(granted("read-write", "r1")),
    admin: basic(granted("admin", "r1")),
    "reader of the namespace": basic(granted("read-only", null)),
    "writer of the namespace": basic(granted("read-write", null)),
    "admin of the namespace": basic(granted("admin", null)),
    "owner of the organization": basic({ rights: { ...noRights, owns: ["alice"], memberOf: ["alice"] } }),
    "reader of everything": basic({ rights: { ...noRights, globalRole: "read-only" } }),
    "writer of everything": basic({ rights: { ...noRights, globalRole: "read-write" } }),
    "admin of another repository": basic(granted("admin", "r2")),
    "admin of another namespace": basic(granted("admin", null, "carol")),
    "member only": basic({ rights: { ...noRights, memberOf: ["alice"], teams: ["t1"] } }),
    "team's leader": basic({ rights: { ...noRights, memberOf: ["alice"], teams: ["t1"], leads: ["t1"] } }),
    "inactive admin": basic({ ...granted("admin", "r1"), isActive: false }),
  };
  const admins = ["admin", "admin of the namespace", "owner of the organization"];
  const writers = [
    "writer",
    "admin",
    "writer of the namespace",
    "admin of the namespace",
    "owner of the organization",
    "writer of everything",
  ];
  const organization = { id: "alice", kind: "organization" } as const;
  const table: [string, Question, string[]][] = [
    ["pull", on("pull", "private"), [...writers, "reader", "reader of the namespace", "reader of everything"]],
    ["push", on("push", "private"), writers],
    ["delete", on("delete", "private"), writers],
    ["administer", on("administer", "private"), admins],
    ["push to a public repository", on("push", "public"), writers],
    [
      "create in the namespace",
      inNamespace("create", "alice"),
      ["admin of the namespace", "owner of the organization"],
    ],
    [
      "look at the organization",
      { on: "account", action: "look", account: organization },
      ["owner of the organization", "member only", "team's leader"],
    ],
    [
      "administer the organization",
      { on: "account", action: "administer", account: organization },
      ["owner of the organization"],
    ],
    [
      "administer the team",
      { on: "team", action: "administer", team: { id: "t1", organizationId: "alice" } },
      ["owner of the organization", "team's leader"],
    ],
    [
      "administer another team",
      { on: "team", action: "administer", team: { id: "t2", organizationId: "alice" } },
      ["owner of the organization"],
    ],
    ["look at another user", { on: "account", action: "look", account: { id: "carol", kind: "user" } }, []],
    ["administer the registry", { on: "registry", action: "administer" }, []],
  ];
  it.each(table)("lets only the right ones %s", async (_what, question, allowed) => {
    const yes: string[] = [];
    for (const [name, caller] of Object.entries(holders)) if (await may(caller, question)) yes.push(name);
    expect(yes.sort()).toEqual([...allowed].sort());
  });

  it("counts among many grants, too: of the repository, of its namespace, and no other", async () => {
    const others = Array.from({ length: 1000 }, (_, n) => ({
      level: "admin" as const,
      namespaceId: n % 2 ? "alice" : "carol",
      repositoryId: n % 100 ? `other ${n}` : null,
      ...always,
    })).filter((grant) => grant.namespaceId !== "alice" || grant.repositoryId !== null);
    const among = (...more: Rights["grants"]) => basic({ rights: { ...noRights, grants: [...others, ...more] } });
    expect(await may(among(), on("pull", "private"))).toBe(false);
    for (const repositoryId of ["r1", null]) {
      const writer = among({ level: "read-write", namespaceId: "alice", repositoryId, ...always });
      expect(await may(writer, on("push", "private"))).toBe(true);
      expect(await may(writer, on("administer", "private"))).toBe(false);
    }
  });

  it("is never widened by a token, which is for nothing but repositories", async () => {
    const owner = holders["owner of the organization"] as Caller;
    const grants: Grant[] = [{ type: "repository", repositoryId: "r1", name: "alice/app", actions: ["pull"] }];
    const bound: Caller = { ...owner, grants, how: "bearer" };
    expect(await may(bound, on("pull", "private"))).toBe(true);
    expect(await may(bound, on("push", "private"))).toBe(false);
    expect(await may(bound, { on: "account", action: "look", account: organization })).toBe(false);
    const reader: Caller = {
      ...(holders.reader as Caller),
      grants: [{ ...grants[0], actions: ["*"] } as Grant],
      how: "bearer",
    };
    expect(await may(reader, on("push", "private"))).toBe(false);
  });
});

describe("a service account", () => {
  const robot = (more: Partial<AccountRow> = {}): Caller => ({
    account: account("robot", { kind: "service", ownerId: "alice", ...more }),
    grants: null,
    how: "basic",
  });
  const itself = { id: "robot", kind: "service", ownerId: "alice" } as const;
  const owner: Caller = {
    account: account("o", { rights: { ...noRights, owns: ["alice"] } }),
    grants: null,
    how: "basic",
  };
  const administer = (subject: { id: string; kind: AccountRow["kind"]; ownerId?: string }): Question => ({
    on: "account",
    action: "administer",
    account: subject,
  });

  it("may what it was granted on repositories, and nothing of its organization beside", async () => {
    expect(await may(robot(), on("pull", "private"))).toBe(false);
    expect(await may(robot(granted("read-write", "r1")), on("push", "private"))).toBe(true);
    expect(await may(robot(granted("admin", null)), inNamespace("create", "alice"))).toBe(true);
    expect(await may(robot(granted("read-write", null)), inNamespace("create", "alice"))).toBe(false);
  });

  it("manages nobody, also where a row would say that it does", async () => {
    const rights = { ...noRights, owns: ["alice"], memberOf: ["alice"], teams: ["t1"], leads: ["t1"] };
    for (const question of [
      administer(itself),
      administer({ id: "alice", kind: "organization" }),
      { on: "account", action: "look", account: { id: "alice", kind: "organization" } },
      { on: "team", action: "administer", team: { id: "t1", organizationId: "alice" } },
      { on: "registry", action: "administer" },
    ] as Question[])
      expect(await may(robot({ rights }), question)).toBe(false);
  });

  it("is kept by its organization's owners and by system admins, and is nobody's namespace", async () => {
    expect(await may(owner, administer(itself))).toBe(true);
    expect(await may(owner, administer({ ...itself, ownerId: "carol" }))).toBe(false);
    expect(await may(callers.admin as Caller, administer(itself))).toBe(true);
    const within: Question = { on: "namespace", action: "create", account: itself, name: "alice+robot/app" };
    for (const caller of [owner, robot(), callers.admin as Caller]) expect(await may(caller, within)).toBe(false);
  });
});

describe("may()", () => {
  const table: [string, Question, string[]][] = [
    ["pull a public repository", on("pull", "public"), ["anonymous", "owner", "stranger", "admin"]],
    ["pull a private repository", on("pull", "private"), ["owner", "admin"]],
    ["push to a public repository", on("push", "public"), ["owner", "admin"]],
    ["push to a private repository", on("push", "private"), ["owner", "admin"]],
    ["delete in a public repository", on("delete", "public"), ["owner", "admin"]],
    ["administer a public repository", on("administer", "public"), ["owner", "admin"]],
    ["create in the namespace", inNamespace("create", "alice"), ["owner", "admin"]],
    ["look into the namespace", inNamespace("look", "alice"), ["owner", "admin"]],
    ["create a namespace", inNamespace("create", null), ["admin"]],
    ["administer the registry", { on: "registry", action: "administer" }, ["admin"]],
  ];
  it.each(table)("lets only the right ones %s", async (_what, question, allowed) => {
    const yes: string[] = [];
    for (const [name, caller] of Object.entries(callers)) if (await may(caller, question)) yes.push(name);
    expect(yes).toEqual(allowed);
  });

  const grant = (actions: string[], repositoryId = "r1"): Grant => ({
    type: "repository",
    repositoryId,
    name: "alice/app",
    actions,
  });
  const coming = (namespaceId: string | null, name = "alice/app", actions = ["push"]): Grant => ({
    type: "new-repository",
    namespaceId,
    name,
    actions,
  });
  const bounds: [string, Grant[], Question, boolean][] = [
    ["no grant", [], on("pull", "private"), false],
    ["no grant, a public repository", [], on("pull", "public"), false],
    ["the catalog's grant", [{ type: "catalog", actions: ["*"] }], on("pull", "private"), false],
    ["the action's grant", [grant(["pull"])], on("pull", "private"), true],
    ["another action's grant", [grant(["pull"])], on("push", "private"), false],
    ["another repository's grant of the same name", [grant(["*"], "r2")], on("pull", "private"), false],
    ["all actions", [grant(["*"])], on("administer", "private"), true],
    ["each action but not all", [grant(["pull", "push", "delete"])], on("administer", "private"), false],
    ["an action called administer", [grant(["administer"])], on("administer", "private"), false],
    ["a grant for the repository to come, made since", [coming("alice")], on("push", "private"), true],
    ["a grant for one to come, in another namespace of that name", [coming("other")], on("push", "private"), false],
    ["a grant for one to come, namespace and all", [coming(null)], on("push", "private"), true],
    ["a grant for one to come", [coming("alice", "alice/new")], inNamespace("create", "alice"), true],
    ["a grant for another to come", [coming("alice", "alice/x")], inNamespace("create", "alice"), false],
    [
      "a grant for one to come, pull only",
      [coming("alice", "alice/new", ["pull"])],
      inNamespace("create", "alice"),
      false,
    ],
    [
      "a grant for one to come, pull only",
      [coming("alice", "alice/new", ["pull"])],
      inNamespace("look", "alice"),
      true,
    ],
    ["all of one repository", [grant(["*"])], inNamespace("create", "alice"), false],
    ["all of one repository", [grant(["*"])], { on: "registry", action: "administer" }, false],
  ];
  it.each(bounds)("a token with %s: %j %j is %s", async (_what, grants, question, allowed) => {
    const owner = { account: account("alice"), grants, how: "bearer" } as const;
    expect(await may(owner, question)).toBe(allowed);
    // A token never gives what its account has not.
    const stranger = { account: account("bob"), grants, how: "bearer" } as const;
    const visible =
      question.on === "repository" && question.action === "pull" && question.repository.visibility === "public";
    if (!visible) expect(await may(stranger, question)).toBe(false);
  });
});
