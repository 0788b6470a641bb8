// Queries on sessions. One is in force until its end, while it is used often enough, and while its account is active.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";
import { type AccountRow, accountColumns } from "./accounts.ts";

/** Sessions that one account may have: the one that was not used for longest goes first. */
const most = 100;

export interface SessionRow {
  id: string;
  agent: string;
  address: string;
  createdAt: string;
  lastUsedAt: string;
  endsAt: string;
}

const columns = sql`s.id, s.agent, s.address, s.created_at as "createdAt", s.last_used_at as "lastUsedAt", s.ends_at as "endsAt"`;

/** What is in force: the moment, and since when a session must have been used. */
export interface InForce {
  now: Date;
  usedSince: Date;
}

const lives = ({ now, usedSince }: InForce) =>
  sql`s.ends_at > ${now.toISOString()}::timestamptz and s.last_used_at > ${usedSince.toISOString()}::timestamptz`;

export interface NewSession {
  hash: Uint8Array;
  id: string;
  agent: string;
  address: string;
  now: Date;
  endsAt: Date;
}

/** Begins a session of a user who is as he was when his password was checked. Who changes that waits, and then ends it. @returns whether he is. */
export async function insertSession(
  tx: Db,
  { id, passwordHash }: Pick<AccountRow, "id" | "passwordHash">,
  row: NewSession,
): Promise<boolean> {
  const now = row.now.toISOString();
  const made = await rows(
    tx,
    sql`insert into session (hash, id, account_id, agent, address, created_at, last_used_at, ends_at)
      select ${row.hash}::bytea, ${row.id}::uuid, a.id, ${withoutZeros(row.agent)}, ${row.address}, ${now}::timestamptz, ${now}::timestamptz,
        ${row.endsAt.toISOString()}::timestamptz
      from account a where a.id = ${id} and a.kind = 'user' and a.is_active and a.deleted_at is null and a.password_hash = ${passwordHash}
      for share returning account_id`,
  );
  if (made.length === 0) return false;
  await tx.execute(
    sql`delete from session where hash in (select hash from session where account_id = ${id} order by last_used_at desc, hash offset ${most})`,
  );
  return true;
}

/** Finds the account of a session that is in force, and notes the use, once a minute. */
export async function useSession(
  db: Db,
  hash: Uint8Array,
  when: InForce,
): Promise<{ account: AccountRow; id: string } | null> {
  const now = sql`${when.now.toISOString()}::timestamptz`;
  const found = await rows<AccountRow & { sessionId: string }>(
    db,
    sql`with used as (
        update session s set last_used_at = ${now} where s.hash = ${hash} and s.last_used_at < ${now} - interval '1 minute' and ${lives(when)})
      select ${accountColumns}, s.id as "sessionId" from session s join account on account.id = s.account_id
      where s.hash = ${hash} and ${lives(when)} and account.kind = 'user' and account.is_active and account.deleted_at is null`,
  );
  if (!found[0]) return null;
  const { sessionId, ...account } = found[0];
  return { account, id: sessionId };
}

/** Those in force, the one that was used last first. */
export async function listSessions(db: Db, accountId: string, when: InForce): Promise<SessionRow[]> {
  return rows(
    db,
    sql`select ${columns} from session s where s.account_id = ${accountId} and ${lives(when)} order by s.last_used_at desc, s.id limit ${most}`,
  );
}

/** @returns whose it was, if there was one. */
export async function deleteSessionOf(db: Db, hash: Uint8Array): Promise<{ accountId: string; id: string } | null> {
  const gone = await rows<{ accountId: string; id: string }>(
    db,
    sql`delete from session where hash = ${hash} returning account_id as "accountId", id`,
  );
  return gone[0] ?? null;
}

/** @param which.id null: all of the account, but `keep`. @returns how many. */
export async function deleteSessions(
  db: Db,
  accountId: string,
  { id = null, keep = null }: { id?: string | null; keep?: string | null } = {},
): Promise<number> {
  const gone = await rows(
    db,
    sql`delete from session where account_id = ${accountId} and (${id}::uuid is null or id = ${id}::uuid)
      and (${keep}::uuid is null or id <> ${keep}::uuid) returning 1`,
  );
  return gone.length;
}

/** Removes those that are over. @returns how many. */
export async function deleteEndedSessions(db: Db, when: InForce): Promise<number> {
  const gone = await rows(
    db,
    sql`delete from session where hash in (select s.hash from session s where s.last_used_at <= ${when.usedSince.toISOString()}::timestamptz limit 1000) returning 1`,
  );
  return gone.length;
}
