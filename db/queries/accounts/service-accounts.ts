// Queries on the service accounts of organizations and on their secrets.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";

export interface ServiceAccountRow {
  id: string;
  ownerId: string;
  /** The whole name, the organization's included. */
  name: string;
  description: string;
  /** Whether it may be used, as far as it depends on itself. */
  isActive: boolean;
  createdAt: string;
  /** When one of its secrets was last used. */
  lastUsedAt: string | null;
}

const columns = sql`a.id, a.owner_id as "ownerId", a.name, a.full_name as description, a.is_active as "isActive", a.created_at as "createdAt",
  (select max(t.last_used_at) from access_token t where t.account_id = a.id) as "lastUsedAt"`;

/** @returns false when an account has the name, the organization has so many, or was deleted meanwhile. */
export async function insertServiceAccount(
  db: Db,
  row: { id: string; ownerId: string; shortName: string; description: string; now: Date },
  most: number,
): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into account (id, name, kind, owner_id, full_name, created_at)
      select ${row.id}::uuid, o.name || '+' || ${row.shortName}, 'service', o.id, ${row.description}, ${row.now.toISOString()}::timestamptz
      from account o where o.id = ${row.ownerId} and o.kind = 'organization' and o.deleted_at is null
        and (select count(*) from account s where s.owner_id = o.id and s.deleted_at is null) < ${most} for key share
      on conflict (name) do nothing returning id`,
  );
  return made.length > 0;
}

/** @param by its whole name or its id. */
export async function findServiceAccount(
  db: Db,
  ownerId: string,
  by: { name: string } | { id: string },
): Promise<ServiceAccountRow | null> {
  const which = "id" in by ? sql`a.id = ${by.id}` : sql`a.name = ${by.name}`;
  const found = await rows<ServiceAccountRow>(
    db,
    sql`select ${columns} from account a where a.owner_id = ${ownerId} and a.deleted_at is null and ${which}`,
  );
  return found[0] ?? null;
}

/** In byte order of their names, from one on. */
export async function listServiceAccounts(
  db: Db,
  ownerId: string,
  page: { from: string; limit: number },
): Promise<ServiceAccountRow[]> {
  return rows(
    db,
    sql`select ${columns} from account a where a.owner_id = ${ownerId} and a.deleted_at is null and a.name >= ${withoutZeros(page.from)}
      order by a.name limit ${page.limit}`,
  );
}

export async function updateServiceAccount(
  db: Db,
  id: string,
  change: { description?: string; isActive?: boolean },
): Promise<ServiceAccountRow | null> {
  const found = await rows<ServiceAccountRow>(
    db,
    sql`update account a set full_name = coalesce(${change.description ?? null}, full_name), is_active = coalesce(${change.isActive ?? null}::boolean, is_active)
      where a.id = ${id} and a.deleted_at is null returning ${columns}`,
  );
  return found[0] ?? null;
}

/** Ends all that an organization has, with their secrets and grants. @returns their names. */
export async function markServiceAccountsDeleted(tx: Db, ownerId: string, now: Date): Promise<string[]> {
  const gone = await rows<{ name: string }>(
    tx,
    sql`with gone as (select id, name from account where owner_id = ${ownerId} and deleted_at is null for update),
      secrets as (delete from access_token where account_id in (select id from gone)),
      rules as (delete from trust_rule where account_id in (select id from gone)),
      logins as (delete from refresh_token where account_id in (select id from gone)),
      grants as (delete from access_grant where user_id in (select id from gone))
      update account a set deleted_at = ${now.toISOString()}, name = 'deleted:' || a.id, is_active = false from gone where a.id = gone.id
      returning gone.name`,
  );
  return gone.map(({ name }) => name).sort();
}

/** Removes the secrets that are over: nobody can use them any more. Those that somebody removes at this moment are left to him. */
export async function deleteEndedTokens(db: Db, accountId: string, now: Date): Promise<void> {
  await db.execute(
    sql`delete from access_token where hash in (select hash from access_token where account_id = ${accountId}
      and expires_at <= ${now.toISOString()}::timestamptz limit 1000 for update skip locked)`,
  );
}

export async function countSecrets(db: Db, accountId: string): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from access_token where account_id = ${accountId} and generated_by = 'manual'`,
  );
  return found[0]?.count ?? 0;
}

/** Lets every secret end at that moment that would end later. Whoever does so in this transaction is alone in it. @returns how many there are. */
export async function endSecretsAt(tx: Db, accountId: string, end: Date): Promise<number> {
  const at = sql`${end.toISOString()}::timestamptz`;
  await tx.execute(sql`select id from account where id = ${accountId} for no key update`);
  const ending = await rows(
    tx,
    sql`update access_token set expires_at = ${at} where account_id = ${accountId} and generated_by = 'manual'
      and (expires_at is null or expires_at > ${at}) returning 1`,
  );
  return ending.length;
}
