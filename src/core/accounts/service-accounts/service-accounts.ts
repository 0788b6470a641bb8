// Service accounts of organizations: machines that hold secrets and grants, and belong to nobody. Owners and system admins keep them.
import { type AccountRow, markAccountDeleted } from "#db/queries/accounts/accounts.ts";
import {
  findServiceAccount,
  insertServiceAccount,
  listServiceAccounts,
  type ServiceAccountRow,
  updateServiceAccount,
} from "#db/queries/accounts/service-accounts.ts";
import { registryError } from "#oci/error.ts";
import { isUuid, serviceAccountName, serviceAccountNameProblem } from "#oci/name.ts";
import type { Caller } from "../../access/caller.ts";
import type { Needs } from "../../context.ts";
import { type ChangeNeeds, changing } from "../change.ts";
import { reachOrganization } from "../find.ts";
import { type Page, type Paged, pageOf } from "../page.ts";

export type { ServiceAccountRow };

const mostServiceAccounts = 1000;

/** An organization, and what follows the `+` in the service account's name, or its id. */
export interface ServiceAccountNames {
  organization: string;
  name: string;
}

/** A service account that the caller may change. @throws as reachOrganization for its owners, NO_SUCH_SERVICE_ACCOUNT. */
export async function reachServiceAccount(
  ctx: Needs<"db">,
  caller: Caller,
  { organization, name }: ServiceAccountNames,
): Promise<{ organization: AccountRow; robot: ServiceAccountRow }> {
  const owner = await reachOrganization(ctx, caller, organization, "administer");
  const by = isUuid(name) ? { id: name } : { name: serviceAccountName(owner.name, name) };
  const isName = "id" in by || serviceAccountNameProblem(name) === null;
  const robot = isName ? await findServiceAccount(ctx.db, owner.id, by) : null;
  if (!robot) throw registryError("NO_SUCH_SERVICE_ACCOUNT");
  return { organization: owner, robot };
}

/** @throws as reachOrganization. */
export async function pageServiceAccounts(
  ctx: Needs<"db">,
  caller: Caller,
  organization: string,
  page: Page,
): Promise<Paged<ServiceAccountRow>> {
  const { id } = await reachOrganization(ctx, caller, organization, "administer");
  return pageOf(
    page,
    ({ name }) => name,
    (limit) => listServiceAccounts(ctx.db, id, { ...page, limit }),
  );
}

/** @throws as reachOrganization, INVALID_ACCOUNT_NAME, ACCOUNT_EXISTS. */
export async function createServiceAccount(
  ctx: ChangeNeeds,
  caller: Caller,
  organizationName: string,
  form: () => Promise<{ name: string; description?: string | undefined }>,
): Promise<ServiceAccountRow> {
  const organization = await reachOrganization(ctx, caller, organizationName, "administer");
  const { name: shortName, description = "" } = await form();
  const problem = serviceAccountNameProblem(shortName);
  if (problem) throw registryError("INVALID_ACCOUNT_NAME", problem);
  const id = crypto.randomUUID();
  const name = serviceAccountName(organization.name, shortName);
  const told = { type: "account.create" as const, object: name, detail: { id, kind: "service", description } };
  const made = await changing(ctx, caller, told, async (tx, now) => {
    const row = { id, ownerId: organization.id, shortName, description, now };
    return (await insertServiceAccount(tx, row, mostServiceAccounts))
      ? findServiceAccount(tx, organization.id, { id })
      : null;
  });
  if (made) return made;
  if (await findServiceAccount(ctx.db, organization.id, { name })) throw registryError("ACCOUNT_EXISTS");
  throw registryError("INVALID_PARAMETERS", `an organization has ${mostServiceAccounts} service accounts at most`);
}

/** Describes it, or lets it rest or work again. @throws as reachServiceAccount. */
export async function changeServiceAccount(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
  form: () => Promise<{ description?: string; isActive?: boolean }>,
): Promise<ServiceAccountRow> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const change = await form();
  const before = { description: robot.description, isActive: robot.isActive };
  const told = { type: "account.update" as const, object: robot.name, detail: { before, ...change } };
  const changed = await changing(ctx, caller, told, (tx) => updateServiceAccount(tx, robot.id, change));
  if (!changed) throw registryError("NO_SUCH_SERVICE_ACCOUNT");
  return changed;
}

/** Ends it, its secrets and its grants. @throws as reachServiceAccount. */
export async function removeServiceAccount(
  ctx: ChangeNeeds,
  caller: Caller,
  names: ServiceAccountNames,
): Promise<void> {
  const { robot } = await reachServiceAccount(ctx, caller, names);
  const told = { type: "account.delete" as const, object: robot.name };
  const gone = await changing(
    ctx,
    caller,
    told,
    async (tx, now) => (await markAccountDeleted(tx, robot.id, now)) || null,
  );
  if (!gone) throw registryError("NO_SUCH_SERVICE_ACCOUNT");
}
