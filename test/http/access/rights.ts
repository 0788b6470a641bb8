// Who may do what, in two tables that are written by hand: what a route needs, and which rights somebody has where.
// The operations of accounts have theirs in ../accounts/operations.ts.

export type Right = "pull" | "push" | "delete" | "administer" | "create";

/**
 * Where an object lies: in `acme`, where people were granted something; in the same namespace, without a grant; in `globex`, which is
 * none of theirs, closed or open; nowhere.
 */
export const places = ["granted", "beside", "foreign", "open", "missing"] as const;
export type Place = (typeof places)[number];

const reading: Right[] = ["pull"];
const writing: Right[] = ["pull", "push", "delete"];
const all: Right[] = [...writing, "administer"];

/** Who somebody is for operations on accounts (`everybody` there), and what he has on repositories. To be there and open lets everybody pull. */
export interface Standing {
  person: string | null;
  rights: Partial<Record<Place, Right[]>>;
}

/** Role to rights. */
export const roles = {
  anonymous: { person: null, rights: {} },
  user: { person: "stan", rights: {} },
  member: { person: "tom", rights: {} },
  "team leader": { person: "lena", rights: {} },
  "team reader": { person: "rita", rights: { granted: reading } },
  "team writer": { person: "walt", rights: { granted: writing } },
  "team admin": { person: "ada", rights: { granted: all } },
  "reader of the namespace": { person: null, rights: { granted: reading, beside: reading } },
  "admin of the namespace": {
    person: null,
    rights: { granted: [...all, "create"], beside: [...all, "create"], missing: ["create"] },
  },
  "reader of everything": { person: null, rights: { granted: reading, beside: reading, foreign: reading } },
  "org owner": {
    person: "olga",
    rights: { granted: [...all, "create"], beside: [...all, "create"], missing: ["create"] },
  },
  "system admin": {
    person: "admin",
    rights: Object.fromEntries(
      places.map((place) => [place, place === "missing" ? ["create"] : [...all, "create"]]),
    ) as Record<Place, Right[]>,
  },
  /** What docker got for the owner, to pull from one repository. */
  "scoped token": { person: null, rights: { granted: reading } },
  /** What docker got for the owner, some minutes ago. */
  "expired token": { person: null, rights: {} },
  /** What docker got for somebody who was an owner then. */
  "deactivated user": { person: null, rights: {} },
  /** Of the organization, with a grant of its own. */
  "service account": { person: null, rights: { granted: writing } },
} satisfies Record<string, Standing>;
export type Role = keyof typeof roles;

export const roleNames = Object.keys(roles) as Role[];

/** They have no part in accounts, beyond what everybody has who is logged in. */
export const machines: readonly Role[] = ["scoped token", "service account"];

/** Whose credentials are none (any more): 401 wherever credentials are looked at. */
export const refusedRoles: readonly Role[] = ["expired token", "deactivated user"];

export interface Need {
  /**
   * `nothing`: credentials are not even looked at; `anything`: anybody who has not shown wrong ones; `account`, `catalog`, `registry`:
   * of the whole; else the right on the repository (or namespace) that the path names.
   */
  needs: "nothing" | "anything" | "account" | "catalog" | "registry" | Right;
  /** To who has the right. */
  yields: number;
  /** To who has it, where the repository is missing but could be made; else 404. */
  makes?: number;
  /** Nobody without an account, whatever is open. */
  loggedIn?: boolean;
}

const nothing = (yields: number): Need => ({ needs: "nothing", yields });
const anything = (yields: number): Need => ({ needs: "anything", yields });
const account = (yields: number): Need => ({ needs: "account", yields });
const registry = (yields: number): Need => ({ needs: "registry", yields });
const of = (needs: Right, yields: number, more: Partial<Need> = {}): Need => ({ needs, yields, ...more });

const api = "/api/v0/repositories/:namespace/:reponame";
const v2 = "/v2/{name}";

/** Route to right. */
export const needs: Record<string, Need> = {
  "GET /": nothing(200),
  "GET /_ping": nothing(200),
  "GET /health": nothing(200),
  "GET /live": nothing(200),
  "GET /metrics": nothing(404),
  "GET /v1/_ping": nothing(200),
  "GET /auth/jwks.json": nothing(200),
  "GET /docs": nothing(302),
  "GET /docs/api": nothing(200),
  "GET /docs/api/:version/:name": nothing(200),
  "GET /api/v0/openapi.json": nothing(200),
  "GET /enzi/v0/openapi.json": nothing(200),
  // Takes names with passwords, and no Bearer: who shows one is nobody to it.
  "GET /auth/token": nothing(200),
  "POST /auth/token": nothing(400),

  "GET /v1/search": anything(200),
  "GET /api/v0/index/dockersearch": anything(200),
  "GET /api/v0/repositories": anything(200),
  "GET /api/v0/repositories/:namespace": anything(200),
  // On http there is no login by cookie.
  "POST /login": nothing(403),
  "POST /logout": nothing(204),

  "GET /v2/": account(200),
  "GET /api/v0/accounts/language": account(200),
  "GET /api/v0/admin/version": account(200),
  "GET /api/v0/meta/features": account(200),
  "GET /api/v0/events": account(200),
  "GET /v2/_catalog": { needs: "catalog", yields: 200 },
  "GET /api/v0/meta/cluster_status": registry(200),
  "GET /api/v0/events/export": registry(200),
  "GET /api/v0/meta/settings": registry(200),
  "POST /api/v0/meta/settings": registry(202),

  [`GET ${v2}/tags/list`]: of("pull", 200),
  [`GET ${v2}/referrers/{digest}`]: of("pull", 200, { makes: 200 }),
  [`GET ${v2}/manifests/{reference}`]: of("pull", 200),
  [`PUT ${v2}/manifests/{reference}`]: of("push", 201, { makes: 400 }),
  [`DELETE ${v2}/manifests/{reference}`]: of("delete", 202),
  [`GET ${v2}/blobs/{digest}`]: of("pull", 200),
  [`DELETE ${v2}/blobs/{digest}`]: of("delete", 202),
  [`POST ${v2}/blobs/uploads/`]: of("push", 202, { makes: 202 }),
  [`GET ${v2}/blobs/uploads/{id}`]: of("push", 204),
  [`PATCH ${v2}/blobs/uploads/{id}`]: of("push", 202),
  [`PUT ${v2}/blobs/uploads/{id}`]: of("push", 201),
  [`DELETE ${v2}/blobs/uploads/{id}`]: of("push", 204),

  "POST /api/v0/repositories/:namespace": of("create", 201),
  [`GET ${api}`]: of("pull", 200),
  [`PATCH ${api}`]: of("administer", 200),
  [`DELETE ${api}`]: of("administer", 204),
  [`GET ${api}/events`]: of("pull", 200, { loggedIn: true }),
  [`GET ${api}/tags`]: of("pull", 200),
  [`GET ${api}/tags/:reference`]: of("pull", 200),
  [`DELETE ${api}/tags/:reference`]: of("delete", 204),
  [`GET ${api}/manifests`]: of("pull", 200),
  [`GET ${api}/manifests/:reference`]: of("pull", 200),
  [`DELETE ${api}/manifests/:reference`]: of("delete", 204),
};

/** What is wrong with the tables, in words that say what to write, or null. */
export function problemWith(routes: readonly string[], hasRow: (route: string) => boolean): string | null {
  const without = routes.filter((route) => !(route in needs) && !hasRow(route));
  if (without.length === 0) return null;
  return `no row says what these need: ${without.join(", ")}. Write one for each: for accounts in test/http/accounts/operations.ts ({ ask, needs, yields }), for the rest in \`needs\` of test/http/access/rights.ts (the right, and the status for who has it), with the request itself in test/http/access/expectations.ts`;
}

const isApi = (route: string) => route.includes(" /api/");

/** What a route answers to a role: follows from the tables. */
export function expectedStatus(route: string, role: Role, place: Place): number {
  const { needs: need, yields, makes = 404, loggedIn = false } = needs[route] as Need;
  const { rights }: Standing = roles[role];
  const isAnonymous = role === "anonymous";
  if (need === "nothing") return yields;
  if (refusedRoles.includes(role)) return 401;
  if (need === "anything") return yields;
  if (need === "account") return isAnonymous ? 401 : yields;
  if (need === "catalog") return isAnonymous || role === "scoped token" ? 401 : yields;
  if (need === "registry") return isAnonymous ? 401 : role === "system admin" ? yields : 403;
  if (need === "create") return isAnonymous ? 401 : (rights[place] ?? []).includes("create") ? yields : 403;
  const has = (right: Right) =>
    (rights[place] ?? []).includes(right) || (place === "open" && right === "pull" && role !== "scoped token");
  const none = isAnonymous ? 401 : 404;
  if (isApi(route)) {
    if (!has("pull")) return none;
    return has(need) && !(isAnonymous && loggedIn) ? yields : isAnonymous ? 401 : 403;
  }
  if (place === "missing") return has("create") ? makes : 401;
  return has(need) ? yields : 401;
}
