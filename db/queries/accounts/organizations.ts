// Queries on the members of organizations and on their teams.
import { sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";

/** An account as it is shown beside what it belongs to. */
export interface AccountBrief {
  id: string;
  name: string;
  fullName: string;
  kind: "user" | "organization" | "service";
  isAdmin: boolean;
  isActive: boolean;
}

/** A membership, seen from the member (`account` is the organization) or from the organization (`account` is the member). */
export interface Membership {
  account: AccountBrief;
  isAdmin: boolean;
}

export type MemberFilter = "all" | "admins" | "non-admins";

export interface MemberPage {
  from: string;
  limit: number;
}

const brief = sql`jsonb_build_object('id', a.id, 'name', a.name, 'fullName', a.full_name, 'kind', a.kind, 'isAdmin', a.is_admin, 'isActive', a.is_active)`;
const wanted = (filter: MemberFilter) =>
  filter === "admins" ? sql`m.is_admin` : filter === "non-admins" ? sql`not m.is_admin` : sql`true`;

export async function listMembers(
  db: Db,
  organizationId: string,
  page: MemberPage & { filter: MemberFilter },
): Promise<Membership[]> {
  return rows(
    db,
    sql`select ${brief} as account, m.is_admin as "isAdmin" from organization_member m join account a on a.id = m.user_id
      where m.organization_id = ${organizationId} and a.name >= ${withoutZeros(page.from)} and ${wanted(page.filter)} order by a.name limit ${page.limit}`,
  );
}

export async function listOrganizationsOf(db: Db, userId: string, page: MemberPage): Promise<Membership[]> {
  return rows(
    db,
    sql`select ${brief} as account, m.is_admin as "isAdmin" from organization_member m join account a on a.id = m.organization_id
      where m.user_id = ${userId} and a.name >= ${withoutZeros(page.from)} order by a.name limit ${page.limit}`,
  );
}

export async function findMembership(
  db: Db,
  organizationId: string,
  userId: string,
): Promise<{ isAdmin: boolean } | null> {
  const found = await rows<{ isAdmin: boolean }>(
    db,
    sql`select is_admin as "isAdmin" from organization_member where organization_id = ${organizationId} and user_id = ${userId}`,
  );
  return found[0] ?? null;
}

/** Adds a member, or sets what is said of one; undefined leaves it as it is. Nothing, when either account was deleted meanwhile. */
export async function putMember(
  db: Db,
  { organizationId, userId, isAdmin }: { organizationId: string; userId: string; isAdmin?: boolean },
): Promise<void> {
  await db.execute(
    sql`insert into organization_member (organization_id, user_id, is_admin)
      select o.id, u.id, ${isAdmin ?? false}::boolean from account o, account u
      where o.id = ${organizationId} and o.deleted_at is null and u.id = ${userId} and u.deleted_at is null for key share
      on conflict (organization_id, user_id) do update set is_admin = ${isAdmin === undefined ? sql`organization_member.is_admin` : sql`${isAdmin}`}`,
  );
}

/** Removes a member, also from the organization's teams. @returns whether he was one. */
export async function deleteMember(tx: Db, organizationId: string, userId: string): Promise<boolean> {
  await tx.execute(
    sql`delete from team_member where user_id = ${userId} and team_id in (select id from team where organization_id = ${organizationId})`,
  );
  const deleted = await rows(
    tx,
    sql`delete from organization_member where organization_id = ${organizationId} and user_id = ${userId} returning user_id`,
  );
  return deleted.length > 0;
}

/** Whether the organization has an owner beside this one. Whoever takes that right away in this transaction is alone in doing so. */
export async function hasOtherOwner(tx: Db, organizationId: string, userId: string): Promise<boolean> {
  const owners = await rows<{ userId: string }>(
    tx,
    sql`select user_id as "userId" from organization_member where organization_id = ${organizationId} and is_admin order by user_id for update`,
  );
  return owners.some((owner) => owner.userId !== userId);
}

export interface TeamRow {
  id: string;
  organizationId: string;
  name: string;
  description: string;
  membersCount: number;
}

const teamColumns = sql`t.id, t.organization_id as "organizationId", t.name, t.description,
  (select count(*) from team_member m where m.team_id = t.id) as "membersCount"`;

/** @param nameOrId a name cannot be a UUID. */
export async function findTeam(db: Db, organizationId: string, nameOrId: string): Promise<TeamRow | null> {
  if (nameOrId !== withoutZeros(nameOrId)) return null;
  const found = await rows<TeamRow>(
    db,
    sql`select ${teamColumns} from team t where t.organization_id = ${organizationId} and (t.name = ${nameOrId} or t.id::text = ${nameOrId})`,
  );
  return found[0] ?? null;
}

export async function listTeams(db: Db, organizationId: string, page: MemberPage): Promise<TeamRow[]> {
  return rows(
    db,
    sql`select ${teamColumns} from team t where t.organization_id = ${organizationId} and t.name >= ${withoutZeros(page.from)}
      order by t.name limit ${page.limit}`,
  );
}

/** @returns false when the organization has a team of that name. */
export async function insertTeam(
  db: Db,
  row: { id: string; organizationId: string; name: string; description: string; now: Date },
): Promise<boolean> {
  const made = await rows(
    db,
    sql`insert into team (id, organization_id, name, description, created_at)
      values (${row.id}, ${row.organizationId}, ${row.name}, ${row.description}, ${row.now.toISOString()})
      on conflict (organization_id, name) do nothing returning id`,
  );
  return made.length > 0;
}

/** @returns false when there is no such team, or another has the name. */
export async function updateTeam(
  db: Db,
  team: TeamRow,
  change: { name?: string; description?: string },
): Promise<boolean> {
  const changed = await rows(
    db,
    sql`update team set name = coalesce(${change.name ?? null}, name), description = coalesce(${change.description ?? null}, description)
      where id = ${team.id} and not exists (select 1 from team o where o.organization_id = ${team.organizationId}
        and o.name = ${change.name ?? null} and o.id <> ${team.id}) returning id`,
  );
  return changed.length > 0;
}

export async function deleteTeam(db: Db, id: string): Promise<boolean> {
  return (await rows(db, sql`delete from team where id = ${id} returning id`)).length > 0;
}

export async function listTeamMembers(
  db: Db,
  teamId: string,
  page: MemberPage & { filter: MemberFilter },
): Promise<Membership[]> {
  return rows(
    db,
    sql`select ${brief} as account, m.is_admin as "isAdmin" from team_member m join account a on a.id = m.user_id
      where m.team_id = ${teamId} and a.name >= ${withoutZeros(page.from)} and ${wanted(page.filter)} order by a.name limit ${page.limit}`,
  );
}

export async function findTeamMembership(db: Db, teamId: string, userId: string): Promise<{ isAdmin: boolean } | null> {
  const found = await rows<{ isAdmin: boolean }>(
    db,
    sql`select is_admin as "isAdmin" from team_member where team_id = ${teamId} and user_id = ${userId}`,
  );
  return found[0] ?? null;
}

/** Adds a member of the organization, or sets what is said of one; undefined leaves it as it is. */
export async function putTeamMember(
  db: Db,
  { teamId, userId, isAdmin }: { teamId: string; userId: string; isAdmin?: boolean },
): Promise<void> {
  await db.execute(
    sql`insert into team_member (team_id, user_id, is_admin)
      select t.id, m.user_id, ${isAdmin ?? false}::boolean from team t join organization_member m on m.organization_id = t.organization_id
      where t.id = ${teamId} and m.user_id = ${userId} for key share
      on conflict (team_id, user_id) do update set is_admin = ${isAdmin === undefined ? sql`team_member.is_admin` : sql`${isAdmin}`}`,
  );
}

export async function deleteTeamMember(db: Db, teamId: string, userId: string): Promise<boolean> {
  const deleted = await rows(
    db,
    sql`delete from team_member where team_id = ${teamId} and user_id = ${userId} returning user_id`,
  );
  return deleted.length > 0;
}

/** The teams of an organization that a user belongs to. */
export async function listTeamsOf(
  db: Db,
  { organizationId, userId }: { organizationId: string; userId: string },
  page: MemberPage,
): Promise<{ team: TeamRow; isAdmin: boolean }[]> {
  const found = await rows<TeamRow & { isAdmin: boolean }>(
    db,
    sql`select ${teamColumns}, tm.is_admin as "isAdmin" from team_member tm join team t on t.id = tm.team_id
      where tm.user_id = ${userId} and t.organization_id = ${organizationId} and t.name >= ${withoutZeros(page.from)}
      order by t.name limit ${page.limit}`,
  );
  return found.map(({ isAdmin, ...row }) => ({ team: row, isAdmin }));
}
