// What a service account may: on repositories of its organization one by one, or on all of them.
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import {
  deleteServiceAccountGrant,
  findServiceAccountGrant,
  listRepositoriesOfServiceAccount,
  putServiceAccountGrant,
  type ServiceAccountGrant,
  type ServiceAccountRow,
} from "#db/queries/accounts/service-accounts.ts";
import { findRepository, type RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../../access/caller.ts";
import type { Needs } from "../../context.ts";
import { type ChangeNeeds, changing } from "../change.ts";
import { type Page, type Paged, pageOf } from "../page.ts";
import { reachServiceAccount, type ServiceAccountNames } from "./service-accounts.ts";

interface RepositoryAccess {
  repository: RepositoryRow;
  level: AccessLevel;
}

export async function pageServiceAccountRepositories(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
  page: Page,
): Promise<Paged<RepositoryAccess>> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const of = { userId: robot.id, namespaceId: robot.ownerId };
  return pageOf(
    page,
    ({ repository }: RepositoryAccess) => repository.path,
    (limit) => listRepositoriesOfServiceAccount(ctx.db, of, { ...page, limit }),
  );
}

/** A repository of the service account's own organization. @throws as reachServiceAccount, NO_SUCH_REPOSITORY. */
async function reachBoth(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames & { repository: string },
): Promise<{ robot: ServiceAccountRow; repository: RepositoryRow; grant: ServiceAccountGrant }> {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  const repository = await findRepository(ctx.db, `${organization.name}/${names.repository}`);
  if (!repository) throw registryError("NO_SUCH_REPOSITORY");
  return {
    robot,
    repository,
    grant: { userId: robot.id, namespaceId: organization.id, repositoryId: repository.id },
  };
}

/** @throws as reachServiceAccount, NO_SUCH_REPOSITORY. */
export async function setServiceAccountRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames & { repository: string },
  level: AccessLevel,
): Promise<RepositoryAccess> {
  const { robot, repository, grant } = await reachBoth(ctx, caller, names);
  await putGrant(ctx, caller, { ...grant, level }, { object: repository.path, robot });
  return { repository, level };
}

/** @throws as setServiceAccountRepository, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function removeServiceAccountRepository(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames & { repository: string },
): Promise<void> {
  const { robot, repository, grant } = await reachBoth(ctx, caller, names);
  await removeGrant(ctx, caller, grant, { object: repository.path, robot });
}

const onNamespace = ({ id, ownerId }: ServiceAccountRow): ServiceAccountGrant => ({
  userId: id,
  namespaceId: ownerId,
  repositoryId: null,
});

/** @throws as reachServiceAccount, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function getServiceAccountNamespace(
  ctx: Needs<"db">,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<AccessLevel> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const level = await findServiceAccountGrant(ctx.db, onNamespace(robot));
  if (!level) throw registryError("NO_SUCH_SERVICE_ACCOUNT_ACCESS");
  return level;
}

/** @throws as reachServiceAccount. */
export async function setServiceAccountNamespace(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  level: AccessLevel,
): Promise<AccessLevel> {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  await putGrant(ctx, caller, { ...onNamespace(robot), level }, { object: organization.name, robot });
  return level;
}

/** @throws as reachServiceAccount, NO_SUCH_SERVICE_ACCOUNT_ACCESS. */
export async function removeServiceAccountNamespace(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<void> {
  const { organization, robot } = await reachServiceAccount(ctx, caller, names);
  await removeGrant(ctx, caller, onNamespace(robot), { object: organization.name, robot });
}

type On = { object: string; robot: ServiceAccountRow };

async function putGrant(
  ctx: ChangeNeeds,
  caller: Caller,
  grant: ServiceAccountGrant & { level: AccessLevel },
  { object, robot }: On,
): Promise<void> {
  const told = { type: "access.update" as const, object, detail: { serviceAccount: robot.name, level: grant.level } };
  const put = await changing(ctx, caller, told, async (tx) => (await putServiceAccountGrant(tx, grant)) || null);
  if (!put) throw registryError("NO_SUCH_SERVICE_ACCOUNT");
}

async function removeGrant(
  ctx: ChangeNeeds,
  caller: Caller,
  grant: ServiceAccountGrant,
  { object, robot }: On,
): Promise<void> {
  const told = { type: "access.delete" as const, object, detail: { serviceAccount: robot.name } };
  const gone = await changing(ctx, caller, told, async (tx) => (await deleteServiceAccountGrant(tx, grant)) || null);
  if (!gone) throw registryError("NO_SUCH_SERVICE_ACCOUNT_ACCESS");
}
