// Queries on what teams and users were granted.
import { type SQL, sql } from "drizzle-orm/sql";
import { type RepositoryRow, repositoryColumns } from "../repositories.ts";
import { type Db, rows, withoutZeros } from "../rows.ts";
import { type AccountRow, accountColumns } from "./accounts.ts";
import type { TeamRow } from "./organizations.ts";
import type { AccessLevel } from "./rights.ts";

/** Who was granted something: a team or a user. */
export type Grantee = { teamId: string } | { userId: string };

/** On what: a repository, with `repositoryId` null a whole namespace, or what fits a pattern there. */
export interface Ground {
  namespaceId: string;
  repositoryId: string | null;
  pattern?: string | null;
}

export type GrantKey = Grantee & Ground;

/** What somebody was granted, and until when; null: for good. */
export interface GrantedLevel {
  level: AccessLevel;
  expiresAt: string | null;
}

const granted = sql`g.level, g.expires_at as "expiresAt"`;

const onGround = ({ namespaceId, repositoryId, pattern = null }: Ground) =>
  sql`g.namespace_id = ${namespaceId} and g.repository_id is not distinct from ${repositoryId}::uuid and g.pattern is not distinct from ${pattern}`;

const grantedTo = (grantee: Grantee) =>
  "teamId" in grantee ? sql`g.team_id = ${grantee.teamId}` : sql`g.user_id = ${grantee.userId}`;

const same = (key: GrantKey) => sql`${grantedTo(key)} and ${onGround(key)}`;

/** @returns its id; null when the repository is gone, or in another namespace by now. */
export async function putGrant(
  db: Db,
  grant: GrantKey & { level: AccessLevel; expiresAt: Date | null },
): Promise<string | null> {
  const [teamId, userId] = "teamId" in grant ? [grant.teamId, null] : [null, grant.userId];
  // Who moves the repository ends what the old namespace granted: he waits for this, or this for him.
  const where =
    grant.repositoryId === null
      ? sql``
      : sql`from repository r where r.id = ${grant.repositoryId} and r.account_id = ${grant.namespaceId} and r.deleted_at is null for share`;
  const put = await rows<{ id: string }>(
    db,
    sql`insert into access_grant (id, team_id, user_id, namespace_id, repository_id, pattern, level, expires_at)
      select ${crypto.randomUUID()}::uuid, ${teamId}::uuid, ${userId}::uuid, ${grant.namespaceId}::uuid, ${grant.repositoryId}::uuid,
        ${grant.pattern ?? null}, ${grant.level}, ${grant.expiresAt?.toISOString() ?? null}::timestamptz ${where}
      on conflict on constraint access_grant_what do update set level = excluded.level, expires_at = excluded.expires_at returning id`,
  );
  return put[0]?.id ?? null;
}

/** @returns whether it was there. */
export async function deleteGrant(db: Db, key: GrantKey): Promise<boolean> {
  return (await rows(db, sql`delete from access_grant g where ${same(key)} returning id`)).length > 0;
}

export async function findGrant(db: Db, key: GrantKey): Promise<GrantedLevel | null> {
  const found = await rows<GrantedLevel>(db, sql`select ${granted} from access_grant g where ${same(key)}`);
  return found[0] ?? null;
}

const teamColumns = sql`t.id, t.organization_id as "organizationId", t.name, t.description, 0 as "membersCount"`;

/** Teams that were granted something on exactly that, in byte order of their names. */
export async function listTeamGrants(
  db: Db,
  on: Ground,
  page: { from: string; limit: number },
): Promise<({ team: TeamRow } & GrantedLevel)[]> {
  const found = await rows<TeamRow & GrantedLevel>(
    db,
    sql`select ${teamColumns}, ${granted} from access_grant g join team t on t.id = g.team_id
      where ${onGround(on)} and t.name >= ${withoutZeros(page.from)} order by t.name limit ${page.limit}`,
  );
  return found.map(({ level, expiresAt, ...team }) => ({ team, level, expiresAt }));
}

/** Users that were granted something on exactly that themselves, in byte order of their names. */
export async function listUserGrants(
  db: Db,
  on: Ground,
  page: { from: string; limit: number },
): Promise<({ user: AccountRow } & GrantedLevel)[]> {
  const found = await rows<AccountRow & GrantedLevel>(
    db,
    sql`select ${accountColumns}, ${granted} from access_grant g join account on account.id = g.user_id
      where ${onGround(on)} and account.deleted_at is null and account.name >= ${withoutZeros(page.from)} order by account.name limit ${page.limit}`,
  );
  return found.map(({ level, expiresAt, ...user }) => ({ user, level, expiresAt }));
}

/** A grant on the repositories of a namespace whose names fit a pattern. */
export interface PatternGrantRow extends GrantedLevel {
  id: string;
  pattern: string;
  /** One of both is null. */
  team: string | null;
  user: string | null;
}

const patternGrants = (
  where: SQL,
) => sql`select g.id, g.pattern, t.name as team, a.name as "user", ${granted} from access_grant g
  left join team t on t.id = g.team_id left join account a on a.id = g.user_id where g.pattern is not null and ${where}`;

/** Those of a namespace, in the order of their ids. */
export async function listPatternGrants(
  db: Db,
  namespaceId: string,
  page: { after: string | null; limit: number },
): Promise<PatternGrantRow[]> {
  const after = page.after === null ? sql`true` : sql`g.id > ${page.after}::uuid`;
  return rows(
    db,
    sql`${patternGrants(sql`g.namespace_id = ${namespaceId} and ${after}`)} order by g.id limit ${page.limit}`,
  );
}

export async function findPatternGrant(db: Db, namespaceId: string, id: string): Promise<PatternGrantRow | null> {
  const found = await rows<PatternGrantRow>(
    db,
    patternGrants(sql`g.namespace_id = ${namespaceId} and g.id = ${id}::uuid`),
  );
  return found[0] ?? null;
}

/** How many a namespace has. */
export async function countPatternGrants(db: Db, namespaceId: string): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from access_grant where namespace_id = ${namespaceId} and pattern is not null`,
  );
  return found[0]?.count ?? 0;
}

export async function deletePatternGrant(db: Db, namespaceId: string, id: string): Promise<boolean> {
  const gone = await rows(
    db,
    sql`delete from access_grant where namespace_id = ${namespaceId} and id = ${id}::uuid and pattern is not null returning id`,
  );
  return gone.length > 0;
}

/** A grant that is taken away because it has ended. */
export interface EndedGrant extends GrantedLevel {
  repositoryId: string | null;
  /** The name of the repository or the namespace. */
  object: string;
  pattern: string | null;
  /** One of both is null. */
  team: string | null;
  user: string | null;
}

/** Removes grants that ended before the cutoff, so many at most. */
export async function deleteEndedGrants(tx: Db, cutoff: Date, limit: number): Promise<EndedGrant[]> {
  const at = sql`${cutoff.toISOString()}::timestamptz`;
  return rows(
    tx,
    sql`with gone as (
        delete from access_grant where id in (
          select id from access_grant where expires_at < ${at} limit ${limit}) and expires_at < ${at} returning *)
      select g.repository_id as "repositoryId", coalesce(r.path, n.name) as object, g.pattern, t.name as team, a.name as "user", ${granted}
      from gone g join account n on n.id = g.namespace_id left join repository r on r.id = g.repository_id
        left join team t on t.id = g.team_id left join account a on a.id = g.user_id`,
  );
}

/** Repositories that somebody was granted something on one by one, in byte order of their paths. */
export async function listRepositoriesOf(
  db: Db,
  grantee: Grantee,
  page: { from: string; limit: number },
): Promise<({ repository: RepositoryRow } & GrantedLevel)[]> {
  const found = await rows<RepositoryRow & GrantedLevel>(
    db,
    sql`select ${repositoryColumns}, ${granted} from access_grant g join repository r on r.id = g.repository_id join account a on a.id = r.account_id
      where ${grantedTo(grantee)} and r.deleted_at is null and r.path >= ${withoutZeros(page.from)} order by r.path limit ${page.limit}`,
  );
  return found.map(({ level, expiresAt, ...repository }) => ({ repository, level, expiresAt }));
}
