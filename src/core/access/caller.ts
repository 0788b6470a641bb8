// Who is asking, and with what: the account and the upper bound that a token puts on it.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import type { Viewer } from "#db/queries/visible.ts";

export type { AccountRow };

/** What a token grants: an upper bound, bound to immutable ids. `may()` answers within it. */
export type Grant =
  | { type: "repository"; repositoryId: string; name: string; actions: string[] }
  /** A repository that did not exist when the token was made; `namespaceId` is null when its namespace did not either. */
  | { type: "new-repository"; namespaceId: string | null; name: string; actions: string[] }
  /** Repositories whose full names fit, whatever becomes of them. */
  | { type: "pattern"; pattern: string; actions: string[] }
  | { type: "catalog"; actions: string[] };

/** Who is asking. */
export interface Caller {
  account: AccountRow | null;
  /** The token's bound; null when there is none (a password was given). */
  grants: readonly Grant[] | null;
  /** `ticket`: the address of one upload session, which its owner was given. `query`: an access token in the address. */
  how: "anonymous" | "basic" | "bearer" | "ticket" | "cookie" | "query";
  /** The hash, in hex, of the access token that stands behind it, where one does. */
  via?: string;
  /** The id of the session, where one was shown. */
  session?: string;
  /** Where the request came from. */
  from?: string;
  /** Of what is not public, the patterns of paths that this access token is good for; without: all that the account sees. */
  within?: readonly string[];
}

export const anonymous: Caller = { account: null, grants: null, how: "anonymous" };

/** Whose eyes a list is for that was asked with this caller's credentials: a token needs the catalog's grant. */
export function listerOf(caller: Caller, now: Date): Viewer {
  const isFree = caller.grants === null || caller.grants.some(({ type }) => type === "catalog" || type === "pattern");
  return isFree ? viewerOf(caller, now) : null;
}

/** What the account itself sees, and its access token where there is one. */
export function viewerOf({ account, within }: Caller, now: Date): Viewer {
  if (!account?.isActive) return null;
  const seesAll = account.isAdmin || account.rights.globalRole !== null;
  return { accountId: account.id, seesAll, at: now, ...(within && { within }) };
}
