// Queries on refresh tokens: what docker keeps in place of a password, or of the access token that was shown for one.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";
import type { TokenScope } from "./access-tokens.ts";
import { type AccountRow, accountColumns } from "./accounts.ts";

/**
 * Keeps a token for an account that is as it was when it logged in. Who changes that waits, and then ends the token, or comes first.
 * @param row.via in hex, of the access token that it was given for; else it was the account's password. @returns whether it is kept.
 */
export async function insertRefreshToken(
  db: Db,
  { id, passwordHash }: Pick<AccountRow, "id" | "passwordHash">,
  row: { hash: Uint8Array; clientId: string; via: string | null; now: Date },
): Promise<boolean> {
  const now = row.now.toISOString();
  const made = await rows(
    db,
    sql`insert into refresh_token (hash, account_id, client_id, via, created_at, last_used_at)
      select ${row.hash}::bytea, a.id, ${withoutZeros(row.clientId)}, decode(${row.via}, 'hex'), ${now}::timestamptz, ${now}::timestamptz
      from account a where a.id = ${id} and a.is_active and a.deleted_at is null
        and (${row.via}::text is not null or a.password_hash = ${passwordHash})
      for share returning account_id`,
  );
  return made.length > 0;
}

/** Finds the account of a refresh token, and the access token behind it in hex with its scopes, and notes its use. */
export async function useRefreshToken(
  db: Db,
  hash: Uint8Array,
  now: Date,
): Promise<{ account: AccountRow; via: string | null; scopes: TokenScope[] | null } | null> {
  const found = await rows<AccountRow & { via: string | null; scopes: TokenScope[] | null }>(
    db,
    sql`with used as (update refresh_token set last_used_at = ${now.toISOString()} where hash = ${hash} returning account_id, via)
      select ${accountColumns}, encode(used.via, 'hex') as via, t.scopes from account join used on used.account_id = account.id
      left join access_token t on t.hash = used.via
      where deleted_at is null and (used.via is null
        or t.is_active and (t.expires_at is null or t.expires_at > ${now.toISOString()}::timestamptz))`,
  );
  if (!found[0]) return null;
  const { via, scopes, ...account } = found[0];
  return { account, via, scopes };
}

/** @returns how many. */
export async function deleteRefreshTokens(db: Db, accountId: string): Promise<number> {
  return (await rows(db, sql`delete from refresh_token where account_id = ${accountId} returning 1`)).length;
}

/** Of those, the ones that were given for the password itself. */
export async function deleteRefreshTokensOfPassword(db: Db, accountId: string): Promise<void> {
  await db.execute(sql`delete from refresh_token where account_id = ${accountId} and via is null`);
}

/** Ends tokens that nobody used since the cutoff. @returns how many. */
export async function deleteUnusedRefreshTokens(db: Db, cutoff: Date): Promise<number> {
  const ended = await rows(
    db,
    sql`delete from refresh_token where hash in (
        select hash from refresh_token where last_used_at < ${cutoff.toISOString()} limit 1000) returning 1`,
  );
  return ended.length;
}
