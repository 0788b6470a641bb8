// The management API, on DTR's paths and in DTR's form; described by one OpenAPI document made of the routes' own schemas.
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { DocumentWords } from "../docs/document.ts";
import type { AppEnv, Surface } from "../environment.ts";
import { secondFactorRoutes } from "../login/second-factor.ts";
import { sessionRoutes } from "../login/sessions.ts";
import { accessTokenRoutes } from "./access-tokens.ts";
import { accountRoutes } from "./accounts.ts";
import { eventRoutes } from "./events.ts";
import { manifestRoutes } from "./images/manifests.ts";
import { tagRoutes } from "./images/tags.ts";
import { importRoutes } from "./import-users.ts";
import { clusterRoutes } from "./meta/cluster.ts";
import { settingsRoutes } from "./meta/settings.ts";
import { userSettingsRoutes } from "./meta/user-settings.ts";
import { accountNameRoutes } from "./names/accounts.ts";
import { repositoryNameRoutes } from "./names/repositories.ts";
import { patternAccessRoutes } from "./pattern-access.ts";
import { repositoryRoutes } from "./repositories.ts";
import { searchRoutes } from "./search.ts";
import { serviceAccountRoutes } from "./service-accounts/routes.ts";
import { apiShell } from "./shell.ts";
import { teamAccessRoutes } from "./team-access.ts";
import { explainRoutes, userAccessRoutes } from "./user-access.ts";

const base = "/api/v0";
const words: DocumentWords = {
  base,
  title: "Berth",
  description: "Repositories, images, access, tokens, events and settings: DTR's management API with what Berth adds.",
  tags: {
    repositories: "Find, create, change and delete repositories.",
    images: "Tags and manifests of a repository, and what is in them.",
    access: "Who may do what on repositories and namespaces, and why.",
    accounts: "Users and organizations.",
    sessions: "Who is logged in, where, and how to end that.",
    "second factor": "A code beside the password, for people.",
    "access tokens": "Secrets for machines, in place of a password.",
    "service accounts":
      "Accounts of an organization for its machines, with secrets, grants and trust in outside issuers.",
    search: "What docker search and type-ahead ask.",
    events: "What happened.",
    settings: "How this registry is set, and how it is.",
  },
};

export function apiRoutes(surface: Surface): OpenAPIHono<AppEnv> {
  return apiShell(words, (app) => {
    repositoryRoutes({ surface, app, base, tag: "repositories" });
    settingsRoutes({ surface, app, base, tag: "settings" });
    clusterRoutes({ surface, app, base, tag: "settings" });
    userSettingsRoutes({ surface, app, base, tag: "settings" });
    for (const routes of [accountRoutes, accountNameRoutes, importRoutes])
      routes({ surface, app, base, tag: "accounts" });
    sessionRoutes({ surface, app, base, tag: "sessions" });
    secondFactorRoutes({ surface, app, base, tag: "second factor" });
    accessTokenRoutes({ surface, app, base, tag: "access tokens" });
    searchRoutes({ surface, app, base, tag: "search" });
    eventRoutes({ surface, app, base, tag: "events" });
    for (const routes of [tagRoutes, manifestRoutes]) routes({ surface, app, base, tag: "images" });
    repositoryNameRoutes({ surface, app, base, tag: "repositories" });
    for (const routes of [teamAccessRoutes, userAccessRoutes, patternAccessRoutes, explainRoutes])
      routes({ surface, app, base, tag: "access" });
    serviceAccountRoutes({ surface, app, base, tag: "service accounts" });
  });
}
