// Queries on what teams were granted.
import { sql } from "drizzle-orm/sql";
import { type RepositoryRow, repositoryColumns } from "../repositories.ts";
import { type Db, rows, withoutZeros } from "../rows.ts";
import type { TeamRow } from "./organizations.ts";
import type { AccessLevel } from "./rights.ts";

/** What a team was granted; `repositoryId` null: on the whole namespace. */
export interface TeamGrant {
  teamId: string;
  namespaceId: string;
  repositoryId: string | null;
}

const same = (g: TeamGrant) =>
  sql`team_id = ${g.teamId} and namespace_id = ${g.namespaceId} and repository_id is not distinct from ${g.repositoryId}::uuid`;

export async function putTeamGrant(db: Db, grant: TeamGrant & { level: AccessLevel }): Promise<void> {
  await db.execute(
    sql`insert into access_grant (id, team_id, namespace_id, repository_id, level)
      values (${crypto.randomUUID()}, ${grant.teamId}, ${grant.namespaceId}, ${grant.repositoryId}, ${grant.level})
      on conflict on constraint access_grant_what do update set level = excluded.level`,
  );
}

/** @returns whether it was there. */
export async function deleteTeamGrant(db: Db, grant: TeamGrant): Promise<boolean> {
  return (await rows(db, sql`delete from access_grant where ${same(grant)} returning id`)).length > 0;
}

export async function findTeamGrant(db: Db, grant: TeamGrant): Promise<AccessLevel | null> {
  const found = await rows<{ level: AccessLevel }>(db, sql`select level from access_grant where ${same(grant)}`);
  return found[0]?.level ?? null;
}

/** Teams that were granted something on a repository, or (`repositoryId` null) on a whole namespace, in byte order of their names. */
export async function listTeamGrants(
  db: Db,
  on: { namespaceId: string; repositoryId: string | null },
  page: { from: string; limit: number },
): Promise<{ team: TeamRow; level: AccessLevel }[]> {
  const found = await rows<TeamRow & { level: AccessLevel }>(
    db,
    sql`select t.id, t.organization_id as "organizationId", t.name, t.description, 0 as "membersCount", g.level
      from access_grant g join team t on t.id = g.team_id
      where g.namespace_id = ${on.namespaceId} and g.repository_id is not distinct from ${on.repositoryId}::uuid
        and t.name >= ${withoutZeros(page.from)} order by t.name limit ${page.limit}`,
  );
  return found.map(({ level, ...team }) => ({ team, level }));
}

/** Repositories that a team was granted something on, in byte order of their paths. */
export async function listRepositoriesOfTeam(
  db: Db,
  teamId: string,
  page: { from: string; limit: number },
): Promise<{ repository: RepositoryRow; level: AccessLevel }[]> {
  const found = await rows<RepositoryRow & { level: AccessLevel }>(
    db,
    sql`select ${repositoryColumns}, g.level from access_grant g join repository r on r.id = g.repository_id join account a on a.id = r.account_id
      where g.team_id = ${teamId} and r.deleted_at is null and r.path >= ${withoutZeros(page.from)} order by r.path limit ${page.limit}`,
  );
  return found.map(({ level, ...repository }) => ({ repository, level }));
}
