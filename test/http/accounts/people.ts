// What tests of accounts do again and again: ask the API as somebody.
import { basic, type Target } from "#test/setup/target.ts";

export interface Answer {
  status: number;
  code: string | undefined;
  body: Record<string, unknown>;
  headers: Headers;
}

export interface People {
  /** Asks; without a name as nobody. */
  ask(who: string | null, method: string, path: string, body?: unknown): Promise<Answer>;
  /** Asks as the system admin, who must succeed. */
  must(method: string, path: string, body?: unknown): Promise<Answer>;
}

export const word = "correct horse battery staple";

export function createPeople(berth: Target): People {
  const people: People = {
    async ask(who, method, path, body) {
      const authorization = who === "admin" ? berth.admin : who === null ? null : basic(who, word);
      const headers = { "content-type": "application/json", ...(authorization && { authorization }) };
      const answer = await berth.fetch(path, {
        method,
        headers,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const parsed = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : {};
      return { status: answer.status, code: parsed.errors?.[0]?.code, body: parsed, headers: answer.headers };
    },
    async must(method, path, body) {
      const answer = await people.ask("admin", method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    },
  };
  return people;
}

/** An organization with teams, a service account that may nothing, and a user in each role; all have the same password. */
export async function settle(people: People): Promise<void> {
  const { must } = people;
  for (const name of ["olga", "lena", "tom", "rita", "walt", "ada", "stan", "gone"])
    await must("POST", "/enzi/v0/accounts", { name, fullName: `${name}!`, password: word });
  await must("POST", "/enzi/v0/accounts", { name: "acme", isOrg: true });
  await must("PUT", "/enzi/v0/accounts/acme/members/olga", { isAdmin: true });
  for (const team of ["crew", "readers", "writers", "admins"])
    await must("POST", "/enzi/v0/accounts/acme/teams", { name: team });
  const members: [string, string, boolean][] = [
    ["crew", "lena", true],
    ["crew", "tom", false],
    ["readers", "rita", false],
    ["writers", "walt", false],
    ["admins", "ada", false],
  ];
  for (const [team, name, isAdmin] of members)
    await must("PUT", `/enzi/v0/accounts/acme/teams/${team}/members/${name}`, { isAdmin });
  await must("POST", "/api/v0/repositories/acme", { name: "app", visibility: "private" });
  await must("POST", "/api/v0/accounts/acme/serviceAccounts", { name: "ci" });
  const access = "/api/v0/repositories/acme/app/teamAccess";
  await must("PUT", `${access}/readers`, { accessLevel: "read-only" });
  await must("PUT", `${access}/writers`, { accessLevel: "read-write" });
  await must("PUT", `${access}/admins`, { accessLevel: "admin" });
  await must("PATCH", "/enzi/v0/accounts/gone", { isActive: false });
}
