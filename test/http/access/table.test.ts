// Every route, by everybody, on what is his, what is another's and what is not there: what comes of it follows from two tables.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type everybody, operations, type Row, rights, rowsFor } from "../accounts/operations.ts";
import { type Cast, startCast } from "./cast.ts";
import { type Ask, expectations, refusalCode } from "./expectations.ts";
import { as } from "./registry.ts";
import {
  expectedStatus,
  machines,
  needs,
  type Place,
  places,
  problemWith,
  type Role,
  refusedRoles,
  roleNames,
  roles,
} from "./rights.ts";
import { listRoutes } from "./route-list.ts";
import type { Scene } from "./scene.ts";

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.berth.close());

it("every route has a row in the tables", () => {
  expect(problemWith(listRoutes(), (route) => !(route in expectations) && rowsFor(route).length > 0)).toBe(null);
});

/** Sends it as the role. @returns what is wrong with the answer, or null. */
async function problemOf(role: Role, { path, init }: Ask, expected: number, code?: string) {
  const { headers } = as(cast.credentials[role], init?.headers as Record<string, string>);
  const answer = await cast.berth.fetch(path, { ...init, headers });
  const text = await answer.text();
  const told = `${answer.status} in place of ${expected}: ${text.slice(0, 200)}`;
  if (answer.status !== expected) return told;
  return code && !text.includes(`"code":"${code}"`) ? `not ${code}: ${text.slice(0, 200)}` : null;
}

describe("repositories and the rest", () => {
  const isOfRepository = (route: string) => /\{name\}|:namespace/.test(route);
  const destroys = (route: string) => /^DELETE \/api\/v0\/repositories\/:namespace\/:reponame$/.test(route);
  /** A request by GET changes nothing, so one is enough for all; an upload session is one account's. */
  const isShared = (route: string) => route.startsWith("GET ") && !route.includes("{id}");

  it.each(Object.keys(needs).filter((route) => route in expectations))("%s", async (route) => {
    const wrong: string[] = [];
    for (const place of isOfRepository(route) ? places : (["granted"] as const)) {
      let shared: Ask | undefined;
      for (const role of roleNames) {
        const status = expectedStatus(route, role, place);
        const succeeds = status < 300;
        // Who is refused changes nothing: the same request will do for all of them.
        const ask = (succeeds && !isShared(route) ? undefined : shared) ?? (await askFor(route, role, place, succeeds));
        if (!succeeds || isShared(route)) shared ??= ask;
        const code =
          (needs[route]?.needs ?? "") in { nothing: 1, anything: 1 } ? undefined : refusalCode(route, status);
        const problem = await problemOf(role, ask, status, code);
        if (problem) wrong.push(`${role}, ${place}: ${problem}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** The request, with whatever it needs made for it; whoever may push there begins its sessions himself. */
  async function askFor(route: string, role: Role, place: Place, succeeds: boolean): Promise<Ask> {
    const there = place === "missing" ? "granted" : place;
    const own = succeeds && cast.credentials[role] !== null && place !== "missing" && needs[route]?.needs === "push";
    const owner = own ? (cast.credentials[role] as string) : cast.ownerOf(place);
    const scene: Scene = { berth: cast.berth, owner, stranger: "", authorize: async () => null };
    const repository = destroys(route) && succeeds ? await cast.freshRepository(there) : cast.repositoryIn(there);
    const ask = await (expectations[route] as (typeof expectations)[string]).ask(scene, repository, "owner");
    const namespace = repository.split("/")[0];
    const path = ask.path.replace("/alice", `/${namespace}`);
    return { ...ask, path: place === "missing" ? path.replace(repository, cast.repositoryIn("missing")) : path };
  }
});

describe("accounts, members, teams and what they were granted", () => {
  const elsewhere = (text: string) => text.replaceAll(/\bacme\b/g, "globex").replaceAll(/\btom\b/g, "gustav");
  const nowhere = (text: string) => text.replaceAll(/\bacme\b/g, "nowhere").replaceAll(/\btom\b/g, "nobody");
  const inPlace = { own: (text: string) => text, foreign: elsewhere, missing: nowhere };
  type Where = keyof typeof inPlace;

  it.each(operations.map((row) => [row.ask, row] as const))("%s", async (ask, row) => {
    const [method, path] = ask.split(" ") as [string, string];
    const wrong: string[] = [];
    for (const where of Object.keys(inPlace) as Where[]) {
      const there = inPlace[where](path);
      if (where !== "own" && there === path) continue;
      const body = row.body === undefined ? {} : { body: JSON.stringify(row.body) };
      const request = { path: there, init: { method, headers: { "content-type": "application/json" }, ...body } };
      for (const role of roleNames) {
        const expected = expectedOf(row, role, where);
        const problem = expected && (await problemOf(role, request, expected));
        if (problem) wrong.push(`${role}, ${where}: ${problem}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  /** Null where the tables say nothing of a role. */
  function expectedOf(row: Row, role: Role, where: Where): number | null {
    const { needs: need, yields, refuses = 403 } = row;
    if (role === "anonymous" || refusedRoles.includes(role)) return 401;
    const ofRepository = /\/api\/v0\/repositories\/\w+\/app|\?repository=/.test(row.ask);
    const isOfAll = need === "be logged in";
    // That an account exists is no secret.
    if (where === "missing") return row.asksFirst && role !== "system admin" ? refuses : 404;
    if (machines.includes(role)) {
      if (isOfAll || (where === "own" && need === "see the repository")) return yields;
      return ofRepository && where === "foreign" ? 404 : refuses;
    }
    const { person } = roles[role];
    if (person === null) return null;
    // Nothing that they have in one organization is anything in another, but for a system admin.
    const has =
      where === "foreign" && role !== "system admin"
        ? isOfAll
        : rights[need]?.includes(person as (typeof everybody)[number]);
    const sees =
      (where === "own" || role === "system admin") &&
      (rights["see the repository"] as readonly string[]).includes(person);
    return has ? yields : ofRepository && !sees ? 404 : refuses;
  }

  /** Its secret must not be worth more than its grants, and it belongs to the owners of its organization alone. */
  const aboutMachine: [string, number, unknown?][] = [
    ["GET /api/v0/api_tokens", 403],
    ["POST /api/v0/api_tokens", 403, {}],
    ["GET /api/v0/api_tokens?username=acme%2Bpusher", 404],
    ["POST /api/v0/api_tokens?username=acme%2Bpusher", 404, {}],
    ["PATCH /enzi/v0/accounts/acme%2Bpusher", 403, { fullName: "x" }],
    ["POST /enzi/v0/accounts/acme%2Bpusher/changePassword", 404, { newPassword: "a long enough password" }],
    ["GET /api/v0/accounts/acme%2Bpusher/settings", 404],
  ];
  it.each(aboutMachine.map(([ask, status, form = null]) => [ask, status, form] as const))(
    "%s is %d: a service account is its owners' to manage, not its own nor anybody else's",
    async (ask, status, form) => {
      const [method, path] = ask.split(" ") as [string, string];
      const init = {
        method,
        headers: { "content-type": "application/json" },
        ...(form ? { body: JSON.stringify(form) } : {}),
      };
      const others = path.includes("pusher")
        ? (["user", "team admin", "service account"] as const)
        : (["service account"] as const);
      const wrong: string[] = [];
      for (const role of others) {
        const problem = await problemOf(role, { path, init }, status);
        if (problem) wrong.push(`${role}: ${problem}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});
