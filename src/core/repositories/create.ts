// Creates repositories: by a push, or because someone asked for one.

import { type AccountRow, findAccountByName, insertAccount } from "#db/queries/accounts/accounts.ts";
import { findHolder } from "#db/queries/aliases/repositories.ts";
import { insertEvent } from "#db/queries/events.ts";
import {
  findRepository,
  insertRepository,
  type RepositoryChange,
  type RepositoryRow,
} from "#db/queries/repositories.ts";
import { type RegistryError, registryError } from "#oci/error.ts";
import { accountNameProblem, isRepositoryPath, maxNameLength, parseRepositoryName } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import { may } from "../access/may.ts";
import { whoOf } from "../audit/who.ts";
import type { Needs } from "../context.ts";
import { getSettings } from "../settings.ts";
import { tell } from "../tell.ts";
import { limitAndImmutable } from "./change.ts";

/**
 * Creates the repository that a push needs, private, and for a system admin its namespace as an organization.
 * Two pushes at once both succeed: the second finds what the first made, as one does whose repository got that name at this moment.
 * @throws UNAUTHORIZED, DENIED when a setting forbids it, NAME_INVALID.
 */
export async function createForPush(ctx: Needs<"db" | "clock">, caller: Caller, path: string): Promise<void> {
  const { namespace, name } = parseRepositoryName(path);
  const settings = await getSettings(ctx);
  if (!settings.createRepositoryOnPush)
    throw registryError(
      "DENIED",
      `repository ${path} does not exist, and creating one by a push is switched off: create it first`,
    );
  const existing = await findAccountByName(ctx.db, namespace);
  if (!existing && !settings.createNamespaceOnPush)
    throw registryError(
      "DENIED",
      `namespace ${namespace} does not exist, and creating one by a push is switched off: create it first`,
    );
  const account = existing ?? (await createNamespace(ctx, caller, namespace, path));
  if (!isNameFor(account, name)) throw registryError("NAME_INVALID", undefined, { name: path });
  await storeRepository(ctx, caller, account, name, { visibility: "private" }, "push");
}

/**
 * Creates a repository in a namespace that exists.
 * @throws NO_SUCH_ACCOUNT, INVALID_REPOSITORY_NAME, INVALID_PARAMETERS, NOT_AUTHORIZED, REPOSITORY_EXISTS.
 */
export async function createRepository(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  input: { namespace: string; name: string } & RepositoryChange,
): Promise<RepositoryRow> {
  const { namespace, name, ...settings } = input;
  const account = await findAccountByName(ctx.db, namespace);
  const path = `${account?.name ?? namespace}/${name}`;
  const allowed = await may(caller, { on: "namespace", action: "create", account, name: path });
  if (!account || account.kind === "service")
    throw registryError(caller.account ? "NO_SUCH_ACCOUNT" : "NOT_AUTHENTICATED");
  if (!allowed) throw registryError(caller.account ? "NOT_AUTHORIZED" : "NOT_AUTHENTICATED");
  requireNameFor(account, name);
  if (settings.immutableTags && settings.tagLimit) throw limitAndImmutable();
  const made = await storeRepository(ctx, caller, account, name, settings, "api");
  if (!made) throw await nameTaken(ctx, caller, account, name);
  const repository = await findRepository(ctx.db, path);
  if (!repository) throw registryError("NO_SUCH_REPOSITORY");
  return repository;
}

function isNameFor(account: AccountRow, name: string): boolean {
  return isRepositoryPath(name) && `${account.name}/${name}`.length <= maxNameLength;
}

/** @throws INVALID_REPOSITORY_NAME */
export function requireNameFor(account: AccountRow, name: string): void {
  if (isNameFor(account, name)) return;
  throw registryError(
    "INVALID_REPOSITORY_NAME",
    `${JSON.stringify(name)} is not a repository name: use lower-case letters and digits, separated by one ".", "_", "__" or dashes; with its namespace it has ${maxNameLength} characters at most`,
  );
}

/** Why nothing gets that name: what it is held for is told only to who may see that. */
export async function nameTaken(
  ctx: Needs<"db">,
  caller: Caller,
  account: AccountRow,
  name: string,
): Promise<RegistryError> {
  const repository = await findHolder(ctx.db, account.id, name);
  if (!repository) return registryError("REPOSITORY_EXISTS");
  const maySee = await may(caller, { on: "repository", action: "pull", repository });
  return registryError(
    "REPOSITORY_EXISTS",
    `${account.name}/${name} is held for a repository that was renamed${maySee ? ` to ${repository.path}` : ""}: release the name first (DELETE /api/v0/repositoryNamespaces/${account.name}/aliases/${encodeURIComponent(name)})`,
    { alias: `${account.name}/${name}` },
  );
}

async function storeRepository(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  account: AccountRow,
  name: string,
  settings: RepositoryChange,
  by: "push" | "api",
): Promise<boolean> {
  const now = ctx.clock.now();
  const id = crypto.randomUUID();
  const row = {
    id,
    accountId: account.id,
    name,
    visibility: settings.visibility ?? "public",
    now,
  };
  return ctx.db.transaction(async (tx) => {
    const path = await insertRepository(tx, row, settings);
    if (path === null) return false;
    const repository = { id, path };
    await tell(tx, {
      at: now,
      type: "repository.create",
      repository,
      caller,
      detail: { by, visibility: row.visibility },
    });
    return true;
  });
}

async function createNamespace(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  namespace: string,
  path: string,
): Promise<AccountRow> {
  if (!(await may(caller, { on: "namespace", action: "create", account: null, name: path })))
    throw registryError("UNAUTHORIZED");
  const problem = accountNameProblem(namespace);
  if (problem)
    throw registryError("NAME_INVALID", `namespace ${namespace} cannot be created: ${problem}`, { name: path });
  const now = ctx.clock.now();
  await ctx.db.transaction(async (tx) => {
    const account = {
      id: crypto.randomUUID(),
      name: namespace,
      kind: "organization",
      isAdmin: false,
      passwordHash: null,
      now,
    } as const;
    if (!(await insertAccount(tx, account))) return;
    await insertEvent(tx, {
      at: now,
      type: "namespace.create",
      ...whoOf(caller),
      repositoryId: null,
      object: namespace,
      detail: { by: "push" },
    });
  });
  const account = await findAccountByName(ctx.db, namespace);
  if (!account) throw registryError("UNAVAILABLE");
  return account;
}
