// Queries on accounts and the refresh tokens of their clients.
import { sql } from "drizzle-orm/sql";
import { insertEventSql } from "./events.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";

export interface AccountRow {
  id: string;
  name: string;
  kind: "user" | "organization";
  isAdmin: boolean;
  isActive: boolean;
  passwordHash: string | null;
}

const columns = sql`id, name, kind, is_admin as "isAdmin", is_active as "isActive", password_hash as "passwordHash"`;

export async function findAccountById(db: Db, id: string): Promise<AccountRow | null> {
  return (await rows<AccountRow>(db, sql`select ${columns} from account where id = ${id}`))[0] ?? null;
}

export async function findAccountByName(db: Db, name: string): Promise<AccountRow | null> {
  if (name !== withoutZeros(name)) return null;
  return (await rows<AccountRow>(db, sql`select ${columns} from account where name = ${name}`))[0] ?? null;
}

export interface NewAccount {
  id: string;
  name: string;
  kind: "user" | "organization";
  isAdmin: boolean;
  passwordHash: string | null;
  now: Date;
}

/** Creates an account unless one of that name exists. @returns whether it was created. */
export async function insertAccount(db: Db, row: NewAccount): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into account (id, name, kind, is_admin, password_hash, password_changed_at, created_at)
      values (${row.id}, ${row.name}, ${row.kind}, ${row.isAdmin}, ${row.passwordHash},
        ${row.passwordHash === null ? null : row.now.toISOString()}, ${row.now.toISOString()})
      on conflict (name) do nothing returning id`,
  );
  return made.length > 0;
}

/** Whether a system admin exists who can log in. */
export async function hasAdmin(db: Db): Promise<boolean> {
  return (await rows(db, sql`select 1 from account where is_admin and kind = 'user' limit 1`)).length > 0;
}

/** Sets a password and makes the account usable as system admin again; its refresh tokens end. */
export async function resetAdminPassword(db: Db, name: string, passwordHash: string, now: Date): Promise<boolean> {
  const changed = await rows(
    db,
    sql`with changed as (
        update account set password_hash = ${passwordHash}, password_changed_at = ${now.toISOString()}, is_active = true, is_admin = true
        where name = ${name} and kind = 'user' returning id),
      ended as (delete from refresh_token where account_id in (select id from changed)),
      told as (${insertEventSql({ at: now, type: "account.update", actorId: null, repositoryId: null, object: name }, sql`from changed`)})
      select id from changed`,
  );
  return changed.length > 0;
}

export async function insertRefreshToken(
  db: Db,
  row: { hash: Uint8Array; accountId: string; clientId: string; now: Date },
): Promise<void> {
  await db.execute(
    sql`insert into refresh_token (hash, account_id, client_id, created_at, last_used_at)
      values (${row.hash}, ${row.accountId}, ${withoutZeros(row.clientId)}, ${row.now.toISOString()}, ${row.now.toISOString()})`,
  );
}

/** Finds the account of a refresh token and notes its use. */
export async function useRefreshToken(db: Db, hash: Uint8Array, now: Date): Promise<AccountRow | null> {
  const found = await rows<AccountRow>(
    db,
    sql`with used as (update refresh_token set last_used_at = ${now.toISOString()} where hash = ${hash} returning account_id)
      select ${columns} from account where id in (select account_id from used)`,
  );
  return found[0] ?? null;
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
