import { describe, expect, it } from "vitest";
import type { Caller, Grant } from "#core/access/caller.ts";
import { may, type Question } from "#core/access/may.ts";

const account = (id: string, more: object = {}) =>
  ({ id, name: id, kind: "user", isAdmin: false, isActive: true, passwordHash: "x", ...more }) as const;
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
