// What teams may on a repository or on a whole namespace: seen and set by its admins.
import {
  findGrant,
  type GrantedLevel,
  listRepositoriesOf,
  listTeamGrants,
} from "#db/queries/accounts/access-grants.ts";
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import { findTeam, type TeamRow } from "#db/queries/accounts/organizations.ts";
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { may } from "../access/may.ts";
import type { ChangeNeeds } from "../accounts/change.ts";
import { findAccount, reachTeam, requireAccount, requireMay } from "../accounts/find.ts";
import { type Page, type Paged, pageOf } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
import { giveAccess, type Level, takeAccess } from "./grants.ts";

export type { AccessLevel };
export type TeamAccess = { team: TeamRow } & GrantedLevel;

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

export async function teamOf(ctx: Needs<"db">, organizationId: string, name: string): Promise<TeamRow> {
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
  form: () => Promise<Level>,
): Promise<{ repository: RepositoryRow; access: TeamAccess }> {
  const repository = await reachRepository(ctx, caller, names.path);
  const team = await teamOf(ctx, repository.accountId, names.team);
  const grant = { teamId: team.id, namespaceId: repository.accountId, repositoryId: repository.id };
  const given = await giveAccess(ctx, caller, grant, await form(), { object: repository.path, team: team.name });
  return { repository, access: { team, ...given } };
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
  if (!(await takeAccess(ctx, caller, grant, { object: repository.path, team: team.name })))
    throw registryError("NO_SUCH_REPOSITORY_TEAM_ACCESS");
}

/** A namespace whose grants the caller may see (members of the organization) or set (who may create repositories in it). @throws NO_SUCH_ACCOUNT, INVALID_PARAMETERS, NOT_AUTHORIZED. */
export async function reachNamespace(
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
  const granted = await findGrant(ctx.db, { teamId: team.id, namespaceId: id, repositoryId: null });
  if (!granted) throw registryError("NO_SUCH_NAMESPACE_TEAM_ACCESS");
  return { team, ...granted };
}

/** @throws NO_SUCH_ACCOUNT, NOT_AUTHORIZED, NO_SUCH_TEAM. */
export async function setNamespaceTeam(
  ctx: ChangeNeeds,
  caller: Caller,
  names: NamespaceTeam,
  form: () => Promise<Level>,
): Promise<TeamAccess> {
  const { id, name } = await reachNamespace(ctx, caller, names.namespace, "set");
  const team = await teamOf(ctx, id, names.team);
  const grant = { teamId: team.id, namespaceId: id, repositoryId: null };
  return { team, ...(await giveAccess(ctx, caller, grant, await form(), { object: name, team: team.name })) };
}

/** @throws as setNamespaceTeam, NO_SUCH_NAMESPACE_TEAM_ACCESS. */
export async function removeNamespaceTeam(ctx: ChangeNeeds, caller: Caller, names: NamespaceTeam): Promise<void> {
  const { id, name } = await reachNamespace(ctx, caller, names.namespace, "set");
  const team = await teamOf(ctx, id, names.team);
  const grant = { teamId: team.id, namespaceId: id, repositoryId: null };
  if (!(await takeAccess(ctx, caller, grant, { object: name, team: team.name })))
    throw registryError("NO_SUCH_NAMESPACE_TEAM_ACCESS");
}

/** Repositories that a team was granted, one by one: for its members and the organization's owners. */
export async function pageTeamRepositories(
  ctx: Needs<"db">,
  caller: Caller,
  names: { organization: string; team: string },
  page: Page,
): Promise<{ team: TeamRow } & Paged<{ repository: RepositoryRow } & GrantedLevel>> {
  const team = await reachTeam(ctx, caller, names);
  if (!caller.account?.rights.teams.includes(team.id))
    await requireMay(caller, { on: "team", action: "administer", team });
  const found = await pageOf(
    page,
    ({ repository }: { repository: RepositoryRow } & GrantedLevel) => repository.path,
    (limit) => listRepositoriesOf(ctx.db, { teamId: team.id }, { ...page, limit }),
  );
  return { team, ...found };
}
