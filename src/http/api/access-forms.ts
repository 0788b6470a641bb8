// The shapes of access in DTR's API.
import { z } from "@hono/zod-openapi";
import type { Caller } from "#core/access/caller.ts";
import type { AccessLevel } from "#core/accounts/team-access.ts";
import type { TeamRow } from "#core/accounts/teams.ts";
import { accountAnswer } from "../enzi/forms.ts";
import { repositoryAnswer } from "./forms.ts";

export const accessLevel = z.enum(["read-only", "read-write", "admin"]);

export const accessForm = z.object({ accessLevel }).openapi("forms.Access");
const team = z
  .object({
    id: z.string(),
    name: z.string(),
    orgID: z.string(),
    description: z.string(),
    clientUserIsMember: z.boolean(),
  })
  .openapi("responses.Team");
const teamAccess = z.object({ accessLevel, team }).openapi("responses.TeamAccess");
export const repositoryTeamsAnswer = z
  .object({ repository: repositoryAnswer, teamAccessList: z.array(teamAccess) })
  .openapi("responses.ListRepoTeamAccess");
export const namespaceTeamsAnswer = z
  .object({ namespace: z.string(), teamAccessList: z.array(teamAccess) })
  .openapi("responses.ListRepoNamespaceTeamAccess");
export const namespaceTeamAnswer = z
  .object({ accessLevel, namespace: z.string(), team })
  .openapi("responses.NamespaceTeamAccess");
export const teamRepositoriesAnswer = z
  .object({ team, repositoryAccessList: z.array(z.object({ accessLevel, repository: repositoryAnswer })) })
  .openapi("responses.ListTeamRepoAccess");
export const userAccessAnswer = z
  .object({ accessLevel, user: accountAnswer, repository: repositoryAnswer })
  .openapi("responses.RepoUserAccess");

export function describeAccess<T extends object>(level: AccessLevel, of: T): { accessLevel: AccessLevel } & T {
  return { accessLevel: level, ...of };
}

/** A team in DTR's words, which say whether whoever asks belongs to it. */
export function describeTeamFor({ account }: Caller, { id, name, organizationId, description }: TeamRow) {
  const clientUserIsMember = account?.rights.teams.includes(id) ?? false;
  return { id, name, orgID: organizationId, description, clientUserIsMember };
}
