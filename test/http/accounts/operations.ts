// Who may do what with accounts, organizations, teams and access: two tables that are written by hand, the right that an operation
// needs, and who has which right.

export const everybody = ["olga", "lena", "tom", "rita", "walt", "ada", "stan", "admin"] as const;

/** Who has a right. Nobody has one who is not named; `gone` is inactive, null has not logged in. */
export const rights: Record<string, readonly (typeof everybody)[number][]> = {
  "be logged in": everybody,
  "administer the registry": ["admin"],
  "administer the organization": ["olga", "admin"],
  "see the organization": ["olga", "lena", "tom", "rita", "walt", "ada", "admin"],
  "lead crew": ["olga", "lena", "admin"],
  "see what crew was granted": ["olga", "lena", "tom", "admin"],
  "be tom": ["tom", "admin"],
  "be tom himself": ["tom"],
  "see tom's membership": ["olga", "lena", "tom", "rita", "walt", "ada", "admin"],
  "administer the repository": ["olga", "ada", "admin"],
  "administer the repository or be rita": ["olga", "ada", "admin", "rita"],
  "see the grants of the namespace": ["olga", "lena", "tom", "rita", "walt", "ada", "admin"],
  "administer the namespace": ["olga", "admin"],
  "see the repository": ["olga", "rita", "walt", "ada", "admin"],
};

const accounts = "/enzi/v0/accounts";
const crew = `${accounts}/acme/teams/crew`;
const access = "/api/v0/repositories/acme/app/teamAccess";
const users = "/api/v0/repositories/acme/app/userAccess";
const patterns = "/api/v0/repositoryNamespaces/acme/patternAccess";
const whole = "/api/v0/repositoryNamespaces/acme/teamAccess";
const held = "/api/v0/repositoryNamespaces/acme/aliases";
const second = "/api/v0/accounts/tom/secondFactor";
const robots = "/api/v0/accounts/acme/serviceAccounts";

export interface Row {
  ask: string;
  /** What it needs; a form that is wrong, so that nothing changes: whoever may hears that. */
  needs: string;
  body?: unknown;
  /** To whoever has the right. */
  yields: number;
  /** To who is logged in and has not. */
  refuses?: number;
  /** The right is asked for first: who has none is refused also where there is no such account. */
  asksFirst?: true;
}

const wrong = { name: 7, isAdmin: "x", newPassword: 7, accessLevel: "x", fullName: 7 };

/** Operation to right. */
export const operations: Row[] = [
  { ask: `GET ${accounts}`, needs: "administer the registry", yields: 200 },
  { ask: `POST ${accounts}`, needs: "administer the registry", body: { name: "Bad Name" }, yields: 400 },
  { ask: `GET ${accounts}/tom`, needs: "be logged in", yields: 200 },
  { ask: `GET ${accounts}/nobody`, needs: "be logged in", yields: 404 },
  { ask: `PATCH ${accounts}/tom`, needs: "be tom", body: { fullName: "tom!" }, yields: 200 },
  { ask: `PATCH ${accounts}/tom`, needs: "administer the registry", body: { isAdmin: false }, yields: 200 },
  { ask: `PATCH ${accounts}/tom`, needs: "be tom", body: wrong, yields: 400 },
  { ask: `POST ${accounts}`, needs: "administer the registry", body: wrong, yields: 400 },
  { ask: `POST ${accounts}/tom/changePassword`, needs: "be tom", body: wrong, yields: 400 },
  { ask: `DELETE ${accounts}/nobody`, needs: "administer the registry", yields: 404 },
  { ask: "DELETE /api/v0/accounts/tom/repositories", needs: "be tom", yields: 204 },
  { ask: "DELETE /api/v0/accounts/nobody/repositories", needs: "be logged in", yields: 404 },
  { ask: "DELETE /api/v0/accounts/nobody", needs: "administer the registry", yields: 404 },
  { ask: `POST ${accounts}/tom/changePassword`, needs: "be tom", body: { newPassword: "short" }, yields: 400 },
  { ask: `GET ${accounts}/tom/organizations`, needs: "be tom", yields: 200 },
  { ask: `GET ${accounts}/acme/members`, needs: "see the organization", yields: 200 },
  { ask: `GET ${accounts}/acme/members/tom`, needs: "see tom's membership", yields: 200 },
  {
    ask: `PUT ${accounts}/acme/members/tom`,
    needs: "administer the organization",
    body: { isAdmin: false },
    yields: 200,
  },
  { ask: `PATCH ${accounts}/acme/members/tom`, needs: "administer the organization", body: {}, yields: 200 },
  { ask: `DELETE ${accounts}/acme/members/stan`, needs: "administer the organization", yields: 404 },
  { ask: `GET ${accounts}/acme/members/tom/teams`, needs: "see the organization", yields: 200 },
  { ask: `GET ${accounts}/acme/teams`, needs: "see the organization", yields: 200 },
  { ask: `POST ${accounts}/acme/teams`, needs: "administer the organization", body: { name: "crew" }, yields: 400 },
  { ask: `GET ${crew}`, needs: "see the organization", yields: 200 },
  { ask: `GET ${accounts}/acme/teams/none`, needs: "see the organization", yields: 404 },
  { ask: `PATCH ${crew}`, needs: "lead crew", body: { description: "all hands" }, yields: 200 },
  { ask: `DELETE ${accounts}/acme/teams/none`, needs: "administer the organization", yields: 404 },
  { ask: `GET ${crew}/members`, needs: "see the organization", yields: 200 },
  { ask: `GET ${crew}/members/tom`, needs: "see the organization", yields: 200 },
  { ask: `PUT ${crew}/members/tom`, needs: "lead crew", body: { isAdmin: false }, yields: 200 },
  { ask: `PATCH ${crew}/members/tom`, needs: "lead crew", body: { isAdmin: false }, yields: 200 },
  { ask: `DELETE ${crew}/members/stan`, needs: "lead crew", yields: 404 },
  { ask: "GET /api/v0/session", needs: "be logged in", yields: 200 },
  { ask: "GET /api/v0/accounts/tom/sessions", needs: "be tom", yields: 200 },
  { ask: "DELETE /api/v0/accounts/tom/sessions", needs: "be tom", yields: 204 },
  { ask: "DELETE /api/v0/accounts/tom/sessions/none", needs: "be tom", yields: 404 },
  { ask: `GET ${second}`, needs: "be tom", yields: 200 },
  { ask: `POST ${second}`, needs: "be tom himself", body: { password: 7 }, yields: 400 },
  { ask: `POST ${second}/confirm`, needs: "be tom himself", body: { code: "000000" }, yields: 404 },
  { ask: `POST ${second}/recoveryCodes`, needs: "be tom himself", body: { password: 7 }, yields: 400 },
  { ask: `POST ${second}/disable`, needs: "be tom himself", body: { password: 7 }, yields: 400 },
  { ask: `DELETE ${second}`, needs: "administer the registry", yields: 404, asksFirst: true },
  { ask: "GET /api/v0/index/autocomplete?query=a", needs: "be logged in", yields: 200 },
  { ask: "GET /api/v0/accounts/tom/settings", needs: "be tom", yields: 200 },
  { ask: "GET /api/v0/accounts/nobody/settings", needs: "be logged in", yields: 404 },
  { ask: "PATCH /api/v0/accounts/tom/settings", needs: "be tom", body: { contentCacheUUID: "" }, yields: 200 },
  { ask: "GET /api/v0/api_tokens?username=tom", needs: "be tom", yields: 200 },
  { ask: "POST /api/v0/api_tokens?username=tom", needs: "be tom", body: { tokenLabel: 7 }, yields: 400 },
  { ask: "DELETE /api/v0/api_tokens?username=tom", needs: "be tom", yields: 200 },
  { ask: "GET /api/v0/api_tokens/none", needs: "be logged in", yields: 404 },
  { ask: "PATCH /api/v0/api_tokens/none", needs: "be logged in", body: {}, yields: 404 },
  { ask: "DELETE /api/v0/api_tokens/none", needs: "be logged in", yields: 404 },
  { ask: `GET ${access}`, needs: "administer the repository", yields: 200 },
  { ask: `PUT ${access}/crew`, needs: "administer the repository", body: wrong, yields: 400 },
  { ask: `PUT ${access}/none`, needs: "administer the repository", body: { accessLevel: "admin" }, yields: 404 },
  { ask: `DELETE ${access}/crew`, needs: "administer the repository", yields: 404 },
  { ask: `GET ${whole}`, needs: "see the grants of the namespace", yields: 200 },
  { ask: `GET ${whole}/crew`, needs: "see the grants of the namespace", yields: 404 },
  { ask: `PUT ${whole}/none`, needs: "administer the namespace", body: { accessLevel: "admin" }, yields: 404 },
  { ask: `DELETE ${whole}/crew`, needs: "administer the namespace", yields: 404 },
  { ask: `GET ${users}`, needs: "administer the repository", yields: 200 },
  { ask: `PUT ${users}/stan`, needs: "administer the repository", body: wrong, yields: 400 },
  { ask: `PUT ${users}/nobody`, needs: "administer the repository", body: { accessLevel: "admin" }, yields: 404 },
  { ask: `DELETE ${users}/stan`, needs: "administer the repository", yields: 404 },
  { ask: "GET /api/v0/repositories/acme/app/access", needs: "administer the repository", yields: 200 },
  { ask: "GET /api/v0/access/explain?repository=acme/app", needs: "see the repository", yields: 200, refuses: 404 },
  {
    ask: "GET /api/v0/access/explain?repository=acme/app&user=rita",
    needs: "administer the repository or be rita",
    yields: 200,
  },
  { ask: `GET ${patterns}`, needs: "see the grants of the namespace", yields: 200 },
  { ask: `POST ${patterns}`, needs: "administer the namespace", body: wrong, yields: 400 },
  { ask: `DELETE ${patterns}/none`, needs: "administer the namespace", yields: 404 },
  { ask: "GET /api/v0/accounts/acme/teams/crew/repositoryAccess", needs: "see what crew was granted", yields: 200 },
  { ask: "GET /api/v0/accounts/tom/repositoryAccess/acme/app", needs: "be tom", yields: 404 },
  {
    ask: "POST /api/v0/accounts/import",
    needs: "administer the registry",
    body: {},
    yields: 415,
  },
  { ask: `GET ${robots}`, needs: "administer the organization", yields: 200 },
  { ask: `POST ${robots}`, needs: "administer the organization", body: { name: "Bad Name" }, yields: 400 },
  { ask: `GET ${robots}/ci`, needs: "administer the organization", yields: 200 },
  { ask: `PATCH ${robots}/ci`, needs: "administer the organization", body: { isActive: "x" }, yields: 400 },
  { ask: `DELETE ${robots}/none`, needs: "administer the organization", yields: 404 },
  { ask: `GET ${robots}/ci/secrets`, needs: "administer the organization", yields: 200 },
  { ask: `POST ${robots}/ci/secrets`, needs: "administer the organization", body: { tokenLabel: 7 }, yields: 400 },
  { ask: `DELETE ${robots}/ci/secrets/none`, needs: "administer the organization", yields: 404 },
  {
    ask: `POST ${robots}/ci/secrets/rotate`,
    needs: "administer the organization",
    body: { overlapSeconds: -1 },
    yields: 400,
  },
  { ask: `GET ${robots}/ci/repositoryAccess`, needs: "administer the organization", yields: 200 },
  { ask: `PUT ${robots}/ci/repositoryAccess/app`, needs: "administer the organization", body: wrong, yields: 400 },
  { ask: `DELETE ${robots}/ci/repositoryAccess/app`, needs: "administer the organization", yields: 404 },
  { ask: `GET ${robots}/ci/namespaceAccess`, needs: "administer the organization", yields: 404 },
  { ask: `PUT ${robots}/ci/namespaceAccess`, needs: "administer the organization", body: wrong, yields: 400 },
  { ask: `DELETE ${robots}/ci/namespaceAccess`, needs: "administer the organization", yields: 404 },
  { ask: `GET ${robots}/ci/trustRules`, needs: "administer the organization", yields: 200 },
  { ask: `POST ${robots}/ci/trustRules`, needs: "administer the organization", body: {}, yields: 400 },
  { ask: `DELETE ${robots}/ci/trustRules/none`, needs: "administer the organization", yields: 404 },
  { ask: "POST /api/v0/repositories/acme/app/rename", needs: "administer the repository", body: wrong, yields: 400 },
  {
    ask: "POST /api/v0/repositories/acme/app/rename",
    needs: "administer the namespace",
    body: { name: "app" },
    yields: 400,
  },
  { ask: "GET /api/v0/repositories/acme/app/aliases", needs: "administer the repository", yields: 200 },
  { ask: `GET ${held}`, needs: "administer the namespace", yields: 200 },
  { ask: `DELETE ${held}/none`, needs: "administer the namespace", yields: 404, refuses: 404 },
  { ask: "POST /api/v0/accounts/acme/rename", needs: "administer the organization", body: {}, yields: 400 },
  { ask: "GET /api/v0/accounts/acme/aliases", needs: "administer the organization", yields: 200 },
  { ask: "DELETE /api/v0/accounts/acme/aliases/none", needs: "administer the organization", yields: 404 },
  { ask: "POST /api/v0/accounts/tom/rename", needs: "administer the registry", body: {}, yields: 400 },
  { ask: "GET /api/v0/accounts/tom/aliases", needs: "administer the registry", yields: 200 },
  { ask: "DELETE /api/v0/accounts/tom/aliases/none", needs: "administer the registry", yields: 404 },
  { ask: "GET /api/v0/repositories/acme/app", needs: "see the repository", yields: 200, refuses: 404 },
  { ask: "PATCH /api/v0/repositories/acme/app", needs: "administer the repository", body: {}, yields: 200 },
  { ask: "POST /api/v0/repositories/acme", needs: "administer the namespace", body: { name: "app" }, yields: 400 },
];

/** The rows for a route, which may have parameters: `GET /enzi/v0/accounts/:account`. */
export function rowsFor(route: string): Row[] {
  const pattern = new RegExp(`^${route.replaceAll(/:\w+|\{\w+\}/g, "[^/ ]+")}$`);
  return operations.filter(({ ask }) => pattern.test(ask.split("?")[0] as string));
}
