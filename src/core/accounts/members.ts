// Who belongs to an organization, and who owns it.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import {
  deleteMember,
  findMembership,
  hasOtherOwner,
  listMembers,
  listOrganizationsOf,
  listTeamsOf,
  type MemberFilter,
  type Membership,
  putMember,
  type TeamRow,
} from "#db/queries/accounts/organizations.ts";
import { registryError } from "#oci/error.ts";
import type { Caller } from "../access/caller.ts";
import { may } from "../access/may.ts";
import type { Needs } from "../context.ts";
import { type ChangeNeeds, changing } from "./change.ts";
import { findAccount, reachOrganization, requireAccount, requireMay } from "./find.ts";
import { type Page, type Paged, pageOf } from "./page.ts";

export type { MemberFilter, Membership };

const nameOf = ({ account }: Membership) => account.name;

export async function pageMembers(
  ctx: Needs<"db">,
  caller: Caller,
  organization: string,
  page: Page & { filter: MemberFilter },
): Promise<Paged<Membership>> {
  const { id } = await reachOrganization(ctx, caller, organization, "look");
  return pageOf(page, nameOf, (limit) => listMembers(ctx.db, id, { ...page, limit }));
}

/** For himself, and for system admins. */
export async function pageOrganizationsOf(
  ctx: Needs<"db">,
  caller: Caller,
  user: string,
  page: Page,
): Promise<Paged<Membership>> {
  requireAccount(caller);
  const account = await findAccount(ctx, user, "user");
  await requireMay(caller, { on: "account", action: "look", account });
  return pageOf(page, nameOf, (limit) => listOrganizationsOf(ctx.db, account.id, { ...page, limit }));
}

/** One membership: for members of the organization, and for the user himself. @throws NO_SUCH_MEMBER. */
export async function getMember(
  ctx: Needs<"db">,
  caller: Caller,
  names: { organization: string; member: string },
): Promise<{ member: AccountRow; isAdmin: boolean }> {
  const self = requireAccount(caller);
  const organization = await findAccount(ctx, names.organization, "organization");
  const member = await findAccount(ctx, names.member, "user");
  if (member.id !== self.id || !(await may(caller, { on: "account", action: "look", account: member })))
    await requireMay(caller, { on: "account", action: "look", account: organization });
  const found = await findMembership(ctx.db, organization.id, member.id);
  if (!found) throw registryError("NO_SUCH_MEMBER");
  return { member, ...found };
}

/** Adds a member or changes whether he is an owner. @throws NO_SUCH_ACCOUNT, NO_SUCH_USER, NOT_AUTHORIZED, NO_SUCH_MEMBER, LAST_OWNER. */
export async function setMember(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { organization: string; member: string },
  set: { isAdmin?: boolean | undefined; mustExist?: boolean },
): Promise<{ member: AccountRow; isAdmin: boolean }> {
  const organization = await reachOrganization(ctx, caller, names.organization, "administer");
  const member = await findAccount(ctx, names.member, "user");
  const isAdmin = set.isAdmin === undefined ? {} : { isAdmin: set.isAdmin };
  const detail: Record<string, unknown> = { member: member.name, ...isAdmin };
  const told = { type: "member.update" as const, object: organization.name, detail };
  const found = await changing(ctx, caller, told, async (tx) => {
    const before = await findMembership(tx, organization.id, member.id);
    detail.before = before;
    if (!before && set.mustExist) return null;
    if (before?.isAdmin && set.isAdmin === false && !(await hasOtherOwner(tx, organization.id, member.id)))
      throw registryError("LAST_OWNER");
    await putMember(tx, { organizationId: organization.id, userId: member.id, ...isAdmin });
    return findMembership(tx, organization.id, member.id);
  });
  if (!found) throw registryError("NO_SUCH_MEMBER");
  return { member, ...found };
}

/** Removes a member, also from the organization's teams. @throws as setMember. */
export async function removeMember(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { organization: string; member: string },
): Promise<void> {
  const organization = await reachOrganization(ctx, caller, names.organization, "administer");
  const member = await findAccount(ctx, names.member, "user");
  const detail: Record<string, unknown> = { member: member.name };
  const told = { type: "member.delete" as const, object: organization.name, detail };
  const removed = await changing(ctx, caller, told, async (tx) => {
    const before = await findMembership(tx, organization.id, member.id);
    detail.before = before;
    if (before?.isAdmin && !(await hasOtherOwner(tx, organization.id, member.id))) throw registryError("LAST_OWNER");
    return (await deleteMember(tx, organization.id, member.id)) || null;
  });
  if (!removed) throw registryError("NO_SUCH_MEMBER");
}

/** The teams of a member. @throws NO_SUCH_ACCOUNT, NO_SUCH_USER, NOT_AUTHORIZED. */
export async function pageTeamsOf(
  ctx: Needs<"db">,
  caller: Caller,
  names: { organization: string; member: string },
  page: Page,
): Promise<Paged<{ team: TeamRow; isAdmin: boolean }>> {
  const organization = await reachOrganization(ctx, caller, names.organization, "look");
  const member = await findAccount(ctx, names.member, "user");
  const of = { organizationId: organization.id, userId: member.id };
  return pageOf(
    page,
    ({ team }) => team.name,
    (limit) => listTeamsOf(ctx.db, of, { ...page, limit }),
  );
}
