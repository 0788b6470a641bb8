// What a service account may: on repositories of its organization one by one, or on all of them.
import { findGrant, type GrantedLevel, listRepositoriesOf } from "#db/queries/accounts/access-grants.ts";
import type { ServiceAccountRow } from "#db/queries/accounts/service-accounts.ts";
import { findRepository, type RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../../access/caller.ts";
import type { Needs } from "../../context.ts";
import { giveAccess, type Level, takeAccess } from "../../grants/grants.ts";
import type { ChangeNeeds } from "../change.ts";
import { type Page, type Paged, pageOf } from "../page.ts";
import { reachServiceAccount, type ServiceAccountNames } from "./service-accounts.ts";

type RepositoryAccess = { repository: RepositoryRow } & GrantedLevel;
type WithRepository = ServiceAccountNames & { repository: string };

export async function pageServiceAccountRepositories(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
  page: Page,
): Promise<Paged<RepositoryAccess>> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  return pageOf(
    page,
    ({ repository }: RepositoryAccess) => repository.path,
    (limit) => listRepositoriesOf(ctx.db, { userId: robot.id }, { ...page, limit }),
  );
}

/** A repository of the service account's own organization. @throws as reachServiceAccount, NO_SUCH_REPOSITORY. */
async function reachBoth(ctx: Needs<"db">, caller: Caller, names: WithRepository) {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  const repository = await findRepository(ctx.db, `${organization.name}/${names.repository}`);
  // One that was transferred is still found by its former name.
  if (repository?.accountId !== organization.id) throw registryError("NO_SUCH_REPOSITORY");
  const key = { userId: robot.id, namespaceId: organization.id, repositoryId: repository.id };
  return { repository, key, told: { object: repository.path, serviceAccount: robot.name } };
}

/** @throws as reachServiceAccount, NO_SUCH_REPOSITORY, INVALID_PARAMETERS. */
export async function setServiceAccountRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  names: WithRepository,
  form: () => Promise<Level>,
): Promise<RepositoryAccess> {
  const { repository, key, told } = await reachBoth(ctx, caller, names);
  return { repository, ...(await giveAccess(ctx, caller, key, await form(), told)) };
}

/** @throws as setServiceAccountRepository, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function removeServiceAccountRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  names: WithRepository,
): Promise<void> {
  const { key, told } = await reachBoth(ctx, caller, names);
  if (!(await takeAccess(ctx, caller, key, told))) throw registryError("NO_SUCH_SERVICE_ACCOUNT_ACCESS");
}

const onNamespace = ({ id, ownerId }: ServiceAccountRow) => ({ userId: id, namespaceId: ownerId, repositoryId: null });

/** @throws as reachServiceAccount, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function getServiceAccountNamespace(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<GrantedLevel> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const granted = await findGrant(ctx.db, onNamespace(robot));
  if (!granted) throw registryError("NO_SUCH_SERVICE_ACCOUNT_ACCESS");
  return granted;
}

/** @throws as reachServiceAccount, INVALID_PARAMETERS. */
export async function setServiceAccountNamespace(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  form: () => Promise<Level>,
): Promise<GrantedLevel> {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  const told = { object: organization.name, serviceAccount: robot.name };
  return giveAccess(ctx, caller, onNamespace(robot), await form(), told);
}

/** @throws as reachServiceAccount, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function removeServiceAccountNamespace(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<void> {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  const told = { object: organization.name, serviceAccount: robot.name };
  if (!(await takeAccess(ctx, caller, onNamespace(robot), told))) throw registryError("NO_SUCH_SERVICE_ACCOUNT_ACCESS");
}
