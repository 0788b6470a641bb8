// From a name or id in a request to the account or the team behind it, or to the refusal that gives nothing away.
import { type AccountRow, findAccountById, findAccountByName } from "#db/queries/accounts/accounts.ts";
import { findTeam, type TeamRow } from "#db/queries/accounts/organizations.ts";
import { registryError } from "#oci/error.ts";
import { isUuid } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import { may, type Question } from "../access/may.ts";
import type { Needs } from "../context.ts";

type Kind = AccountRow["kind"];
const missing = { user: "NO_SUCH_USER", organization: "NO_SUCH_ACCOUNT", service: "NO_SUCH_ACCOUNT" } as const;

/** @throws NOT_AUTHENTICATED to who gave no credentials. */
export function requireAccount(caller: Caller): AccountRow {
  if (!caller.account) throw registryError("NOT_AUTHENTICATED");
  return caller.account;
}

/** @throws NOT_AUTHENTICATED, NOT_AUTHORIZED. */
export async function requireMay(caller: Caller, question: Question): Promise<void> {
  requireAccount(caller);
  if (!(await may(caller, question))) throw registryError("NOT_AUTHORIZED");
}

/** The account of a name or an id. That an account exists is no secret: names share one space. @throws NO_SUCH_ACCOUNT, NO_SUCH_USER. */
export async function findAccount(ctx: Needs<"db">, nameOrId: string, kind?: Kind): Promise<AccountRow> {
  const found = isUuid(nameOrId) ? await findAccountById(ctx.db, nameOrId) : await findAccountByName(ctx.db, nameOrId);
  if (!found || (kind && found.kind !== kind)) throw registryError(missing[kind ?? "organization"]);
  return found;
}

/** A user whose own data the caller may see and change. @throws NO_SUCH_USER, NOT_AUTHORIZED. */
export async function reachUser(ctx: Needs<"db">, caller: Caller, nameOrId: string): Promise<AccountRow> {
  requireAccount(caller);
  const account = await findAccount(ctx, nameOrId, "user");
  await requireMay(caller, { on: "account", action: "administer", account });
  return account;
}

/** An organization of which the caller may see, or change, members and teams. @throws NO_SUCH_ACCOUNT, NOT_AUTHORIZED. */
export async function reachOrganization(
  ctx: Needs<"db">,
  caller: Caller,
  nameOrId: string,
  action: "look" | "administer",
): Promise<AccountRow> {
  requireAccount(caller);
  const organization = await findAccount(ctx, nameOrId, "organization");
  await requireMay(caller, { on: "account", action, account: organization });
  return organization;
}

/** A team of an organization that the caller may look at. @throws as reachOrganization, NO_SUCH_TEAM. */
export async function reachTeam(
  ctx: Needs<"db">,
  caller: Caller,
  names: { organization: string; team: string },
): Promise<TeamRow> {
  const organization = await reachOrganization(ctx, caller, names.organization, "look");
  const team = await findTeam(ctx.db, organization.id, names.team);
  if (!team) throw registryError("NO_SUCH_TEAM");
  return team;
}
