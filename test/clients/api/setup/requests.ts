// A request for every operation of the management API, in an order in which each can succeed.

import { ownSteps } from "./own-requests.ts";
import { secondFactorSteps } from "./second-factor-requests.ts";
import { type Seen, type Step, step } from "./step.ts";

const word = "correct horse battery staple";
const accounts = "/enzi/v0/accounts";
const account = `${accounts}/{account}`;
const team = `${account}/teams/{team}`;
const repository = "/api/v0/repositories/{namespace}/{reponame}";
const namespace = "/api/v0/repositoryNamespaces/{namespace}";
const token = (seen: Seen) => {
  const { hashedToken } = seen.get("POST /api/v0/api_tokens") as { hashedToken: string };
  return `/api/v0/api_tokens/${hashedToken}`;
};

/** Where a tiny image is. */
const tiny = "/api/v0/repositories/seed/tiny";

export const steps: Step[] = [
  step("GET /api/v0/admin/version", "/api/v0/admin/version"),
  step("GET /api/v0/meta/features", "/api/v0/meta/features"),
  step("GET /api/v0/meta/cluster_status", "/api/v0/meta/cluster_status"),
  step("GET /api/v0/meta/settings", "/api/v0/meta/settings"),
  step("POST /api/v0/meta/settings", "/api/v0/meta/settings", { createRepositoryOnPush: true }),

  step(`POST ${accounts}`, accounts, { name: "tom", fullName: "Tom", password: word }),
  step(`POST ${accounts}`, accounts, { name: "eve", password: word }),
  step(`POST ${accounts}`, accounts, { name: "acme", isOrg: true }),
  step(`GET ${accounts}`, `${accounts}?limit=2`),
  step(`GET ${account}`, `${accounts}/tom`),
  step(`GET ${account}`, `${accounts}/acme`),
  step(`PATCH ${account}`, `${accounts}/tom`, { fullName: "Tom the Second" }),
  step(`POST ${account}/changePassword`, `${accounts}/tom/changePassword`, { newPassword: `${word}!` }),
  step(`PUT ${account}/members/{member}`, `${accounts}/acme/members/tom`, { isAdmin: true }),
  step(`PUT ${account}/members/{member}`, `${accounts}/acme/members/eve`, {}),
  step(`PATCH ${account}/members/{member}`, `${accounts}/acme/members/eve`, { isAdmin: false }),
  step(`GET ${account}/members`, `${accounts}/acme/members?filter=all`),
  step(`GET ${account}/members/{member}`, `${accounts}/acme/members/tom`),
  step(`GET ${account}/organizations`, `${accounts}/tom/organizations`),
  step(`POST ${account}/teams`, `${accounts}/acme/teams`, { name: "crew", description: "all hands" }),
  step(`GET ${account}/teams`, `${accounts}/acme/teams`),
  step(`GET ${team}`, `${accounts}/acme/teams/crew`),
  step(`PATCH ${team}`, `${accounts}/acme/teams/crew`, { description: "few hands" }),
  step(`PUT ${team}/members/{member}`, `${accounts}/acme/teams/crew/members/eve`, {}),
  step(`PATCH ${team}/members/{member}`, `${accounts}/acme/teams/crew/members/eve`, { isAdmin: true }),
  step(`GET ${team}/members`, `${accounts}/acme/teams/crew/members`),
  step(`GET ${team}/members/{member}`, `${accounts}/acme/teams/crew/members/eve`),
  step(`GET ${account}/members/{member}/teams`, `${accounts}/acme/members/eve/teams`),
  step("GET /api/v0/accounts/language", "/api/v0/accounts/language"),
  step("GET /api/v0/accounts/{username}/settings", "/api/v0/accounts/tom/settings"),
  step("PATCH /api/v0/accounts/{username}/settings", "/api/v0/accounts/tom/settings", { contentCacheUUID: "" }),

  step("POST /api/v0/repositories/{namespace}", "/api/v0/repositories/acme", { name: "app", visibility: "public" }),
  step("GET /api/v0/repositories", "/api/v0/repositories?pageSize=1&count=true"),
  step("GET /api/v0/repositories/{namespace}", "/api/v0/repositories/acme"),
  step(`GET ${repository}`, "/api/v0/repositories/acme/app"),
  step(`PATCH ${repository}`, "/api/v0/repositories/acme/app", { longDescription: "# App" }),
  step(`PUT ${repository}/teamAccess/{teamname}`, "/api/v0/repositories/acme/app/teamAccess/crew", {
    accessLevel: "read-write",
  }),
  step(`GET ${repository}/teamAccess`, "/api/v0/repositories/acme/app/teamAccess"),
  step(`PUT ${namespace}/teamAccess/{teamname}`, "/api/v0/repositoryNamespaces/acme/teamAccess/crew", {
    accessLevel: "read-only",
  }),
  step(`GET ${namespace}/teamAccess`, "/api/v0/repositoryNamespaces/acme/teamAccess"),
  step(`GET ${namespace}/teamAccess/{teamname}`, "/api/v0/repositoryNamespaces/acme/teamAccess/crew"),
  step(
    "GET /api/v0/accounts/{orgname}/teams/{teamname}/repositoryAccess",
    "/api/v0/accounts/acme/teams/crew/repositoryAccess",
  ),
  step(
    "GET /api/v0/accounts/{username}/repositoryAccess/{namespace}/{reponame}",
    "/api/v0/accounts/eve/repositoryAccess/acme/app",
  ),
  step("GET /api/v0/index/autocomplete", "/api/v0/index/autocomplete?query=a"),
  step("GET /api/v0/index/dockersearch", "/api/v0/index/dockersearch?q=app"),

  step(`GET ${repository}/tags`, `${tiny}/tags`),
  step(`GET ${repository}/tags/{reference}`, `${tiny}/tags/v1`),
  step(`GET ${repository}/manifests`, `${tiny}/manifests`),
  step(`GET ${repository}/manifests/{reference}`, `${tiny}/manifests/v1`),
  step("GET /api/v0/events", "/api/v0/events?pageSize=50"),
  step(`GET ${repository}/events`, `${tiny}/events`),
  step(`DELETE ${repository}/tags/{reference}`, `${tiny}/tags/v1`),
  step(`DELETE ${repository}/manifests/{reference}`, (seen) => {
    const [{ digest }] = seen.get(`GET ${repository}/manifests`) as [{ digest: string }];
    return `${tiny}/manifests/${digest}`;
  }),
  ...ownSteps,
  ...secondFactorSteps,

  step("POST /api/v0/api_tokens", "/api/v0/api_tokens", { tokenLabel: "ci" }),
  step("GET /api/v0/api_tokens", "/api/v0/api_tokens"),
  step("GET /api/v0/api_tokens/{hashedtoken}", token),
  step("PATCH /api/v0/api_tokens/{hashedtoken}", token, { isActive: false }),
  step("DELETE /api/v0/api_tokens/{hashedtoken}", token),
  step("DELETE /api/v0/api_tokens", "/api/v0/api_tokens?generatedby=manual"),

  step(`DELETE ${repository}/teamAccess/{teamname}`, "/api/v0/repositories/acme/app/teamAccess/crew"),
  step(`DELETE ${namespace}/teamAccess/{teamname}`, "/api/v0/repositoryNamespaces/acme/teamAccess/crew"),
  step(`DELETE ${repository}`, "/api/v0/repositories/acme/app"),
  step(`DELETE ${team}/members/{member}`, `${accounts}/acme/teams/crew/members/eve`),
  step(`DELETE ${team}`, `${accounts}/acme/teams/crew`),
  step(`DELETE ${account}/members/{member}`, `${accounts}/acme/members/eve`),
  step("DELETE /api/v0/accounts/{namespace}/repositories", "/api/v0/accounts/eve/repositories"),
  step("DELETE /api/v0/accounts/{namespace}", "/api/v0/accounts/eve"),
  step(`DELETE ${account}`, `${accounts}/acme`),
];
