// The shapes of access in DTR's API.
import { z } from "@hono/zod-openapi";
import type { Caller } from "#core/access/caller.ts";
import type { TeamRow } from "#core/accounts/teams.ts";
import type { Because } from "#core/grants/explain.ts";
import type { Level } from "#core/grants/grants.ts";
import type { PatternGrantRow } from "#core/grants/pattern-access.ts";
import type { AccessLevel } from "#core/grants/team-access.ts";
import { accountAnswer } from "../enzi/forms.ts";
import { repositoryAnswer } from "./forms.ts";

export const accessLevel = z.enum(["read-only", "read-write", "admin"]);

/** Berth's own: when a grant ends by itself. */
const expiresAt = z.iso.datetime({ offset: true }).nullable().optional();
export const accessForm = z
  .object({ accessLevel, expiresAt })
  .openapi("forms.Access", { example: { accessLevel: "read-write" } });

/** What a form asks for. */
export function levelOf(form: z.infer<typeof accessForm>): Level {
  return { level: form.accessLevel, expiresAt: form.expiresAt ? new Date(form.expiresAt) : null };
}

const team = z
  .object({
    id: z.string(),
    name: z.string(),
    orgID: z.string(),
    description: z.string(),
    clientUserIsMember: z.boolean(),
  })
  .openapi("responses.Team");
const teamAccess = z.object({ accessLevel, expiresAt, team }).openapi("responses.TeamAccess");
export const repositoryTeamsAnswer = z
  .object({ repository: repositoryAnswer, teamAccessList: z.array(teamAccess) })
  .openapi("responses.ListRepoTeamAccess");
export const namespaceTeamsAnswer = z
  .object({ namespace: z.string(), teamAccessList: z.array(teamAccess) })
  .openapi("responses.ListRepoNamespaceTeamAccess");
export const namespaceTeamAnswer = z
  .object({ accessLevel, expiresAt, namespace: z.string(), team })
  .openapi("responses.NamespaceTeamAccess");
export const teamRepositoriesAnswer = z
  .object({ team, repositoryAccessList: z.array(z.object({ accessLevel, expiresAt, repository: repositoryAnswer })) })
  .openapi("responses.ListTeamRepoAccess");
export const userAccessAnswer = z
  .object({ accessLevel, expiresAt, user: accountAnswer, repository: repositoryAnswer })
  .openapi("responses.RepoUserAccess");
export const repositoryUsersAnswer = z
  .object({
    repository: repositoryAnswer,
    userAccessList: z.array(z.object({ accessLevel, expiresAt, user: accountAnswer })),
  })
  .openapi("responses.ListRepoUserAccess");

const pattern = z.string().openapi({ description: "of names within the namespace: web-*", example: "web-*" });
export const patternForm = z
  .strictObject({ pattern, accessLevel, expiresAt, team: z.string().optional(), user: z.string().optional() })
  .openapi("berth.GrantPattern", { example: { pattern: "web-*", accessLevel: "read-only", team: "frontend" } });
export const patternAnswer = z
  .object({
    id: z.string(),
    pattern,
    accessLevel,
    expiresAt: z.string().nullable(),
    team: z.string().nullable(),
    user: z.string().nullable(),
  })
  .openapi("berth.PatternAccess");
export const patternsAnswer = z
  .object({ patternAccessList: z.array(patternAnswer) })
  .openapi("berth.ListPatternAccess");

const because = z
  .object({
    rule: z.enum(["public", "system admin", "own namespace", "organization owner", "global role", "grant"]),
    accessLevel,
    grant: z
      .object({
        on: z.enum(["repository", "namespace", "pattern"]),
        pattern: z.string().nullable(),
        to: z.enum(["user", "team"]),
        team: z.string().nullable(),
        expiresAt: z.string().nullable(),
      })
      .optional(),
  })
  .openapi("berth.Because");
export const explanationAnswer = z
  .object({
    user: z.string(),
    repository: z.string(),
    action: z.string(),
    allowed: z.boolean(),
    accessLevel: z.enum(["none", "read-only", "read-write", "admin"]),
    needs: accessLevel,
    because: z.array(because),
    missing: z.string().nullable(),
  })
  .openapi("berth.Explanation");
export const reachingAnswer = z
  .object({
    visibility: z.enum(["public", "private"]),
    accessList: z.array(z.object({ user: accountAnswer, accessLevel, because: z.array(because) })),
  })
  .openapi("berth.ListAccess");

export function describeAccess<T extends object>({ level, expiresAt = null }: Granted, of: T) {
  return { accessLevel: level, ...(expiresAt !== null && { expiresAt: isoTime(expiresAt) }), ...of };
}

type Granted = { level: AccessLevel; expiresAt?: string | null };
const isoTime = (text: string) => new Date(text).toISOString();

export function describePattern({ level, expiresAt, ...grant }: PatternGrantRow): z.infer<typeof patternAnswer> {
  return { ...grant, accessLevel: level, expiresAt: expiresAt === null ? null : isoTime(expiresAt) };
}

export function describeBecause({ level, ...reason }: Because): z.infer<typeof because> {
  return { ...reason, accessLevel: level };
}

/** A team in DTR's words, which say whether whoever asks belongs to it. */
export function describeTeamFor({ account }: Caller, { id, name, organizationId, description }: TeamRow) {
  const clientUserIsMember = account?.rights.teams.includes(id) ?? false;
  return { id, name, orgID: organizationId, description, clientUserIsMember };
}
