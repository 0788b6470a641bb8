// Queries on accounts.
import { type SQL, sql } from "drizzle-orm/sql";
import { deleteAliasesOfAccount } from "../aliases/accounts.ts";
import { insertEventSql } from "../events.ts";
import { type Db, rows, withoutZeros } from "../rows.ts";
import { type GlobalRole, type Rights, rightsOfAccount } from "./rights.ts";
import { deleteSecondFactor } from "./second-factor.ts";

export interface AccountRow {
  id: string;
  name: string;
  kind: "user" | "organization" | "service";
  /** The organization of a service account. */
  ownerId?: string | null;
  fullName: string;
  isAdmin: boolean;
  isActive: boolean;
  passwordHash: string | null;
  /** Then the password alone opens nothing. */
  hasSecondFactor: boolean;
  rights: Rights;
}

/** A service account is as active as its organization. */
const isActive = sql`account.is_active and coalesce((select o.is_active from account o where o.id = account.owner_id), true)`;

export const accountColumns = sql`account.id, account.name, account.kind, account.owner_id as "ownerId", account.full_name as "fullName",
  account.is_admin as "isAdmin", ${isActive} as "isActive", account.password_hash as "passwordHash",
  exists (select 1 from second_factor f where f.account_id = account.id and f.confirmed_at is not null) as "hasSecondFactor", ${rightsOfAccount} as rights`;

export async function findAccountById(db: Db, id: string): Promise<AccountRow | null> {
  const found = await rows<AccountRow>(
    db,
    sql`select ${accountColumns} from account where id = ${id} and deleted_at is null`,
  );
  return found[0] ?? null;
}

/** The id of the account that has the name, or had it; of a service account also by a former name of its organization. */
export function accountIdOf(name: string): SQL {
  const plus = name.indexOf("+");
  const former =
    plus < 0
      ? sql`(select f.account_id from account_alias f where f.name = ${name})`
      : sql`(select s.id from account_alias f join account o on o.id = f.account_id join account s on s.owner_id = o.id
          where f.name = ${name.slice(0, plus)} and s.name = o.name || ${name.slice(plus)} and s.deleted_at is null)`;
  return sql`coalesce((select p.id from account p where p.name = ${name} and p.deleted_at is null), ${former})`;
}

/** The account of that name, or the one that had it: one statement whether it is there or not, so that time tells nothing. */
export async function findAccountByName(db: Db, name: string): Promise<AccountRow | null> {
  if (name !== withoutZeros(name)) return null;
  const found = await rows<AccountRow>(
    db,
    sql`select ${accountColumns} from account where id = ${accountIdOf(name)} and deleted_at is null`,
  );
  return found[0] ?? null;
}

export interface NewAccount {
  id: string;
  name: string;
  kind: "user" | "organization";
  isAdmin: boolean;
  passwordHash: string | null;
  fullName?: string;
  isActive?: boolean;
  globalRole?: GlobalRole | null;
  now: Date;
}

/** Creates an account unless one of that name exists, or the name is held for another. @returns whether it was created. */
export async function insertAccount(tx: Db, row: NewAccount): Promise<boolean> {
  const made = await rows(
    tx,
    sql`insert into account (id, name, kind, full_name, is_admin, is_active, global_role, password_hash, password_changed_at, created_at)
      values (${row.id}, ${row.name}, ${row.kind}, ${row.fullName ?? ""}, ${row.isAdmin}, ${row.isActive ?? true}, ${row.globalRole ?? null},
        ${row.passwordHash}, ${row.passwordHash === null ? null : row.now.toISOString()}, ${row.now.toISOString()})
      on conflict (name) do nothing returning id`,
  );
  if (made.length === 0) return false;
  return (await deleteHeld(tx, [row.id])) === 0;
}

/**
 * Removes those just created whose names are held. A statement of its own: a name comes to be held only by who had it, and the insert
 * waited for him. @returns how many.
 */
async function deleteHeld(tx: Db, ids: readonly string[]): Promise<number> {
  const gone = await rows(
    tx,
    sql`delete from account where id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::uuid)
      and name in (select f.name from account_alias f) returning id`,
  );
  return gone.length;
}

/** Those of the names that accounts have, or had. */
export async function findTakenNames(db: Db, names: readonly string[]): Promise<string[]> {
  const wanted = sql`(select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))`;
  const found = await rows<{ name: string }>(
    db,
    sql`select name from account where name in ${wanted} union select name from account_alias where name in ${wanted}`,
  );
  return found.map(({ name }) => name);
}

/** Creates users at once, but those whose names are taken. @returns how many were created. */
export async function insertUsers(
  tx: Db,
  users: readonly Pick<NewAccount, "id" | "name" | "isAdmin" | "globalRole" | "passwordHash">[],
  now: Date,
): Promise<number> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const made = await rows<{ id: string }>(
    tx,
    sql`insert into account (id, name, kind, is_admin, global_role, password_hash, password_changed_at, created_at)
      select u.id, u.name, 'user', u."isAdmin", u."globalRole", u."passwordHash", ${at}, ${at}
      from jsonb_to_recordset(${JSON.stringify(users)}::jsonb)
        as u(id uuid, name text, "isAdmin" boolean, "globalRole" text, "passwordHash" text)
      on conflict (name) do nothing returning id`,
  );
  const held = await deleteHeld(
    tx,
    made.map(({ id }) => id),
  );
  return made.length - held;
}

/** Whether a system admin exists who can log in. */
export async function hasAdmin(db: Db): Promise<boolean> {
  return (
    (await rows(db, sql`select 1 from account where is_admin and kind = 'user' and deleted_at is null limit 1`))
      .length > 0
  );
}

/** Sets a password and makes the account usable as system admin again; its sessions, refresh tokens and second factor end. */
export async function resetAdminPassword(db: Db, name: string, passwordHash: string, now: Date): Promise<boolean> {
  const detail = { password: "changed", isAdmin: true, isActive: true };
  const event = { at: now, type: "account.update", actorId: null, repositoryId: null, object: name, detail } as const;
  const changed = await rows(
    db,
    sql`with changed as (
        update account set password_hash = ${passwordHash}, password_changed_at = ${now.toISOString()}, is_active = true, is_admin = true
        where name = ${name} and kind = 'user' and deleted_at is null returning id),
      ended as (delete from refresh_token where account_id in (select id from changed)),
      out as (delete from session where account_id in (select id from changed)),
      second as (delete from second_factor where account_id in (select id from changed)),
      codes as (delete from recovery_code where account_id in (select id from changed)),
      told as (${insertEventSql({ ...event, credential: "command on the host" }, sql`from changed`)})
      select id from changed`,
  );
  return changed.length > 0;
}

/** Which accounts a list is of: service accounts are in none but their own. */
export type AccountFilter =
  | "all"
  | "users"
  | "orgs"
  | "admins"
  | "non-admins"
  | "active-users"
  | "inactive-users"
  | "service-accounts";

const filters: Record<AccountFilter, SQL> = {
  all: sql`kind <> 'service'`,
  users: sql`kind = 'user'`,
  orgs: sql`kind = 'organization'`,
  admins: sql`kind = 'user' and is_admin`,
  "non-admins": sql`kind = 'user' and not is_admin`,
  "active-users": sql`kind = 'user' and is_active`,
  "inactive-users": sql`kind = 'user' and not is_active`,
  "service-accounts": sql`kind = 'service'`,
};

/** Accounts in byte order of their names, from one on. */
export async function listAccounts(
  db: Db,
  page: { filter: AccountFilter; from: string; limit: number },
): Promise<AccountRow[]> {
  return rows<AccountRow>(
    db,
    sql`select ${accountColumns} from account where deleted_at is null and name >= ${withoutZeros(page.from)} and ${filters[page.filter]}
      order by name limit ${page.limit}`,
  );
}

export async function countAccounts(db: Db, filter: AccountFilter): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from account where deleted_at is null and ${filters[filter]}`,
  );
  return found[0]?.count ?? 0;
}

export interface AccountChange {
  fullName?: string;
  isAdmin?: boolean;
  isActive?: boolean;
  globalRole?: GlobalRole | null;
}

/** @returns false when there is no such account. */
export async function updateAccount(db: Db, id: string, change: AccountChange): Promise<boolean> {
  const { globalRole } = change;
  const changed = await rows(
    db,
    sql`update account set full_name = coalesce(${change.fullName ?? null}, full_name),
      is_admin = coalesce(${change.isAdmin ?? null}::boolean, is_admin), is_active = coalesce(${change.isActive ?? null}::boolean, is_active),
      global_role = ${globalRole === undefined ? sql`global_role` : sql`${globalRole}`}
      where id = ${id} and deleted_at is null returning id`,
  );
  return changed.length > 0;
}

/** Sets a password and ends the account's refresh tokens and sessions, but the session `keep`. */
export async function updatePassword(
  tx: Db,
  id: string,
  { passwordHash, keep, now }: { passwordHash: string; keep: string | null; now: Date },
): Promise<boolean> {
  const changed = await rows(
    tx,
    sql`update account set password_hash = ${passwordHash}, password_changed_at = ${now.toISOString()}
      where id = ${id} and kind = 'user' and deleted_at is null returning id`,
  );
  if (changed.length === 0) return false;
  // Statements of their own: they see the session of a login that the first one waited for.
  await tx.execute(sql`delete from refresh_token where account_id = ${id}`);
  await tx.execute(
    sql`delete from session where account_id = ${id} and (${keep}::uuid is null or id <> ${keep}::uuid)`,
  );
  return true;
}

/** Replaces a hash by another one of the same password, unless it was changed meanwhile. */
export async function replacePasswordHash(
  db: Db,
  id: string,
  { from, to }: { from: string; to: string },
): Promise<boolean> {
  const changed = await rows(
    db,
    sql`update account set password_hash = ${to} where id = ${id} and password_hash = ${from} and deleted_at is null returning id`,
  );
  return changed.length > 0;
}

/** Whether another system admin could log in. Whoever takes that right away in this transaction is alone in doing so. */
export async function hasOtherAdmin(tx: Db, id: string): Promise<boolean> {
  const admins = await rows<{ id: string }>(
    tx,
    sql`select id from account where is_admin and is_active and kind = 'user' and deleted_at is null order by id for update`,
  );
  return admins.some((admin) => admin.id !== id);
}

/** Ends an account: nobody finds it any more, and its name is free. Its repositories and service accounts are ended by their own queries. */
export async function markAccountDeleted(tx: Db, id: string, now: Date): Promise<boolean> {
  const marked = await rows(
    tx,
    sql`update account set deleted_at = ${now.toISOString()}, name = 'deleted:' || id, password_hash = null, is_active = false, is_admin = false
      where id = ${id} and deleted_at is null returning id`,
  );
  if (marked.length === 0) return false;
  await tx.execute(sql`delete from refresh_token where account_id = ${id}`);
  await tx.execute(sql`delete from session where account_id = ${id}`);
  await deleteSecondFactor(tx, id);
  await deleteAliasesOfAccount(tx, id);
  await tx.execute(sql`delete from access_token where account_id = ${id}`);
  await tx.execute(sql`delete from trust_rule where account_id = ${id}`);
  await tx.execute(sql`delete from access_grant where user_id = ${id} or namespace_id = ${id}`);
  await tx.execute(sql`delete from team where organization_id = ${id}`);
  await tx.execute(sql`delete from team_member where user_id = ${id}`);
  await tx.execute(sql`delete from organization_member where user_id = ${id} or organization_id = ${id}`);
  return true;
}
