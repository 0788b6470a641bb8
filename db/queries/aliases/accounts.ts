// Queries on the names that accounts had: each covers all that is in the account's namespace, and its service accounts.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

export interface AccountAliasRow {
  name: string;
  createdAt: string;
}

/** The former names of an account, the newest first. They are few. */
export async function listAccountAliases(db: Db, accountId: string): Promise<AccountAliasRow[]> {
  return rows(
    db,
    sql`select name, created_at as "createdAt" from account_alias where account_id = ${accountId} order by created_at desc, name`,
  );
}

/** Those of the names that are held, with what the accounts that they lead to are called now. */
export async function findHeldAccountNames(
  db: Db,
  names: readonly string[],
): Promise<{ name: string; accountId: string; present: string }[]> {
  return rows(
    db,
    sql`select f.name, f.account_id as "accountId", a.name as present from account_alias f join account a on a.id = f.account_id
      where f.name in (select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))`,
  );
}

/** Frees a name. @returns whether it was held for the account. */
export async function deleteAccountAlias(db: Db, accountId: string, name: string): Promise<boolean> {
  const gone = await rows(
    db,
    sql`delete from account_alias where account_id = ${accountId} and name = ${name} returning name`,
  );
  return gone.length > 0;
}

/** Ends the former names of an account that is gone, and those that are held in its namespace. */
export async function deleteAliasesOfAccount(tx: Db, accountId: string): Promise<void> {
  await tx.execute(sql`delete from account_alias where account_id = ${accountId}`);
  await tx.execute(sql`delete from repository_alias where account_id = ${accountId}`);
}

export interface Renaming {
  id: string;
  from: string;
  to: string;
  by: string | null;
  now: Date;
}

/**
 * Gives an account another name, and holds the old one for it. Until the transaction ends nobody else gets either name, and nobody creates
 * anything in the namespace.
 * @returns how many names are held for it now; null when it is gone, or had another name by then. @throws a database error 23505 when another has the name.
 */
export async function renameAccount(tx: Db, { id, from, to, by, now }: Renaming): Promise<number | null> {
  const renamed = await rows(
    tx,
    sql`update account set name = ${to} where id = ${id} and name = ${from} and deleted_at is null returning id`,
  );
  if (renamed.length === 0) return null;
  await tx.execute(sql`delete from account_alias where name = ${to} and account_id = ${id}`);
  await tx.execute(
    sql`insert into account_alias (name, account_id, created_at, created_by) values (${from}, ${id}, ${now.toISOString()}, ${by})`,
  );
  const held = await rows<{ count: number }>(
    tx,
    sql`select count(*) as count from account_alias where account_id = ${id}`,
  );
  return held[0]?.count ?? 0;
}

/** Lets everything that has the account's name in its own follow. @returns how many there were of each. */
export async function renameWithin(
  tx: Db,
  { id, from, to }: Pick<Renaming, "id" | "from" | "to">,
): Promise<{ repositories: number; serviceAccounts: number }> {
  const counted = await rows<{ repositories: number; serviceAccounts: number }>(
    tx,
    sql`with robots as (
        update account set name = ${to} || substr(name, ${from.length + 1}::int) where owner_id = ${id} and deleted_at is null returning id),
      paths as (update repository set path = ${to} || '/' || name where account_id = ${id} and deleted_at is null returning id)
      select (select count(*) from robots) as "serviceAccounts", (select count(*) from paths) as repositories`,
  );
  return counted[0] as { repositories: number; serviceAccounts: number };
}

/** How many characters the longest name within a namespace has. */
export async function longestRepositoryName(db: Db, accountId: string): Promise<number> {
  const found = await rows<{ longest: number }>(
    db,
    sql`select coalesce(max(length(name)), 0) as longest from repository where account_id = ${accountId} and deleted_at is null`,
  );
  return found[0]?.longest ?? 0;
}
