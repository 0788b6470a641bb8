// What an account was granted, in one statement with the account itself: `may()` needs nothing else.
import { type SQL, sql } from "drizzle-orm/sql";

export type AccessLevel = "read-only" | "read-write" | "admin";
export type GlobalRole = "read-only" | "read-write";

/** A level on a repository; with `repositoryId` null on every repository of the namespace, or on those whose names fit the pattern. */
export interface AccessRight {
  level: AccessLevel;
  namespaceId: string;
  repositoryId: string | null;
  pattern: string | null;
  /** From then on it gives nothing; null: it does not end. */
  expiresAt: string | null;
}

export interface Rights {
  globalRole: GlobalRole | null;
  /** Organizations that the account is an owner of. */
  owns: string[];
  /** Organizations that it belongs to, those that it owns included. */
  memberOf: string[];
  /** Teams that it belongs to. */
  teams: string[];
  /** Teams whose members it may change. */
  leads: string[];
  grants: AccessRight[];
  /** When the next of the grants ends. */
  nextExpiry: string | null;
}

/** The grants of an account: its own and those of its teams. */
export function grantsOf(accountId: SQL): SQL {
  return sql`select g.* from access_grant g where g.user_id = ${accountId}
    union all select g.* from team_member tm join access_grant g on g.team_id = tm.team_id
      where tm.user_id = ${accountId}`;
}

const list = (query: SQL) => sql`coalesce((${query}), '[]'::jsonb)`;

/** Of the row of `account` at hand. */
export const rightsOfAccount = sql`jsonb_build_object(
  'globalRole', account.global_role,
  'owns', ${list(sql`select jsonb_agg(m.organization_id) from organization_member m where m.user_id = account.id and m.is_admin`)},
  'memberOf', ${list(sql`select jsonb_agg(m.organization_id) from organization_member m where m.user_id = account.id`)},
  'teams', ${list(sql`select jsonb_agg(m.team_id) from team_member m where m.user_id = account.id`)},
  'leads', ${list(sql`select jsonb_agg(m.team_id) from team_member m where m.user_id = account.id and m.is_admin`)},
  'grants', ${list(sql`select jsonb_agg(jsonb_build_object('level', g.level, 'namespaceId', g.namespace_id, 'repositoryId', g.repository_id,
    'pattern', g.pattern, 'expiresAt', g.expires_at)) from (${grantsOf(sql`account.id`)}) g`)},
  'nextExpiry', (select min(g.expires_at) from (${grantsOf(sql`account.id`)}) g))`;
