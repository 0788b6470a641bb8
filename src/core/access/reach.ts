// From a name in a request to the repository behind it, or to the refusal that gives nothing away.

import { type AccountRow, findAccountById, findAccountByName } from "#db/queries/accounts/accounts.ts";
import { findRepository, findRepositoryById, type RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import { nameWithin, parseRepositoryName } from "#oci/name.ts";
import { scopes } from "../cache/feed.ts";
import { remembered } from "../cache/remembered.ts";
import type { Needs } from "../context.ts";
import { createForPush } from "../repositories/create.ts";
import { asOf } from "./as-of.ts";
import type { Caller } from "./caller.ts";
import { may, type RepositoryAction } from "./may.ts";

const nameOf = remembered(parseRepositoryName);

/** What DTR says to a caller with credentials that are not enough, whether or not the repository exists. */
const notAuthorized = "access to the requested resource is not authorized";

/**
 * Finds the repository that the caller names and asks whether he may do this there.
 * @throws NAME_INVALID; UNAUTHORIZED, the same for "you may not see it" and "it is not there and you may not create it";
 * NAME_UNKNOWN only to those who may create it.
 */
export async function reachRepository(
  ctx: Needs<"db" | "facts">,
  caller: Caller,
  path: string,
  action: RepositoryAction,
): Promise<RepositoryRow> {
  const name = nameOf(path);
  const repository = await rememberedRepository(ctx, path);
  if (!repository) {
    if (await mayInNamespace(ctx, caller, "look", name.namespace, path))
      throw registryError("NAME_UNKNOWN", undefined, { name: path });
    throw refusal(caller, { path, action });
  }
  if (await may(caller, { on: "repository", action, repository })) return repository;
  const maySee = await may(caller, { on: "repository", action: "pull", repository });
  const tokenIsNarrow = await may({ ...caller, grants: null }, { on: "repository", action, repository });
  throw refusal(caller, { path, action, maySee, tokenIsNarrow });
}

/** The same for a push, which creates the repository if the caller may and the settings allow it. */
export async function reachForPush(
  ctx: Needs<"db" | "clock" | "facts">,
  caller: Caller,
  path: string,
): Promise<RepositoryRow> {
  try {
    return await reachRepository(ctx, caller, path, "push");
  } catch (error) {
    if ((error as { code?: unknown }).code !== "NAME_UNKNOWN") throw error;
    // Who may know that it is not there may not always create it: a token may be for pulling only.
    const { namespace } = parseRepositoryName(path);
    if (!(await mayInNamespace(ctx, caller, "create", namespace, path)))
      throw refusal(caller, { path, action: "push" });
    await createForPush(ctx, caller, path);
    // It may lie elsewhere by now, where his right to create is worth nothing.
    return reachRepository(ctx, caller, path, "push");
  }
}

/**
 * Asks again at the end of a long request, of the account and the repository as they are now.
 * @throws UNAUTHORIZED when the right, the account or the repository is gone.
 */
export async function requireStill(
  ctx: Needs<"db" | "clock" | "facts">,
  caller: Caller,
  repository: RepositoryRow,
  action: RepositoryAction,
): Promise<void> {
  const found = caller.account && (await rememberedAccount(ctx, caller.account.id));
  const account = found && asOf(found, ctx.clock.now());
  const named = await rememberedRepository(ctx, repository.path);
  // It may have got another name meanwhile, and the old one may be another's by now.
  const present = named?.id === repository.id ? named : await findRepositoryById(ctx.db, repository.id);
  const isThere = present !== null && (caller.account === null || account !== null);
  if (isThere && (await may({ ...caller, account }, { on: "repository", action, repository: present }))) return;
  throw refusal(caller, { path: repository.path, action });
}

/** The account of an id, as it is or was within the bound. */
export function rememberedAccount(ctx: Needs<"db" | "facts">, id: string): Promise<AccountRow | null> {
  return ctx.facts.get(scopes.account, id, () => findAccountById(ctx.db, id));
}

/** Where a former name leads. The repository itself is remembered under its present name alone: that is what events tell of. */
interface Lead {
  leadsTo: string;
  id: string;
}

async function rememberedRepository(ctx: Needs<"db" | "facts">, path: string): Promise<RepositoryRow | null> {
  const found = await ctx.facts.get(scopes.path, path, () => findRepositoryOrLead(ctx, path));
  if (!found || !("leadsTo" in found)) return found;
  const present = await ctx.facts.get(scopes.path, found.leadsTo, () => findRepositoryOrLead(ctx, found.leadsTo));
  if (present && !("leadsTo" in present) && present.id === found.id) return present;
  // It is gone, or was renamed at this moment.
  ctx.facts.drop(scopes.path, [path]);
  return findRepository(ctx.db, path);
}

async function findRepositoryOrLead({ db }: Needs<"db">, path: string): Promise<RepositoryRow | Lead | null> {
  const repository = await findRepository(db, path);
  if (!repository || repository.path === path) return repository;
  return { leadsTo: repository.path, id: repository.id };
}

/** The path by the name that its namespace has now, where it is asked by a former one. */
export function pathIn(namespace: Pick<AccountRow, "name"> | null, path: string): string {
  return namespace === null ? path : `${namespace.name}/${nameWithin(path)}`;
}

/** Whether the caller may create a repository, or know that it is not there. */
async function mayInNamespace(
  ctx: Needs<"db">,
  caller: Caller,
  action: "create" | "look",
  namespace: string,
  path: string,
): Promise<boolean> {
  const account = await findAccountByName(ctx.db, namespace);
  return may(caller, { on: "namespace", action, account, name: pathIn(account, path) });
}

/**
 * What somebody hears who may not. Where he may see the repository he is told whether it is his token that holds too little;
 * docker shows its own words in place of ours where a challenge speaks of scopes.
 */
function refusal(
  caller: Caller,
  of: { path: string; action: RepositoryAction; maySee?: boolean; tokenIsNarrow?: boolean },
) {
  const { path, action, maySee = false, tokenIsNarrow = false } = of;
  const actions = action === "push" ? "pull,push" : action === "administer" ? "*" : action;
  const scope = `repository:${path}:${actions}`;
  const wanted = [{ Type: "repository", Class: "", Name: path, Action: action }];
  if (!caller.account) return registryError("UNAUTHORIZED", undefined, wanted, { scope });
  return registryError("UNAUTHORIZED", notAuthorized, maySee ? wanted : undefined, {
    scope,
    ...(caller.how === "bearer" && maySee && tokenIsNarrow ? { challengeError: "insufficient_scope" as const } : {}),
  });
}
