// The shapes of eNZi's API: accounts, organizations, teams and their members, as DTR's clients know them.
import { z } from "@hono/zod-openapi";
import type { AccountRow, Caller } from "#core/access/caller.ts";
import type { Membership } from "#core/accounts/members.ts";
import type { TeamRow } from "#core/accounts/teams.ts";

/** Berth's own, as DTR 1.x had it: a level on every repository. */
const globalRole = z.enum(["none", "read-only", "read-write"]);

export const createAccountForm = z
  .object({
    name: z.string().max(200),
    fullName: z.string().max(200).optional(),
    isOrg: z.boolean().optional(),
    isAdmin: z.boolean().optional(),
    isActive: z.boolean().optional(),
    password: z.string().max(10_000).optional(),
    globalRole: globalRole.optional(),
  })
  .openapi("enzi.forms.CreateAccount", { example: { name: "ahab", fullName: "Captain Ahab", password: "…" } });
export const updateAccountForm = z
  .object({
    fullName: z.string().max(200).optional(),
    isAdmin: z.boolean().optional(),
    isActive: z.boolean().optional(),
    globalRole: globalRole.optional(),
  })
  .openapi("enzi.forms.UpdateAccount", { example: { fullName: "Captain Ahab" } });
export const changePasswordForm = z
  .object({ oldPassword: z.string().max(10_000).optional(), newPassword: z.string().max(10_000) })
  .openapi("enzi.forms.ChangePassword");
export const membershipForm = z
  .object({ isAdmin: z.boolean().optional() })
  .openapi("enzi.forms.SetMembership", { example: { isAdmin: false } });
export const createTeamForm = z
  .object({ name: z.string().max(200), description: z.string().max(1000).optional() })
  .openapi("enzi.forms.CreateTeam", { example: { name: "frontend", description: "What people see" } });
export const updateTeamForm = z
  .object({ name: z.string().max(200).optional(), description: z.string().max(1000).optional() })
  .openapi("enzi.forms.UpdateTeam", { example: { description: "What people see" } });

export const accountAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    fullName: z.string(),
    isOrg: z.boolean(),
    /** Berth's own: there, and true, only for a machine's account of an organization. */
    isServiceAccount: z.boolean().optional(),
    isAdmin: z.boolean().optional(),
    isActive: z.boolean().optional(),
    globalRole: globalRole.optional(),
    /** Whether there is a second factor: for the user himself and for system admins. */
    otpEnabled: z.boolean().optional(),
  })
  .openapi("enzi.responses.Account");
export const teamAnswer = z
  .object({
    id: z.string(),
    orgID: z.string(),
    name: z.string(),
    description: z.string(),
    membersCount: z.number().int(),
    clientUserIsMember: z.boolean(),
  })
  .openapi("enzi.responses.Team");
export const memberAnswer = z.object({ member: accountAnswer, isAdmin: z.boolean() }).openapi("enzi.responses.Member");
const next = { nextPageStart: z.string() };
export const accountsAnswer = z
  .object({ accounts: z.array(accountAnswer), ...next, resourceCount: z.number().int() })
  .openapi("enzi.responses.Accounts");
export const membersAnswer = z.object({ members: z.array(memberAnswer), ...next }).openapi("enzi.responses.Members");
export const memberOrgsAnswer = z
  .object({ memberOrgs: z.array(z.object({ org: accountAnswer, isAdmin: z.boolean() })), ...next })
  .openapi("enzi.responses.MemberOrgs");
export const teamsAnswer = z.object({ teams: z.array(teamAnswer), ...next }).openapi("enzi.responses.Teams");
export const memberTeamsAnswer = z
  .object({ memberTeams: z.array(z.object({ team: teamAnswer, isAdmin: z.boolean() })), ...next })
  .openapi("enzi.responses.MemberTeams");

type Shown = Pick<AccountRow, "id" | "name" | "fullName" | "kind" | "isAdmin" | "isActive">;

/** An account in eNZi's words. */
export function describeAccount(row: Shown & Partial<AccountRow>, isWhole = true): z.infer<typeof accountAnswer> {
  const { id, name, fullName, kind, isAdmin, isActive, rights } = row;
  const isOrg = kind === "organization";
  const machine = kind === "service" ? { isServiceAccount: true } : {};
  const role = rights && kind === "user" ? { globalRole: rights.globalRole ?? ("none" as const) } : {};
  return { id, name, fullName, isOrg, ...machine, ...(isWhole ? { isAdmin, isActive, ...role } : {}) };
}

/** An account for itself, and for who may administer it. */
export function describeFully(row: AccountRow): z.infer<typeof accountAnswer> {
  return { ...describeAccount(row), ...(row.kind === "user" && { otpEnabled: row.hasSecondFactor }) };
}

/** A team, for whoever asks: whether he belongs to it is DTR's addition. */
export function describeTeam({ account }: Caller, { id, organizationId, name, description, membersCount }: TeamRow) {
  const clientUserIsMember = account?.rights.teams.includes(id) ?? false;
  return { id, orgID: organizationId, name, description, membersCount, clientUserIsMember };
}

export function describeMember({ account, isAdmin }: Membership): z.infer<typeof memberAnswer> {
  return { member: describeAccount(account), isAdmin };
}
