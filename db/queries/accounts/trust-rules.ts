// Queries on trust rules, and on what was given by them.
import { sql } from "drizzle-orm/sql";
import { type Db, rows } from "../rows.ts";

export interface TrustRuleRow {
  id: string;
  accountId: string;
  issuer: string;
  audience: string;
  claims: Record<string, string>;
  tokenSeconds: number;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
}

const columns = sql`r.id, r.account_id as "accountId", r.issuer, r.audience, r.claims, r.token_seconds as "tokenSeconds",
  r.created_at as "createdAt", r.last_used_at as "lastUsedAt", r.expires_at as "expiresAt"`;

export interface NewTrustRule {
  id: string;
  accountId: string;
  issuer: string;
  audience: string;
  claims: Record<string, string>;
  tokenSeconds: number;
  expiresAt: Date | null;
  now: Date;
}

/** @returns null when the service account has so many, or was deleted meanwhile. */
export async function insertTrustRule(db: Db, row: NewTrustRule, most: number): Promise<TrustRuleRow | null> {
  const made = await rows<TrustRuleRow>(
    db,
    sql`insert into trust_rule as r (id, account_id, issuer, audience, claims, token_seconds, created_at, expires_at)
      select ${row.id}::uuid, a.id, ${row.issuer}, ${row.audience}, ${JSON.stringify(row.claims)}::jsonb, ${row.tokenSeconds}::int,
        ${row.now.toISOString()}::timestamptz, ${row.expiresAt?.toISOString() ?? null}::timestamptz
      from account a where a.id = ${row.accountId} and a.kind = 'service' and a.deleted_at is null
        and (select count(*) from trust_rule o where o.account_id = a.id) < ${most} for key share returning ${columns}`,
  );
  return made[0] ?? null;
}

/** Of a service account, oldest first. */
export async function listTrustRules(db: Db, accountId: string): Promise<TrustRuleRow[]> {
  return rows(
    db,
    sql`select ${columns} from trust_rule r where r.account_id = ${accountId} order by r.created_at, r.id`,
  );
}

/** Ends a rule, and what was given by it. @returns the rule, or null when the service account has none of that id. */
export async function deleteTrustRule(db: Db, accountId: string, id: string): Promise<TrustRuleRow | null> {
  const gone = await rows<TrustRuleRow>(
    db,
    sql`delete from trust_rule r where r.account_id = ${accountId} and r.id::text = ${id} returning ${columns}`,
  );
  return gone[0] ?? null;
}

const lives = (now: Date) => sql`(r.expires_at is null or r.expires_at > ${now.toISOString()}::timestamptz)`;

/** Whether any rule trusts the issuer: nobody else is asked for keys. */
export async function isTrustedIssuer(db: Db, issuer: string, now: Date): Promise<boolean> {
  const found = await rows(db, sql`select 1 from trust_rule r where r.issuer = ${issuer} and ${lives(now)} limit 1`);
  return found.length > 0;
}

/** A rule that holds for a token, and the service account that it is of. */
export interface HoldingRule {
  id: string;
  accountId: string;
  accountName: string;
  /** How long what it gives holds: not beyond the rule itself. */
  tokenSeconds: number;
}

/** The rules that hold for a token, of service accounts that can be used. @param token.accountId only of this one; null: of any. */
export async function findHoldingRules(
  db: Db,
  token: { issuer: string; audiences: string[]; claims: Record<string, string>; accountId: string | null },
  now: Date,
): Promise<HoldingRule[]> {
  const ofAccount = token.accountId === null ? sql`true` : sql`a.id = ${token.accountId}`;
  return rows(
    db,
    sql`select r.id, a.id as "accountId", a.name as "accountName",
        least(r.token_seconds, ceil(extract(epoch from r.expires_at - ${now.toISOString()}::timestamptz))::int) as "tokenSeconds"
      from trust_rule r join account a on a.id = r.account_id join account o on o.id = a.owner_id
      where r.issuer = ${token.issuer} and ${lives(now)} and ${ofAccount}
        and r.audience in (select jsonb_array_elements_text(${JSON.stringify(token.audiences)}::jsonb))
        and r.claims <@ ${JSON.stringify(token.claims)}::jsonb
        and a.deleted_at is null and a.is_active and o.is_active order by "tokenSeconds" desc, r.created_at limit 100`,
  );
}

/** Notes that a token was used. @returns false when it was used before. */
export async function useOutsideToken(db: Db, hash: Uint8Array, until: Date): Promise<boolean> {
  const used = await rows(
    db,
    sql`insert into used_outside_token (hash, until) values (${hash}, ${until.toISOString()}) on conflict (hash) do nothing returning 1`,
  );
  return used.length > 0;
}

/** Gives an access token by a rule, and notes its use, once a minute. @returns false when the rule or its service account is gone, or has given so many. */
export async function insertWorkloadToken(
  tx: Db,
  row: { hash: Uint8Array; rule: HoldingRule; label: string; creatorAgent: string; expiresAt: Date; now: Date },
  most: number,
): Promise<boolean> {
  const at = sql`${row.now.toISOString()}::timestamptz`;
  const made = await rows(
    tx,
    sql`insert into access_token (hash, account_id, label, generated_by, creator_agent, created_at, expires_at, rule_id)
      select ${row.hash}::bytea, a.id, ${row.label}, 'workload', ${row.creatorAgent}, ${at}, ${row.expiresAt.toISOString()}::timestamptz, r.id
      from account a join trust_rule r on r.account_id = a.id
      where r.id = ${row.rule.id} and a.deleted_at is null and a.is_active
        and (select count(*) from access_token o where o.rule_id = r.id and o.expires_at > ${at}) < ${most}
      for key share of a, r returning 1`,
  );
  if (made.length === 0) return false;
  await tx.execute(
    sql`update trust_rule set last_used_at = ${at} where id = ${row.rule.id} and (last_used_at is null or last_used_at < ${at} - interval '1 minute')`,
  );
  return true;
}

/** Removes what is over: notes of used tokens, and what was given. @returns how many rows there were. */
export async function deleteEndedWorkloads(db: Db, now: Date, most: number): Promise<number> {
  const at = sql`${now.toISOString()}::timestamptz`;
  const gone = await rows<{ count: number }>(
    db,
    sql`with notes as (delete from used_outside_token where hash in (select hash from used_outside_token where until < ${at} limit ${most}) returning 1),
      tokens as (delete from access_token where hash in (select hash from access_token where rule_id is not null and expires_at < ${at} limit ${most}) returning 1)
      select (select count(*) from notes) + (select count(*) from tokens) as count`,
  );
  return gone[0]?.count ?? 0;
}
