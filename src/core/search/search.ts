// Finds repositories and accounts by a part of their names, as far as the caller may see them.
import { type AccountRow, findAccountByName } from "#db/queries/accounts/accounts.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { searchAccounts, searchRepositories } from "#db/queries/search.ts";
import { type Caller, listerOf } from "../access/caller.ts";
import type { Needs } from "../context.ts";

/** Repositories whose path holds the text; upper case is none of a name's. */
export async function findRepositories(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  query: { text: string; namespace?: string | undefined; limit: number },
): Promise<RepositoryRow[]> {
  const { limit } = query;
  const asked = query.namespace ?? null;
  // A former name is as good; under one that is nobody's there is nothing.
  const namespace = asked && ((await findAccountByName(ctx.db, asked))?.name ?? asked);
  const text = query.text.toLowerCase();
  return searchRepositories(ctx.db, { viewer: listerOf(caller, ctx.clock.now()), text, namespace, limit });
}

/** Accounts whose name holds the text: names are no secret to who has one. */
export async function findAccounts(ctx: Needs<"db">, query: { text: string; limit: number }): Promise<AccountRow[]> {
  return searchAccounts(ctx.db, { ...query, text: query.text.toLowerCase() });
}
