// Fills a Berth's database with many users, teams, grants and repositories, by SQL: what the API would take an hour for.
import { join } from "node:path";
import { connectDatabase, type DatabaseClient } from "#db/connect/server.ts";
import type { Server } from "../peers/servers/start.ts";

/** How many there are of each. Every team was granted as many repositories of its organization, no two teams the same. */
export const crowd = { users: 10_000, organizations: 50, teams: 1000, grants: 100_000, repositories: 100_000 } as const;

/** Of every 999 repositories the last is public: some in every organization. */
export const publicRepositories = 100;

export const grantsPerTeam = crowd.grants / crowd.teams;

/** The name of the n-th repository (from 0). */
export function repositoryName(n: number): string {
  return `org-${n % crowd.organizations}/repo-${n}`;
}

/** The n-th repository of a team (both from 0), as a number among all repositories. */
export function repositoryOfTeam(team: number, n: number): number {
  const { organizations } = crowd;
  return (team % organizations) + organizations * (Math.floor(team / organizations) * grantsPerTeam + n);
}

/** The embedded database of a Berth that runs. */
export function openDatabase({ dataDir }: Server): DatabaseClient {
  const target = { path: join(dataDir, "run/.s.PGSQL.5432"), username: "berth", database: "berth" };
  return connectDatabase(target, { max: 1, settings: { statement_timeout: "0" } });
}

const id = (kind: number, n: string) => `(lpad(to_hex(${kind}), 8, '0') || lpad(to_hex(${n}), 24, '0'))::uuid`;
const [user, organization, team, grant, repository] = [1, 2, 3, 4, 5].map((kind) => (n: string) => id(kind, n)) as [
  (n: string) => string,
  (n: string) => string,
  (n: string) => string,
  (n: string) => string,
  (n: string) => string,
];
const numbers = (count: number) => `generate_series(0, ${count - 1}) n`;

/** Everybody is in one team; `members` are in more, by team's number. They were made through the API, for their passwords. */
export async function makeCrowd({ sql }: DatabaseClient, members: Record<string, readonly number[]>): Promise<void> {
  const { users, organizations, teams, grants, repositories } = crowd;
  const organizationOf = (n: string) => organization(`${n} % ${organizations}`);
  const team0 = `n / ${grantsPerTeam}`;
  const granted = `(${team0}) % ${organizations} + ${organizations} * ((${team0}) / ${organizations} * ${grantsPerTeam} + n % ${grantsPerTeam})`;
  const statements = [
    `insert into account (id, name, kind, created_at) select ${organization("n")}, 'org-' || n, 'organization', now() from ${numbers(organizations)}`,
    `insert into account (id, name, kind, created_at) select ${user("n")}, 'user-' || n, 'user', now() from ${numbers(users)}`,
    `insert into team (id, organization_id, name, created_at) select ${team("n")}, ${organizationOf("n")}, 'team-' || n, now() from ${numbers(teams)}`,
    `insert into organization_member (organization_id, user_id) select ${organizationOf("n")}, ${user("n")} from ${numbers(users)}`,
    `insert into team_member (team_id, user_id) select ${team(`n % ${teams}`)}, ${user("n")} from ${numbers(users)}`,
    `insert into repository (id, account_id, name, path, visibility, created_at)
      select ${repository("n")}, ${organizationOf("n")}, 'repo-' || n, 'org-' || n % ${organizations} || '/repo-' || n,
        case when n % 999 = 998 then 'public' else 'private' end, now() from ${numbers(repositories)}`,
    `insert into access_grant (id, team_id, namespace_id, repository_id, level)
      select ${grant("n")}, ${team(team0)}, ${organizationOf(`(${team0})`)}, ${repository(granted)}, 'read-only' from ${numbers(grants)}`,
  ];
  for (const statement of statements) await sql.unsafe(statement);
  for (const [name, of] of Object.entries(members)) {
    const member = `(select id from account where name = '${name}')`;
    for (const n of of) {
      await sql.unsafe(`insert into organization_member (organization_id, user_id)
        values (${organizationOf(String(n))}, ${member}) on conflict do nothing`);
      await sql.unsafe(`insert into team_member (team_id, user_id) values (${team(String(n))}, ${member})`);
    }
  }
  // What autovacuum does within the minute.
  await sql.unsafe("vacuum analyze");
}
