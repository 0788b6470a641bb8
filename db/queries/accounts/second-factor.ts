// Queries on second factors. A try is counted before its code is looked at, so that many at once get no more tries than one after the other.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

/** Wrong codes that cost nothing; each after them costs a wait that doubles, from the first to the most. */
const freeFailures = 5;
const firstWaitSeconds = 30;
const mostWaitSeconds = 900;

/** Of the row of `second_factor` at hand. */
const isFree = sql`(failed_at is null or failures < ${freeFailures}::int)`;
const waitSeconds = sql`case when ${isFree} then 0
  else least(${mostWaitSeconds}::int, ${firstWaitSeconds}::int * power(2, least(failures, 20) - ${freeFailures}::int)) end`;

/** Offers a secret in place of one that was never confirmed. @returns false when one is in force. */
export async function offerSecondFactor(
  db: Db,
  row: { accountId: string; secretSealed: Uint8Array; now: Date },
): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into second_factor (account_id, secret_sealed, created_at) values (${row.accountId}, ${row.secretSealed}, ${row.now.toISOString()})
      on conflict (account_id) do update set secret_sealed = excluded.secret_sealed, created_at = excluded.created_at
      where second_factor.confirmed_at is null returning account_id`,
  );
  return made.length > 0;
}

export interface SecondFactorRow {
  secretSealed: Uint8Array;
  confirmedAt: string | null;
  lastStep: number | null;
}

/** Counts a try. @returns what it is compared with; seconds to wait when it is not the time for one; null where there is none. */
export async function claimTry(
  db: Db,
  accountId: string,
  now: Date,
): Promise<SecondFactorRow | { waitSeconds: number } | null> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const claimed = await rows<SecondFactorRow>(
    db,
    sql`update second_factor set failures = failures + 1, failed_at = greatest(failed_at, ${at})
      where account_id = ${accountId} and (${isFree} or failed_at + make_interval(secs => ${waitSeconds}) <= ${at})
      returning secret_sealed as "secretSealed", confirmed_at as "confirmedAt", last_step as "lastStep"`,
  );
  if (claimed[0]) return claimed[0];
  const waiting = await rows<{ seconds: number }>(
    db,
    sql`select ceil(greatest(1, extract(epoch from failed_at - ${at}) + ${waitSeconds}))::float8 as seconds
      from second_factor where account_id = ${accountId}`,
  );
  return waiting[0] ? { waitSeconds: waiting[0].seconds } : null;
}

/** Takes a code of that step, unless one of it or of a later one was taken. @returns whether it was. */
export async function takeStep(db: Db, accountId: string, step: number): Promise<boolean> {
  const taken = await rows(
    db,
    sql`update second_factor set last_step = ${step}, failures = 0, failed_at = null
      where account_id = ${accountId} and (last_step is null or last_step < ${step}) returning 1`,
  );
  return taken.length > 0;
}

/** Takes a recovery code, which is gone then. @returns whether it was there. */
export async function takeRecoveryCode(db: Db, accountId: string, hash: Uint8Array): Promise<boolean> {
  const taken = await rows(
    db,
    sql`with taken as (delete from recovery_code where account_id = ${accountId} and hash = ${hash} returning account_id)
      update second_factor set failures = 0, failed_at = null where account_id in (select account_id from taken) returning 1`,
  );
  return taken.length > 0;
}

/**
 * Puts an offered secret in force. Logins of the account wait until then, and see it.
 * @returns false when another one was offered or put in force meanwhile.
 */
export async function confirmSecondFactor(
  tx: Db,
  accountId: string,
  { secretSealed, now }: { secretSealed: Uint8Array; now: Date },
): Promise<boolean> {
  await tx.execute(sql`select 1 from account where id = ${accountId} for no key update`);
  const confirmed = await rows(
    tx,
    sql`update second_factor set confirmed_at = ${now.toISOString()}
      where account_id = ${accountId} and confirmed_at is null and secret_sealed = ${secretSealed} returning 1`,
  );
  return confirmed.length > 0;
}

/** Puts codes in place of those that are left. */
export async function replaceRecoveryCodes(tx: Db, accountId: string, hashes: readonly Uint8Array[]): Promise<void> {
  await tx.execute(sql`delete from recovery_code where account_id = ${accountId}`);
  const values = hashes.map((hash) => sql`(${accountId}::uuid, ${hash}::bytea)`);
  await tx.execute(sql`insert into recovery_code (account_id, hash) values ${sql.join(values, sql`, `)}`);
}

/** @returns false when there is none in force, nor offered. */
export async function deleteSecondFactor(tx: Db, accountId: string): Promise<boolean> {
  await tx.execute(sql`delete from recovery_code where account_id = ${accountId}`);
  return (await rows(tx, sql`delete from second_factor where account_id = ${accountId} returning 1`)).length > 0;
}

/** Since when one is in force, and how many recovery codes are left; null where none is. */
export async function lookAtSecondFactor(
  db: Db,
  accountId: string,
): Promise<{ confirmedAt: string; recoveryCodes: number } | null> {
  const found = await rows<{ confirmedAt: string; recoveryCodes: number }>(
    db,
    sql`select confirmed_at as "confirmedAt", (select count(*) from recovery_code r where r.account_id = f.account_id) as "recoveryCodes"
      from second_factor f where f.account_id = ${accountId} and f.confirmed_at is not null`,
  );
  return found[0] ?? null;
}
