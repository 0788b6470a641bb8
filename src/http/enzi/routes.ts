// eNZi's API on its own path: the people and teams that DTR's clients manage.
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import {
  type AccountFilter,
  changeAccount,
  changePassword,
  createAccount,
  deleteAccount,
  lookAtAccount,
  pageAccounts,
} from "#core/accounts/accounts.ts";
import { reachTeam } from "#core/accounts/find.ts";
import {
  getMember,
  pageMembers,
  pageOrganizationsOf,
  pageTeamsOf,
  removeMember,
  setMember,
} from "#core/accounts/members.ts";
import {
  changeTeam,
  createTeam,
  getTeamMember,
  pageTeamMembers,
  pageTeams,
  removeTeam,
  removeTeamMember,
  setTeamMember,
} from "#core/accounts/teams.ts";
import { definite } from "../api/request.ts";
import { apiShell } from "../api/shell.ts";
import { type Asked, type Declaring, declare } from "../declare.ts";
import type { AppEnv, Surface } from "../environment.ts";
import { headOf } from "../head.ts";
import { clientAddress } from "../origin.ts";
import { enziWords } from "./document.ts";
import {
  accountAnswer,
  accountsAnswer,
  changePasswordForm,
  createAccountForm,
  createTeamForm,
  describeAccount,
  describeFully,
  describeMember,
  describeTeam,
  memberAnswer,
  memberOrgsAnswer,
  membersAnswer,
  membershipForm,
  memberTeamsAnswer,
  teamAnswer,
  teamsAnswer,
  updateAccountForm,
  updateTeamForm,
} from "./forms.ts";
import { filterQuery, pageQuery, readFilter, readStart, withNext } from "./page.ts";

const { base } = enziWords;
const accountFilters = [
  ...(["all", "users", "orgs", "admins", "non-admins", "active-users", "inactive-users"] as const),
  /** Berth's own. */
  "service-accounts" as const,
];
const memberFilters = ["all", "admins", "non-admins"] as const;
const names = (...params: string[]) => z.object(Object.fromEntries(params.map((name) => [name, z.string()])));

export function enziRoutes(surface: Surface): OpenAPIHono<AppEnv> {
  return apiShell(enziWords, (app) => {
    accountRoutes({ surface, app, base, tag: "accounts" });
    memberRoutes({ surface, app, base, tag: "members" });
    teamRoutes({ surface, app, base, tag: "teams" });
    teamMemberRoutes({ surface, app, base, tag: "teams" });
  });
}

function accountRoutes(to: Declaring): void {
  const { ctx, around } = to.surface;
  const one = { path: "/accounts/{account}", params: names("account"), status: 200, answer: accountAnswer } as const;
  declare(
    to,
    {
      method: "get",
      path: "/accounts",
      summary: "all accounts",
      query: filterQuery,
      status: 200,
      answer: accountsAnswer,
    },
    async ({ c, caller }) => {
      const filter: AccountFilter = readFilter(c, accountFilters);
      const { items, next, total } = await pageAccounts(ctx, caller, { filter, ...readStart(c) });
      c.header("X-Resource-Count", String(total));
      return withNext(c, { accounts: items.map(describeFully), resourceCount: total }, next);
    },
  );
  declare(
    to,
    {
      method: "post",
      path: "/accounts",
      summary: "create a user or an organization",
      form: createAccountForm,
      alsoKnown: ["searchLDAP"],
      status: 201,
      answer: accountAnswer,
    },
    async ({ caller, form }) => {
      const read = async () => {
        const { globalRole, ...rest } = await form();
        return { ...rest, globalRole: roleOf(globalRole) };
      };
      return describeFully(await createAccount(ctx, caller, read));
    },
  );
  declare(to, { ...one, method: "get", summary: "one account" }, async ({ caller, param }) => {
    const { account, isWhole } = await lookAtAccount(ctx, caller, param("account"));
    return isWhole ? describeFully(account) : describeAccount(account, false);
  });
  declare(
    to,
    { ...one, method: "patch", summary: "change an account", form: updateAccountForm },
    async ({ caller, param, form }) => {
      const read = async () => {
        const { globalRole, ...rest } = await form();
        return definite({ ...rest, ...(globalRole === undefined ? {} : { globalRole: roleOf(globalRole) }) });
      };
      return describeFully(await changeAccount(ctx, caller, param("account"), read));
    },
  );
  declare(
    to,
    {
      method: "delete",
      path: "/accounts/{account}",
      params: names("account"),
      summary: "delete an account and its repositories",
      status: 204,
    },
    ({ caller, param }) => deleteAccount(ctx, caller, param("account")),
  );
  declare(
    to,
    {
      ...one,
      method: "post",
      path: "/accounts/{account}/changePassword",
      summary: "set a password",
      form: changePasswordForm,
    },
    async ({ c, caller, param, form }) => {
      const address = clientAddress(headOf(c, around), around);
      const read = async () => ({ ...(await form()), address });
      return describeFully(await changePassword(ctx, caller, param("account"), read));
    },
  );
  declare(
    to,
    {
      method: "get",
      path: "/accounts/{account}/organizations",
      params: names("account"),
      summary: "organizations that a user belongs to",
      query: pageQuery,
      status: 200,
      answer: memberOrgsAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pageOrganizationsOf(ctx, caller, param("account"), readStart(c));
      const memberOrgs = items.map(({ account, isAdmin }) => ({ org: describeAccount(account), isAdmin }));
      return withNext(c, { memberOrgs }, next);
    },
  );
}

function memberRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const members = "/accounts/{account}/members";
  const one = {
    path: `${members}/{member}`,
    params: names("account", "member"),
    status: 200,
    answer: memberAnswer,
  } as const;
  const named = ({ param }: Pick<Asked<z.ZodType>, "param">) => ({
    organization: param("account"),
    member: param("member"),
  });
  declare(
    to,
    {
      method: "get",
      path: members,
      params: names("account"),
      summary: "members of an organization",
      query: filterQuery,
      status: 200,
      answer: membersAnswer,
    },
    async ({ c, caller, param }) => {
      const page = { filter: readFilter(c, memberFilters), ...readStart(c) };
      const { items, next } = await pageMembers(ctx, caller, param("account"), page);
      return withNext(c, { members: items.map(describeMember) }, next);
    },
  );
  declare(to, { ...one, method: "get", summary: "one membership" }, async (asked) =>
    describeSet(await getMember(ctx, asked.caller, named(asked))),
  );
  for (const method of ["put", "patch"] as const)
    declare(
      to,
      { ...one, method, summary: "add a member, or make one an owner", form: membershipForm },
      async (asked) => {
        const { isAdmin } = await asked.form();
        const set = { isAdmin, mustExist: method === "patch" };
        return describeSet(await setMember(ctx, asked.caller, named(asked), set));
      },
    );
  declare(
    to,
    { method: "delete", path: one.path, params: one.params, summary: "remove a member", status: 204 },
    (asked) => removeMember(ctx, asked.caller, named(asked)),
  );
  declare(
    to,
    {
      method: "get",
      path: `${one.path}/teams`,
      params: one.params,
      summary: "teams of a member",
      query: pageQuery,
      status: 200,
      answer: memberTeamsAnswer,
    },
    async (asked) => {
      const { items, next } = await pageTeamsOf(ctx, asked.caller, named(asked), readStart(asked.c));
      const memberTeams = items.map(({ team, isAdmin }) => ({ team: describeTeam(asked.caller, team), isAdmin }));
      return withNext(asked.c, { memberTeams }, next);
    },
  );
}

const teamPath = "/accounts/{account}/teams/{team}";

function teamRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = { path: teamPath, params: names("account", "team"), status: 200, answer: teamAnswer } as const;
  const named = ({ param }: Pick<Asked<z.ZodType>, "param">) => ({
    organization: param("account"),
    team: param("team"),
  });
  declare(
    to,
    {
      method: "get",
      path: "/accounts/{account}/teams",
      params: names("account"),
      summary: "teams of an organization",
      query: pageQuery,
      status: 200,
      answer: teamsAnswer,
    },
    async ({ c, caller, param }) => {
      const { items, next } = await pageTeams(ctx, caller, param("account"), readStart(c));
      return withNext(c, { teams: items.map((team) => describeTeam(caller, team)) }, next);
    },
  );
  declare(
    to,
    {
      method: "post",
      path: "/accounts/{account}/teams",
      params: names("account"),
      summary: "create a team",
      form: createTeamForm,
      status: 201,
      answer: teamAnswer,
    },
    async ({ caller, param, form }) =>
      describeTeam(caller, await createTeam(ctx, caller, param("account"), await form())),
  );
  declare(to, { ...one, method: "get", summary: "one team" }, async (asked) =>
    describeTeam(asked.caller, await reachTeam(ctx, asked.caller, named(asked))),
  );
  declare(to, { ...one, method: "patch", summary: "rename or describe a team", form: updateTeamForm }, async (asked) =>
    describeTeam(asked.caller, await changeTeam(ctx, asked.caller, named(asked), definite(await asked.form()))),
  );
  declare(
    to,
    { method: "delete", path: teamPath, params: one.params, summary: "delete a team", status: 204 },
    (asked) => removeTeam(ctx, asked.caller, named(asked)),
  );
}

function teamMemberRoutes(to: Declaring): void {
  const { ctx } = to.surface;
  const one = {
    path: `${teamPath}/members/{member}`,
    params: names("account", "team", "member"),
    status: 200,
    answer: memberAnswer,
  } as const;
  const named = ({ param }: Pick<Asked<z.ZodType>, "param">) => ({
    organization: param("account"),
    team: param("team"),
    member: param("member"),
  });
  declare(
    to,
    {
      method: "get",
      path: `${teamPath}/members`,
      params: names("account", "team"),
      summary: "members of a team",
      query: filterQuery,
      status: 200,
      answer: membersAnswer,
    },
    async ({ c, caller, param }) => {
      const page = { filter: readFilter(c, memberFilters), ...readStart(c) };
      const team = { organization: param("account"), team: param("team") };
      const { items, next } = await pageTeamMembers(ctx, caller, team, page);
      return withNext(c, { members: items.map(describeMember) }, next);
    },
  );
  declare(to, { ...one, method: "get", summary: "one membership" }, async (asked) =>
    describeSet(await getTeamMember(ctx, asked.caller, named(asked))),
  );
  for (const method of ["put", "patch"] as const)
    declare(to, { ...one, method, summary: "add a member, or make one lead", form: membershipForm }, async (asked) => {
      const { isAdmin } = await asked.form();
      const set = { isAdmin, mustExist: method === "patch" };
      return describeSet(await setTeamMember(ctx, asked.caller, named(asked), set));
    });
  declare(
    to,
    { method: "delete", path: one.path, params: one.params, summary: "remove a member", status: 204 },
    (asked) => removeTeamMember(ctx, asked.caller, named(asked)),
  );
}

function describeSet({ member, isAdmin }: Awaited<ReturnType<typeof setMember>>) {
  return { member: describeAccount(member), isAdmin };
}

function roleOf(role: "none" | "read-only" | "read-write" | undefined) {
  return role === undefined || role === "none" ? null : role;
}
