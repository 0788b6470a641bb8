// The teams of an organization and who belongs to them.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import {
  deleteTeam,
  deleteTeamMember,
  findTeam,
  findTeamMembership,
  insertTeam,
  listTeamMembers,
  listTeams,
  type MemberFilter,
  type Membership,
  putMember,
  putTeamMember,
  type TeamRow,
  updateTeam,
} from "#db/queries/accounts/organizations.ts";
import { registryError } from "#oci/error.ts";
import { isUuid } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import type { Needs } from "../context.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, reachOrganization, reachTeam, requireMay } from "./find.ts";
import { type Page, type Paged, pageOf } from "./page.ts";

export type { TeamRow };

interface TeamNames {
  organization: string;
  team: string;
}

/** Letters, digits and what stands between them; slashes make groups of teams. */
const teamName = /^[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9])?(?:\/[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9])?)*$/;

function requireTeamName(name: string): void {
  if (name.length > 100 || isUuid(name) || !teamName.test(name))
    throw registryError(
      "INVALID_TEAM_NAME",
      'a team name has 1 to 100 letters and digits, with ".", "_", "-", spaces and slashes between them, and is no UUID',
    );
}

export async function pageTeams(
  ctx: Needs<"db">,
  caller: Caller,
  organization: string,
  page: Page,
): Promise<Paged<TeamRow>> {
  const { id } = await reachOrganization(ctx, caller, organization, "look");
  return pageOf(
    page,
    ({ name }) => name,
    (limit) => listTeams(ctx.db, id, { ...page, limit }),
  );
}

/** @throws NO_SUCH_ACCOUNT, NOT_AUTHORIZED, INVALID_TEAM_NAME, TEAM_EXISTS. */
export async function createTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  organizationName: string,
  form: { name: string; description?: string | undefined },
): Promise<TeamRow> {
  const organization = await reachOrganization(ctx, caller, organizationName, "administer");
  requireTeamName(form.name);
  const row = { id: crypto.randomUUID(), organizationId: organization.id, name: form.name };
  const description = form.description ?? "";
  const told = { type: "team.create" as const, object: `${organization.name}/${form.name}`, detail: { description } };
  const made = await changing(ctx, caller, told, async (tx, now) =>
    (await insertTeam(tx, { ...row, description, now })) ? findTeam(tx, organization.id, row.id) : null,
  );
  if (!made) throw registryError("TEAM_EXISTS");
  return made;
}

/** A team that the caller may change. */
async function reachToChange(ctx: Needs<"db">, caller: Caller, names: TeamNames): Promise<TeamRow> {
  const team = await reachTeam(ctx, caller, names);
  await requireMay(caller, { on: "team", action: "administer", team });
  return team;
}

/** Renames or describes. @throws NO_SUCH_ACCOUNT, NO_SUCH_TEAM, NOT_AUTHORIZED, INVALID_TEAM_NAME, TEAM_EXISTS. */
export async function changeTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  names: TeamNames,
  change: { name?: string; description?: string },
): Promise<TeamRow> {
  const team = await reachToChange(ctx, caller, names);
  if (change.name !== undefined) requireTeamName(change.name);
  const before = { name: team.name, description: team.description };
  const told = {
    type: "team.update" as const,
    object: `${names.organization}/${team.name}`,
    detail: { before, ...change },
  };
  const changed = await changing(ctx, caller, told, async (tx) =>
    (await updateTeam(tx, team, change)) ? findTeam(tx, team.organizationId, team.id) : null,
  );
  if (!changed) throw registryError("TEAM_EXISTS");
  return changed;
}

/** @throws NO_SUCH_ACCOUNT, NO_SUCH_TEAM, NOT_AUTHORIZED. */
export async function removeTeam(ctx: ChangeNeeds, caller: Caller, names: TeamNames): Promise<void> {
  await reachOrganization(ctx, caller, names.organization, "administer");
  const team = await reachTeam(ctx, caller, names);
  const detail = { before: { name: team.name, description: team.description } };
  const told = { type: "team.delete" as const, object: `${names.organization}/${team.name}`, detail };
  const gone = await changing(ctx, caller, told, async (tx) => (await deleteTeam(tx, team.id)) || null);
  if (!gone) throw registryError("NO_SUCH_TEAM");
}

export async function pageTeamMembers(
  ctx: Needs<"db">,
  caller: Caller,
  names: TeamNames,
  page: Page & { filter: MemberFilter },
): Promise<Paged<Membership>> {
  const team = await reachTeam(ctx, caller, names);
  return pageOf(
    page,
    ({ account }) => account.name,
    (limit) => listTeamMembers(ctx.db, team.id, { ...page, limit }),
  );
}

type MemberNames = TeamNames & { member: string };

/** @throws NO_SUCH_ACCOUNT, NO_SUCH_TEAM, NO_SUCH_USER, NO_SUCH_MEMBER, NOT_AUTHORIZED. */
export async function getTeamMember(
  ctx: Needs<"db">,
  caller: Caller,
  names: MemberNames,
): Promise<{ member: AccountRow; isAdmin: boolean }> {
  const team = await reachTeam(ctx, caller, names);
  const member = await findAccount(ctx, names.member, "user");
  const found = await findTeamMembership(ctx.db, team.id, member.id);
  if (!found) throw registryError("NO_SUCH_MEMBER");
  return { member, ...found };
}

/**
 * Adds a member or changes whether he leads the team; whoever is added belongs to the organization, too.
 * @throws as getTeamMember.
 */
export async function setTeamMember(
  ctx: ChangeNeeds,
  caller: Caller,
  names: MemberNames,
  set: { isAdmin?: boolean | undefined; mustExist?: boolean },
): Promise<{ member: AccountRow; isAdmin: boolean }> {
  const team = await reachToChange(ctx, caller, names);
  const member = await findAccount(ctx, names.member, "user");
  const isAdmin = set.isAdmin === undefined ? {} : { isAdmin: set.isAdmin };
  const detail: Record<string, unknown> = { member: member.name, ...isAdmin };
  const told = { type: "team.update" as const, object: `${names.organization}/${team.name}`, detail };
  const found = await changing(ctx, caller, told, async (tx) => {
    const before = await findTeamMembership(tx, team.id, member.id);
    detail.before = before;
    if (set.mustExist && !before) return null;
    await putMember(tx, { organizationId: team.organizationId, userId: member.id });
    await putTeamMember(tx, { teamId: team.id, userId: member.id, ...isAdmin });
    return findTeamMembership(tx, team.id, member.id);
  });
  if (!found) throw registryError("NO_SUCH_MEMBER");
  return { member, ...found };
}

/** @throws as getTeamMember. */
export async function removeTeamMember(ctx: ChangeNeeds, caller: Caller, names: MemberNames): Promise<void> {
  const team = await reachToChange(ctx, caller, names);
  const member = await findAccount(ctx, names.member, "user");
  const detail = { removed: member.name };
  const told = { type: "team.update" as const, object: `${names.organization}/${team.name}`, detail };
  const gone = await changing(
    ctx,
    caller,
    told,
    async (tx) => (await deleteTeamMember(tx, team.id, member.id)) || null,
  );
  if (!gone) throw registryError("NO_SUCH_MEMBER");
}
