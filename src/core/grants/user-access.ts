// What single users may on a repository: granted by its admins, as DTR 1.x had it, and what follows from everything together.
import { type GrantedLevel, listUserGrants } from "#db/queries/accounts/access-grants.ts";
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import { asOf } from "../access/as-of.ts";
import type { Caller } from "../access/caller.ts";
import { levelOn } from "../access/may.ts";
import type { ChangeNeeds } from "../accounts/change.ts";
import { findAccount, requireAccount, requireMay } from "../accounts/find.ts";
import { type Page, type Paged, pageOf } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";
import { giveAccess, type Level, takeAccess } from "./grants.ts";

export type UserAccess = { user: AccountRow } & GrantedLevel;

/** Users that were granted something on a repository themselves. For its admins. @throws as getRepository. */
export async function pageRepositoryUsers(
  ctx: Needs<"db">,
  caller: Caller,
  path: string,
  page: Page,
): Promise<{ repository: RepositoryRow } & Paged<UserAccess>> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const on = { namespaceId: repository.accountId, repositoryId: repository.id };
  const byUser = ({ user }: UserAccess) => user.name;
  return { repository, ...(await pageOf(page, byUser, (limit) => listUserGrants(ctx.db, on, { ...page, limit }))) };
}

/** @throws as getRepository, NO_SUCH_USER, INVALID_PARAMETERS. */
export async function setRepositoryUser(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { path: string; user: string },
  form: () => Promise<Level>,
): Promise<{ repository: RepositoryRow; access: UserAccess }> {
  const { repository, user, key } = await reach(ctx, caller, names);
  const given = await giveAccess(ctx, caller, key, await form(), { object: repository.path, user: user.name });
  return { repository, access: { user, ...given } };
}

/** @throws as getRepository, NO_SUCH_USER, NO_SUCH_REPOSITORY_USER_ACCESS. */
export async function removeRepositoryUser(
  ctx: ChangeNeeds,
  caller: Caller,
  names: { path: string; user: string },
): Promise<void> {
  const { repository, user, key } = await reach(ctx, caller, names);
  if (!(await takeAccess(ctx, caller, key, { object: repository.path, user: user.name })))
    throw registryError("NO_SUCH_REPOSITORY_USER_ACCESS");
}

async function reach(ctx: Needs<"db">, caller: Caller, names: { path: string; user: string }) {
  const repository = await getRepository(ctx, caller, names.path, "administer");
  const user = await findAccount(ctx, names.user, "user");
  const key = { userId: user.id, namespaceId: repository.accountId, repositoryId: repository.id };
  return { repository, user, key };
}

/** What a user may on a repository, by everything that gives him something. For himself and for system admins. @throws NO_SUCH_REPOSITORY, NO_SUCH_USER. */
export async function getUserAccess(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  names: { user: string; path: string },
): Promise<{ user: AccountRow; repository: RepositoryRow; level: AccessLevel }> {
  requireAccount(caller);
  const user = await findAccount(ctx, names.user, "user");
  await requireMay(caller, { on: "account", action: "look", account: user });
  const repository = await getRepository(ctx, caller, names.path, "pull");
  const level = levelOn(asOf(user, ctx.clock.now()), repository);
  if (level === "none") throw registryError("NO_SUCH_REPOSITORY");
  return { user, repository, level };
}
