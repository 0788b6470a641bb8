// Queries on what accounts were granted in a namespace, with the team that each grant comes by.
import { type SQL, sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";
import { type AccountRow, accountColumns } from "./accounts.ts";
import { type AccessRight, grantsOf } from "./rights.ts";

/** A grant and the team that it comes by; both null for one to the account itself. */
export interface ExplainedRight extends AccessRight {
  teamId: string | null;
  team: string | null;
}

/** Of the row of `account` at hand, those of one namespace. */
const explained = (
  namespaceId: string,
): SQL => sql`coalesce((select jsonb_agg(jsonb_build_object('level', g.level, 'namespaceId', g.namespace_id,
    'repositoryId', g.repository_id, 'pattern', g.pattern, 'expiresAt', g.expires_at, 'teamId', g.team_id, 'team', t.name) order by t.name)
  from (${grantsOf(sql`account.id`)}) g left join team t on t.id = g.team_id where g.namespace_id = ${namespaceId}), '[]'::jsonb) as granted`;

export type ExplainedAccount = AccountRow & { rights: { grants: ExplainedRight[] } };

type Found = AccountRow & { granted: ExplainedRight[] };

function explain({ granted, ...account }: Found): ExplainedAccount {
  return { ...account, rights: { ...account.rights, grants: granted } };
}

/** The account with what it was granted in a namespace. */
export async function findExplained(db: Db, id: string, namespaceId: string): Promise<ExplainedAccount | null> {
  const found = await rows<Found>(
    db,
    sql`select ${accountColumns}, ${explained(namespaceId)} from account where id = ${id} and deleted_at is null`,
  );
  return found[0] ? explain(found[0]) : null;
}

/** Active accounts that may have something in a namespace beside what is public, in byte order of their names. */
export async function listExplained(
  db: Db,
  namespaceId: string,
  page: { from: string; limit: number },
): Promise<ExplainedAccount[]> {
  const found = await rows<Found>(
    db,
    sql`select ${accountColumns}, ${explained(namespaceId)} from account
      where kind <> 'organization' and is_active and deleted_at is null and name >= ${withoutZeros(page.from)}
        and (is_admin or global_role is not null or id = ${namespaceId}
          or id in (select m.user_id from organization_member m where m.organization_id = ${namespaceId} and m.is_admin)
          or id in (select g.user_id from access_grant g where g.namespace_id = ${namespaceId} and g.user_id is not null)
          or id in (select tm.user_id from access_grant g join team_member tm on tm.team_id = g.team_id where g.namespace_id = ${namespaceId}))
      order by name limit ${page.limit}`,
  );
  return found.map(explain);
}
