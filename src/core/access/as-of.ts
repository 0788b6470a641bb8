// What an account was granted as it is at a moment: grants that have ended give nothing, without anybody taking them away.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";

/** The account without the grants that have ended; the same object where none has. */
export function asOf<Account extends AccountRow>(account: Account, now: Date): Account {
  const { rights } = account;
  if (rights.nextExpiry === null || new Date(rights.nextExpiry) > now) return account;
  const grants = rights.grants.filter(({ expiresAt }) => expiresAt === null || new Date(expiresAt) > now);
  return { ...account, rights: { ...rights, grants } };
}
