// Requests for the operations that DTR 2.7 has not: grants to users and on patterns, who may what, service accounts, sessions.
import { type Step, step } from "./step.ts";

const repository = "/api/v0/repositories/{namespace}/{reponame}";
const app = "/api/v0/repositories/acme/app";
const patterns = "/api/v0/repositoryNamespaces/{namespace}/patternAccess";
const robots = "/api/v0/accounts/{orgname}/serviceAccounts";
const robot = `${robots}/{name}`;
const held = "/api/v0/repositoryNamespaces/{namespace}/aliases";
const account = "/api/v0/accounts/{account}";
const sessions = "/api/v0/accounts/{username}/sessions";
const bot = "/api/v0/accounts/acme/serviceAccounts/bot";
const readOnly = { accessLevel: "read-only" };

/** They need a session of the admin's, the organization acme with the team crew, the user tom, and the repository acme/app. */
export const ownSteps: Step[] = [
  step(`PUT ${repository}/userAccess/{grantee}`, `${app}/userAccess/tom`, readOnly),
  step(`GET ${repository}/userAccess`, `${app}/userAccess`),
  step(`GET ${repository}/access`, `${app}/access`),
  step("GET /api/v0/access/explain", "/api/v0/access/explain?user=tom&repository=acme/app&action=pull"),
  step(`DELETE ${repository}/userAccess/{grantee}`, `${app}/userAccess/tom`),
  step(`POST ${patterns}`, "/api/v0/repositoryNamespaces/acme/patternAccess", {
    pattern: "web-*",
    team: "crew",
    ...readOnly,
  }),
  step(`GET ${patterns}`, "/api/v0/repositoryNamespaces/acme/patternAccess"),
  step(`DELETE ${patterns}/{id}`, (seen) => {
    const { id } = seen.get(`POST ${patterns}`) as { id: string };
    return `/api/v0/repositoryNamespaces/acme/patternAccess/${id}`;
  }),

  step(`POST ${robots}`, "/api/v0/accounts/acme/serviceAccounts", { name: "bot", description: "builds" }),
  step(`GET ${robots}`, "/api/v0/accounts/acme/serviceAccounts"),
  step(`GET ${robot}`, bot),
  step(`PATCH ${robot}`, bot, { description: "builds at night" }),
  step(`POST ${robot}/secrets`, `${bot}/secrets`, { tokenLabel: "night" }),
  step(`POST ${robot}/secrets/rotate`, `${bot}/secrets/rotate`, { overlapSeconds: 60 }),
  step(`GET ${robot}/secrets`, `${bot}/secrets`),
  step(`DELETE ${robot}/secrets/{hashedtoken}`, (seen) => {
    const { hashedToken } = seen.get(`POST ${robot}/secrets`) as { hashedToken: string };
    return `${bot}/secrets/${hashedToken}`;
  }),
  step(`POST ${robot}/trustRules`, `${bot}/trustRules`, {
    issuer: "https://ci.example.com",
    audience: "berth",
    claims: { sub: "repo:acme/app" },
  }),
  step(`GET ${robot}/trustRules`, `${bot}/trustRules`),
  step(`DELETE ${robot}/trustRules/{rule}`, (seen) => {
    const { id } = seen.get(`POST ${robot}/trustRules`) as { id: string };
    return `${bot}/trustRules/${id}`;
  }),
  step(`PUT ${robot}/repositoryAccess/{reponame}`, `${bot}/repositoryAccess/app`, readOnly),
  step(`GET ${robot}/repositoryAccess`, `${bot}/repositoryAccess`),
  step(`DELETE ${robot}/repositoryAccess/{reponame}`, `${bot}/repositoryAccess/app`),
  step(`PUT ${robot}/namespaceAccess`, `${bot}/namespaceAccess`, readOnly),
  step(`GET ${robot}/namespaceAccess`, `${bot}/namespaceAccess`),
  step(`DELETE ${robot}/namespaceAccess`, `${bot}/namespaceAccess`),
  step(`DELETE ${robot}`, bot),

  step("POST /api/v0/repositories/{namespace}", "/api/v0/repositories/acme", { name: "former" }),
  step(`POST ${repository}/rename`, "/api/v0/repositories/acme/former/rename", { name: "present" }),
  step(`GET ${repository}/aliases`, "/api/v0/repositories/acme/present/aliases"),
  step(`GET ${held}`, "/api/v0/repositoryNamespaces/acme/aliases"),
  step(`DELETE ${held}/{alias}`, "/api/v0/repositoryNamespaces/acme/aliases/former"),
  step("POST /enzi/v0/accounts", "/enzi/v0/accounts", { name: "initech", isOrg: true }),
  step(`POST ${account}/rename`, "/api/v0/accounts/initech/rename", { name: "initrode" }),
  step(`GET ${account}/aliases`, "/api/v0/accounts/initrode/aliases"),
  step(`DELETE ${account}/aliases/{alias}`, "/api/v0/accounts/initrode/aliases/initech"),

  step("POST /api/v0/accounts/import", "/api/v0/accounts/import", "ivy,correct horse battery staple,read-only\n"),
  step("GET /api/v0/events/export", "/api/v0/events/export"),
  step("GET /api/v0/session", "/api/v0/session"),
  step(`GET ${sessions}`, "/api/v0/accounts/admin/sessions"),
  step(`DELETE ${sessions}/{session}`, (seen) => {
    const { sessions: all } = seen.get(`GET ${sessions}`) as { sessions: [{ id: string }] };
    return `/api/v0/accounts/admin/sessions/${all[0].id}`;
  }),
  step(`DELETE ${sessions}`, "/api/v0/accounts/tom/sessions"),
];
