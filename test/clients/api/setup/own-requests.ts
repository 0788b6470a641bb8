// Requests for the operations that DTR 2.7 has not: grants to users and on patterns, who may what, service accounts.
import { type Step, step } from "./step.ts";

const repository = "/api/v0/repositories/{namespace}/{reponame}";
const app = "/api/v0/repositories/acme/app";
const patterns = "/api/v0/repositoryNamespaces/{namespace}/patternAccess";
const robots = "/api/v0/accounts/{orgname}/serviceAccounts";
const robot = `${robots}/{name}`;
const bot = "/api/v0/accounts/acme/serviceAccounts/bot";
const readOnly = { accessLevel: "read-only" };

/** They need the organization acme with the team crew, the user tom, and the repository acme/app. */
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
  step(`PUT ${robot}/repositoryAccess/{reponame}`, `${bot}/repositoryAccess/app`, readOnly),
  step(`GET ${robot}/repositoryAccess`, `${bot}/repositoryAccess`),
  step(`DELETE ${robot}/repositoryAccess/{reponame}`, `${bot}/repositoryAccess/app`),
  step(`PUT ${robot}/namespaceAccess`, `${bot}/namespaceAccess`, readOnly),
  step(`GET ${robot}/namespaceAccess`, `${bot}/namespaceAccess`),
  step(`DELETE ${robot}/namespaceAccess`, `${bot}/namespaceAccess`),
  step(`DELETE ${robot}`, bot),
];
