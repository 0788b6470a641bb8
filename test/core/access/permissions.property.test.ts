// For random sequences of changes, what each may do and see is what DTR's documentation says, at every step.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asOf } from "#core/access/as-of.ts";
import { anonymous, type Caller, viewerOf } from "#core/access/caller.ts";
import { may } from "#core/access/may.ts";
import { reachRepository } from "#core/access/reach.ts";
import { changeAccount, createAccount } from "#core/accounts/accounts.ts";
import { removeMember, setMember } from "#core/accounts/members.ts";
import { createTeam, removeTeamMember, setTeamMember } from "#core/accounts/teams.ts";
import { grantPattern, pagePatterns, removePattern } from "#core/grants/pattern-access.ts";
import {
  removeNamespaceTeam,
  removeRepositoryTeam,
  setNamespaceTeam,
  setRepositoryTeam,
} from "#core/grants/team-access.ts";
import { removeRepositoryUser, setRepositoryUser } from "#core/grants/user-access.ts";
import { changeRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { listRepositories } from "#db/queries/repositories.ts";
import type { Viewer } from "#db/queries/visible.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { type Level, PermissionsModel } from "./permissions-model.ts";

const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 25);
const people = ["ann", "ben", "cat"];
const organizations = ["one", "two"];
const teams = ["red", "blue"];
const paths = ["one/a", "one/b", "one/b/x_a", "one/b/x-a", "two/a", "ann/own", "ben/own"];
const patterns = ["a", "a*", "*", "b*_a", "*a", "b*x*a", "b/x*", "b/x_a"];
const levels: Level[] = ["read-only", "read-write", "admin"];
const actions = ["pull", "push", "administer"] as const;

type Change =
  | { do: "team member"; org: string; team: string; person: string; is: boolean }
  | { do: "owner"; org: string; person: string; is: boolean }
  | { do: "leave"; org: string; person: string }
  | { do: "grant"; path: string; team: string; level: Level | null }
  | { do: "user grant"; path: string; person: string; level: Level | null; ends: boolean }
  | { do: "pattern"; org: string; team: string | null; person: string; pattern: string; level: Level | null }
  | { do: "hours pass" }
  | { do: "whole"; org: string; team: string; level: Level | null }
  | { do: "role"; person: string; role: "none" | "read-only" | "read-write" }
  | { do: "flag"; person: string; flag: "isAdmin" | "isActive"; is: boolean }
  | { do: "visibility"; path: string; isPublic: boolean };

const [person, org, team] = [people, organizations, teams].map((list) => fc.constantFrom(...list)) as [
  fc.Arbitrary<string>,
  fc.Arbitrary<string>,
  fc.Arbitrary<string>,
];
const path = fc.constantFrom(...paths);
const level = fc.option(fc.constantFrom(...levels));
const is = fc.boolean();
const of = <K extends Change["do"]>(name: K, fields: object) =>
  fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Change>;
const often = (arbitrary: fc.Arbitrary<Change>) => ({ weight: 5, arbitrary });
const change = fc.oneof(
  often(of("team member", { org, team, person, is: fc.constantFrom(true, true, true, false) })),
  often(of("grant", { path: fc.constantFrom("one/a", "one/b", "two/a"), team, level })),
  of("whole", { org, team, level }),
  of("user grant", { path, person, level, ends: is }),
  of("pattern", { org, team: fc.option(team), person, pattern: fc.constantFrom(...patterns), level }),
  of("hours pass", {}),
  of("owner", { org, person, is }),
  of("leave", { org, person }),
  of("role", { person, role: fc.constantFrom("none", "read-only", "read-write") }),
  of("flag", { person, flag: fc.constantFrom("isAdmin", "isActive"), is }),
  of("visibility", { path, isPublic: is }),
);

let target: Target;
let admin: Caller;
beforeAll(async () => {
  target = await startTarget("socket");
  const { ctx } = target;
  admin = { account: await findAccountByName(ctx.db, "admin"), grants: null, how: "basic" };
  for (const name of people) await createAccount(ctx, admin, async () => ({ name, password: "correct horse" }));
  for (const name of organizations) {
    await createAccount(ctx, admin, async () => ({ name, isOrg: true }));
    // Somebody else owns it for good.
    await setMember(ctx, admin, { organization: name, member: "admin" }, { isAdmin: true });
    for (const team of teams) await createTeam(ctx, admin, name, { name: team });
  }
  for (const path of paths) {
    const slash = path.indexOf("/");
    const [namespace, name] = [path.slice(0, slash), path.slice(slash + 1)];
    await createRepository(ctx, admin, { namespace, name, visibility: "private" });
  }
});
afterAll(() => target.close());

it("what succeeds is what the documentation says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 40, size: "max" }), async (changes) => {
      const model = new PermissionsModel();
      await startOver(model);
      for (const one of changes) {
        await apply(one);
        tell(model, one);
      }
      await compare(model);
    }),
    { numRuns: runs },
  );
}, 60_000);

async function startOver(model: PermissionsModel): Promise<void> {
  for (const name of people) {
    await apply({ do: "flag", person: name, flag: "isAdmin", is: false });
    await apply({ do: "flag", person: name, flag: "isActive", is: true });
    await apply({ do: "role", person: name, role: "none" });
    for (const org of organizations) await apply({ do: "leave", org, person: name });
    model.people.set(name, { isAdmin: false, isActive: true, globalRole: "none" });
  }
  for (const org of organizations) {
    for (const team of teams) await apply({ do: "whole", org, team, level: null });
    await forgetPatterns(org, () => true);
  }
  for (const path of paths) {
    await apply({ do: "visibility", path, isPublic: false });
    const namespace = path.split("/")[0] as string;
    model.repositories.set(path, { namespace, isPublic: false });
    for (const person of people) await apply({ do: "user grant", path, person, level: null, ends: false });
    if (organizations.includes(namespace))
      for (const team of teams) await apply({ do: "grant", path, team, level: null });
  }
}

/** What was not there cannot be taken away: that changes nothing. */
const unless = (code: string) => (error: { code?: string }) => {
  if (error.code !== code) throw error;
};

async function apply(c: Change): Promise<void> {
  const { ctx } = target;
  if (c.do === "team member") {
    const names = { organization: c.org, team: c.team, member: c.person };
    if (c.is) await setTeamMember(ctx, admin, names, {});
    else await removeTeamMember(ctx, admin, names).catch(unless("NO_SUCH_MEMBER"));
  } else if (c.do === "owner")
    await setMember(ctx, admin, { organization: c.org, member: c.person }, { isAdmin: c.is });
  else if (c.do === "leave")
    await removeMember(ctx, admin, { organization: c.org, member: c.person }).catch(unless("NO_SUCH_MEMBER"));
  else if (c.do === "grant") {
    const names = { path: c.path, team: c.team };
    if (c.level) await setRepositoryTeam(ctx, admin, names, given(c.level));
    else await removeRepositoryTeam(ctx, admin, names).catch(unless("NO_SUCH_REPOSITORY_TEAM_ACCESS"));
  } else if (c.do === "user grant") {
    const names = { path: c.path, user: c.person };
    const expiresAt = c.ends ? new Date(ctx.clock.now().getTime() + 3_600_000) : null;
    if (c.level) await setRepositoryUser(ctx, admin, names, given(c.level, expiresAt));
    else await removeRepositoryUser(ctx, admin, names).catch(unless("NO_SUCH_REPOSITORY_USER_ACCESS"));
  } else if (c.do === "pattern") await setPattern(c);
  else if (c.do === "hours pass") target.clock.advance(2 * 3600);
  else if (c.do === "whole") {
    const names = { namespace: c.org, team: c.team };
    if (c.level) await setNamespaceTeam(ctx, admin, names, given(c.level));
    else await removeNamespaceTeam(ctx, admin, names).catch(unless("NO_SUCH_NAMESPACE_TEAM_ACCESS"));
  } else if (c.do === "role")
    await changeAccount(ctx, admin, c.person, async () => ({ globalRole: c.role === "none" ? null : c.role }));
  else if (c.do === "flag") await changeAccount(ctx, admin, c.person, async () => ({ [c.flag]: c.is }));
  else await changeRepository(ctx, admin, c.path, async () => ({ visibility: c.isPublic ? "public" : "private" }));
}

const given =
  (level: Level, expiresAt: Date | null = null) =>
  async () => ({ level, expiresAt });

async function setPattern({ org, team, person, pattern, level }: Extract<Change, { do: "pattern" }>): Promise<void> {
  const { ctx } = target;
  const whom = team === null ? { user: person } : { team };
  if (level) await grantPattern(ctx, admin, org, async () => ({ pattern, level, ...whom }));
  else
    await forgetPatterns(
      org,
      (row) => row.pattern === pattern && (team === null ? row.user === person : row.team === team),
    );
}

async function forgetPatterns(
  org: string,
  which: (row: { pattern: string; team: string | null; user: string | null }) => boolean,
) {
  const { items } = await pagePatterns(target.ctx, admin, org, { after: "", limit: 1000 });
  for (const row of items.filter(which)) await removePattern(target.ctx, admin, { namespace: org, id: row.id });
}

function tell(model: PermissionsModel, c: Change): void {
  const put = (set: Set<string>, value: string, is: boolean) => void (is ? set.add(value) : set.delete(value));
  if (c.do === "team member") put(model.members, `${c.org}/${c.team} ${c.person}`, c.is);
  else if (c.do === "owner") put(model.owners, `${c.org} ${c.person}`, c.is);
  else if (c.do === "leave") {
    model.owners.delete(`${c.org} ${c.person}`);
    for (const team of teams) model.members.delete(`${c.org}/${team} ${c.person}`);
  } else if (c.do === "grant" || c.do === "whole") {
    const on = c.do === "grant" ? c.path : c.org;
    const key = `${on.split("/")[0]}/${c.team} ${on}`;
    if (c.level) model.grants.set(key, c.level);
    else model.grants.delete(key);
  } else if (c.do === "user grant") {
    const key = `${c.person} ${c.path}`;
    model.ending.delete(key);
    if (c.level) model.grants.set(key, c.level);
    else model.grants.delete(key);
    if (c.level && c.ends) model.ending.add(key);
  } else if (c.do === "pattern") {
    const key = `${c.team === null ? c.person : `${c.org}/${c.team}`} ${c.org}/${c.pattern} pattern`;
    if (c.level) model.grants.set(key, c.level);
    else model.grants.delete(key);
  } else if (c.do === "hours pass") {
    for (const key of model.ending) model.grants.delete(key);
    model.ending.clear();
  } else if (c.do === "role") (model.people.get(c.person) as { globalRole: string }).globalRole = c.role;
  else if (c.do === "flag") (model.people.get(c.person) as unknown as Record<string, boolean>)[c.flag] = c.is;
  else (model.repositories.get(c.path) as { isPublic: boolean }).isPublic = c.isPublic;
}

async function compare(model: PermissionsModel): Promise<void> {
  const { ctx } = target;
  const wrong: string[] = [];
  for (const name of [null, ...people]) {
    const found = name === null ? null : await findAccountByName(ctx.db, name);
    const account = found && asOf(found, ctx.clock.now());
    const caller: Caller = account ? { account, grants: null, how: "basic" } : anonymous;
    const isOut = account !== null && !account.isActive;
    for (const path of paths)
      for (const action of actions) {
        const can = await reachRepository(ctx, caller, path, action).then(
          async (repository) => may(caller, { on: "repository", action, repository }),
          () => false,
        );
        if (can !== model.may(name, action, path)) wrong.push(`${name} ${action} ${path}: ${can}`);
      }
    if (isOut) continue; // No list is made for who cannot log in.
    const seen = paths.filter((path) => model.may(name, "pull", path)).sort();
    const got = await listInPages(viewerOf(caller, ctx.clock.now()));
    if (JSON.stringify(got) !== JSON.stringify(seen)) wrong.push(`${name} sees ${got}, not ${seen}`);
  }
  expect(wrong).toEqual([]);
}

/** By pages of two: what is granted in several ways must not take another's place in one. */
async function listInPages(viewer: Viewer): Promise<string[]> {
  const listed: string[] = [];
  for (;;) {
    const page = await listRepositories(target.ctx.db, { viewer, after: listed.at(-1) ?? "", limit: 2 });
    listed.push(...page.map(({ path }) => path));
    if (page.length < 2) return listed;
  }
}
