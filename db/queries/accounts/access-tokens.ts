// Queries on access tokens. A token is known by its hash alone.
import { sql } from "drizzle-orm/sql";
import type { TokenScope } from "../../schema/account.ts";
import { type Db, rows, withoutZeros } from "../rows.ts";
import { type AccountRow, accountColumns } from "./accounts.ts";

export type { TokenScope };

export interface AccessTokenRow {
  /** In hex. */
  hash: string;
  accountId: string;
  label: string;
  isActive: boolean;
  generatedBy: string;
  creatorAgent: string;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
  /** What it is good for at most; null: for all that its account may. */
  scopes: TokenScope[] | null;
}

const columns = sql`encode(t.hash, 'hex') as hash, t.account_id as "accountId", t.label, t.is_active as "isActive", t.generated_by as "generatedBy",
  t.creator_agent as "creatorAgent", t.created_at as "createdAt", t.last_used_at as "lastUsedAt", t.expires_at as "expiresAt", t.scopes`;

export interface NewAccessToken {
  hash: Uint8Array;
  accountId: string;
  label: string;
  generatedBy: string;
  creatorAgent: string;
  expiresAt: Date | null;
  scopes: TokenScope[] | null;
  now: Date;
}

/** @returns false when the account has so many, or was deleted meanwhile. */
export async function insertAccessToken(db: Db, row: NewAccessToken, most: number): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into access_token (hash, account_id, label, generated_by, creator_agent, created_at, expires_at, scopes)
      select ${row.hash}::bytea, a.id, ${withoutZeros(row.label)}, ${row.generatedBy}, ${withoutZeros(row.creatorAgent)},
        ${row.now.toISOString()}::timestamptz, ${row.expiresAt?.toISOString() ?? null}::timestamptz,
        ${row.scopes === null ? null : JSON.stringify(row.scopes)}::jsonb
      from account a where a.id = ${row.accountId} and a.deleted_at is null
        and (select count(*) from access_token o where o.account_id = a.id) < ${most} for key share returning account_id`,
  );
  return made.length > 0;
}

/** Finds the account of a token that can be used now, with the token's scopes, and notes the use, once a minute. */
export async function useAccessToken(
  db: Db,
  hash: Uint8Array,
  now: Date,
): Promise<{ account: AccountRow; scopes: TokenScope[] | null } | null> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const found = await rows<AccountRow & { scopes: TokenScope[] | null }>(
    db,
    sql`with used as (
        update access_token set last_used_at = ${at} where hash = ${hash} and (last_used_at is null or last_used_at < ${at} - interval '1 minute'))
      select ${accountColumns}, t.scopes from access_token t join account on account.id = t.account_id
      where t.hash = ${hash} and t.is_active and (t.expires_at is null or t.expires_at > ${at}) and account.deleted_at is null`,
  );
  if (!found[0]) return null;
  const { scopes, ...account } = found[0];
  return { account, scopes };
}

/** Newest first. @param accountId null: of everybody. */
export async function listAccessTokens(
  db: Db,
  page: { accountId: string | null; after: string; limit: number },
): Promise<AccessTokenRow[]> {
  const of = page.accountId === null ? sql`true` : sql`t.account_id = ${page.accountId}`;
  const after = /^[0-9a-f]{64}$/.test(page.after)
    ? sql`(t.created_at, t.hash) < (select o.created_at, o.hash from access_token o where o.hash = decode(${page.after}, 'hex'))`
    : sql`true`;
  return rows(
    db,
    sql`select ${columns} from access_token t where ${of} and ${after} order by t.created_at desc, t.hash desc limit ${page.limit}`,
  );
}

/** @param hash in hex; anything else is none. */
export async function findAccessToken(db: Db, hash: string): Promise<AccessTokenRow | null> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const found = await rows<AccessTokenRow>(
    db,
    sql`select ${columns} from access_token t where t.hash = decode(${hash}, 'hex')`,
  );
  return found[0] ?? null;
}

export async function updateAccessToken(
  db: Db,
  hash: string,
  change: { label?: string; isActive?: boolean },
): Promise<AccessTokenRow | null> {
  const label = change.label === undefined ? null : withoutZeros(change.label);
  const found = await rows<AccessTokenRow>(
    db,
    sql`update access_token t set label = coalesce(${label}, label), is_active = coalesce(${change.isActive ?? null}::boolean, is_active)
      where t.hash = decode(${hash}, 'hex') returning ${columns}`,
  );
  return found[0] ?? null;
}

export async function deleteAccessToken(db: Db, hash: string): Promise<boolean> {
  return (await rows(db, sql`delete from access_token where hash = decode(${hash}, 'hex') returning 1`)).length > 0;
}

/** @param which.accountId null: of everybody; which.usedBefore null: whenever they were used. @returns how many. */
export async function deleteAccessTokens(
  db: Db,
  which: { accountId: string | null; generatedBy: string; usedBefore: Date | null },
): Promise<number> {
  const of = which.accountId === null ? sql`true` : sql`account_id = ${which.accountId}`;
  const unused =
    which.usedBefore === null
      ? sql`true`
      : sql`coalesce(last_used_at, created_at) < ${which.usedBefore.toISOString()}::timestamptz`;
  const gone = await rows(
    db,
    sql`delete from access_token where ${of} and ${unused} and generated_by = ${which.generatedBy} returning 1`,
  );
  return gone.length;
}
