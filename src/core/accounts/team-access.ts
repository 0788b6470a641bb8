// What teams may on a repository or on a whole namespace: seen and set by its admins.
import {
  deleteTeamGrant,
  findTeamGrant,
  listRepositoriesOfTeam,
  listTeamGrants,
  putTeamGrant,
} from "#db/queries/accounts/access-grants.ts";
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import { findTeam, type TeamRow } from "#db/queries/accounts/organizations.ts";
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { levelOn, may } from "../access/may.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, reachTeam, requireAccount, requireMay } from "./find.ts";
import { type Page, type Paged, pageOf } from "./page.ts";

export type { AccessLevel };
export type TeamAccess = { team: TeamRow; level: AccessLevel };

const byTeam = ({ team }: TeamAccess) => team.name;

/** Repositories of a user have no teams. @throws INVALID_PARAMETERS */
function requireOrganization(kind: AccountRow["kind"]): void {
  if (kind !== "organization")
    throw registryError("INVALID_PARAMETERS", "only what belongs to an organization can be granted to teams");
}

/** @throws as getRepository for its admins, INVALID_PARAMETERS. */
async function reachRepository(ctx: Needs<"db">, caller: Caller, path: string): Promise<RepositoryRow> {
  const repository = await getRepository(ctx, caller, path, "administer");
  requireOrganization(repository.accountKind);
  return repository;
}

async function teamOf(ctx: Needs<"db">, organizationId: string, name: string): Promise<TeamRow> {
  const team = await findTeam(ctx.db, organizationId, name);
  if (!team) throw registryError("NO_SUCH_TEAM");
  return team;
}

export async function pageRepositoryTeams(
  ctx: Needs<"db">,
  caller: Caller,
  path: string,
  page: Page,
): Promise<{ repository: RepositoryRow } & Paged<TeamAccess>> {
  const repository = await reachRepository(ctx, caller, path);
  const on = { namespaceId: repository.accountId, repositoryId: repository.id };
  return { repository, ...(await pageOf(page, byTeam, (limit) => listTeamGrants(ctx.db, on, { ...page, limit }))) };
}

/** @throws as reachRepository, NO_SUCH_TEAM. */
export async function setRepositoryTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { path: string; team: string },
  level: AccessLevel,
): Promise<{ repository: RepositoryRow; access: TeamAccess }> {
  const repository = await reachRepository(ctx, caller, names.path);
  const team = await teamOf(ctx, repository.accountId, names.team);
  const grant = { teamId: team.id, namespaceId: repository.accountId, repositoryId: repository.id };
  await putGrant(ctx, caller, { ...grant, level }, { object: repository.path, team });
  return { repository, access: { team, level } };
}

/** @throws as reachRepository, NO_SUCH_TEAM, NO_SUCH_REPOSITORY_TEAM_ACCESS. */
export async function removeRepositoryTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { path: string; team: string },
): Promise<void> {
  const repository = await reachRepository(ctx, caller, names.path);
  const team = await teamOf(ctx, repository.accountId, names.team);
  const grant = { teamId: team.id, namespaceId: repository.accountId, repositoryId: repository.id };
  if (!(await removeGrant(ctx, caller, grant, { object: repository.path, team })))
    throw registryError("NO_SUCH_REPOSITORY_TEAM_ACCESS");
}

/** A namespace whose grants the caller may see (members of the organization) or set (who may create repositories in it). */
async function reachNamespace(
  ctx: Needs<"db">,
  caller: Caller,
  name: string,
  action: "look" | "set",
): Promise<AccountRow> {
  requireAccount(caller);
  const account = await findAccount(ctx, name);
  requireOrganization(account.kind);
  const admin = await may(caller, { on: "namespace", action: "create", account, name: `${account.name}/` });
  if (!admin && action === "look") await requireMay(caller, { on: "account", action: "look", account });
  else if (!admin) throw registryError("NOT_AUTHORIZED");
  return account;
}

export async function pageNamespaceTeams(
  ctx: Needs<"db">,
  caller: Caller,
  namespace: string,
  page: Page,
): Promise<Paged<TeamAccess>> {
  const { id } = await reachNamespace(ctx, caller, namespace, "look");
  const on = { namespaceId: id, repositoryId: null };
  return pageOf(page, byTeam, (limit) => listTeamGrants(ctx.db, on, { ...page, limit }));
}

type NamespaceTeam = { namespace: string; team: string };

/** @throws NO_SUCH_ACCOUNT, NOT_AUTHORIZED, NO_SUCH_TEAM, NO_SUCH_NAMESPACE_TEAM_ACCESS. */
export async function getNamespaceTeam(ctx: Needs<"db">, caller: Caller, names: NamespaceTeam): Promise<TeamAccess> {
  const { id } = await reachNamespace(ctx, caller, names.namespace, "look");
  const team = await teamOf(ctx, id, names.team);
  const level = await findTeamGrant(ctx.db, { teamId: team.id, namespaceId: id, repositoryId: null });
  if (!level) throw registryError("NO_SUCH_NAMESPACE_TEAM_ACCESS");
  return { team, level };
}

/** @throws NO_SUCH_ACCOUNT, NOT_AUTHORIZED, NO_SUCH_TEAM. */
export async function setNamespaceTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  names: NamespaceTeam,
  level: AccessLevel,
): Promise<TeamAccess> {
  const { id, name } = await reachNamespace(ctx, caller, names.namespace, "set");
  const team = await teamOf(ctx, id, names.team);
  await putGrant(ctx, caller, { teamId: team.id, namespaceId: id, repositoryId: null, level }, { object: name, team });
  return { team, level };
}

/** @throws as setNamespaceTeam, NO_SUCH_NAMESPACE_TEAM_ACCESS. */
export async function removeNamespaceTeam(ctx: ChangeNeeds, caller: Caller, names: NamespaceTeam): Promise<void> {
  const { id, name } = await reachNamespace(ctx, caller, names.namespace, "set");
  const team = await teamOf(ctx, id, names.team);
  if (
    !(await removeGrant(ctx, caller, { teamId: team.id, namespaceId: id, repositoryId: null }, { object: name, team }))
  )
    throw registryError("NO_SUCH_NAMESPACE_TEAM_ACCESS");
}

/** Repositories that a team was granted, one by one: for its members and the organization's owners. */
export async function pageTeamRepositories(
  ctx: Needs<"db">,
  caller: Caller,
  names: { organization: string; team: string },
  page: Page,
): Promise<{ team: TeamRow } & Paged<{ repository: RepositoryRow; level: AccessLevel }>> {
  const team = await reachTeam(ctx, caller, names);
  if (!caller.account?.rights.teams.includes(team.id))
    await requireMay(caller, { on: "team", action: "administer", team });
  const found = await pageOf(
    page,
    ({ repository }: { repository: RepositoryRow; level: AccessLevel }) => repository.path,
    (limit) => listRepositoriesOfTeam(ctx.db, team.id, { ...page, limit }),
  );
  return { team, ...found };
}

/** What a user may on a repository, by everything that gives him something. For himself and for system admins. @throws NO_SUCH_REPOSITORY, NO_SUCH_USER. */
export async function getUserAccess(
  ctx: Needs<"db">,
  caller: Caller,
  names: { user: string; path: string },
): Promise<{ user: AccountRow; repository: RepositoryRow; level: AccessLevel }> {
  requireAccount(caller);
  const user = await findAccount(ctx, names.user, "user");
  await requireMay(caller, { on: "account", action: "look", account: user });
  const repository = await getRepository(ctx, caller, names.path, "pull");
  const level = levelOn(user, repository);
  if (level === "none") throw registryError("NO_SUCH_REPOSITORY");
  return { user, repository, level };
}

type Grant = Parameters<typeof deleteTeamGrant>[1];

async function putGrant(
  ctx: ChangeNeeds,
  caller: Caller,
  grant: Grant & { level: AccessLevel },
  { object, team }: { object: string; team: TeamRow },
): Promise<void> {
  const { level, repositoryId } = grant;
  const detail: Record<string, unknown> = { team: team.name, level };
  await changing(ctx, caller, { type: "access.update", object, repositoryId, detail }, async (tx) => {
    detail.before = await findTeamGrant(tx, grant);
    await putTeamGrant(tx, grant);
    return true;
  });
}

async function removeGrant(
  ctx: ChangeNeeds,
  caller: Caller,
  grant: Grant,
  { object, team }: { object: string; team: TeamRow },
): Promise<boolean> {
  const detail: Record<string, unknown> = { team: team.name };
  const told = { type: "access.delete" as const, object, repositoryId: grant.repositoryId, detail };
  const gone = await changing(ctx, caller, told, async (tx) => {
    detail.before = await findTeamGrant(tx, grant);
    return (await deleteTeamGrant(tx, grant)) || null;
  });
  return gone !== null;
}
