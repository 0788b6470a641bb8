// Why somebody may do something on a repository, or what he lacks: the words for what `may()` decides.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import {
  type ExplainedAccount,
  type ExplainedRight,
  findExplained,
  listExplained,
} from "#db/queries/accounts/explained.ts";
import type { AccessLevel } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { registryError } from "#oci/error.ts";
import { asOf } from "../access/as-of.ts";
import type { Caller } from "../access/caller.ts";
import { type Level, levelOn, may, needed, type Reason, type RepositoryAction, reasonsOn } from "../access/may.ts";
import { findAccount, requireAccount } from "../accounts/find.ts";
import { type Page, type Paged, pageOf } from "../accounts/page.ts";
import type { Needs } from "../context.ts";
import { getRepository } from "../repositories/change.ts";

/** One thing that gives somebody a level. */
export interface Because {
  rule: Reason["rule"];
  level: AccessLevel;
  /** Of a grant: what it is on, the team that it comes by (null where whoever asks may not see the team), and its end. */
  grant?: {
    on: "repository" | "namespace" | "pattern";
    pattern: string | null;
    to: "user" | "team";
    team: string | null;
    expiresAt: string | null;
  };
}

export interface Explanation {
  user: AccountRow;
  repository: RepositoryRow;
  action: RepositoryAction;
  isAllowed: boolean;
  level: Level;
  needs: AccessLevel;
  because: Because[];
  /** What he lacks, for people; null when he may. */
  missing: string | null;
}

/**
 * For oneself, for the repository's admins, and for system admins.
 * @throws NO_SUCH_REPOSITORY also where whoever asks may not see it, NO_SUCH_USER, NOT_AUTHORIZED.
 */
export async function explainAccess(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  asked: { user: string | undefined; path: string; action: RepositoryAction },
): Promise<Explanation> {
  const self = requireAccount(caller);
  const user = asked.user === undefined || asked.user === self.name ? self : await findAccount(ctx, asked.user);
  if (user.kind === "organization") throw registryError("NO_SUCH_USER");
  const repository = await getRepository(ctx, caller, asked.path, user.id === self.id ? "pull" : "administer");
  const { accountId } = repository;
  const found = await findExplained(ctx.db, user.id, accountId);
  if (!found) throw registryError("NO_SUCH_USER");
  const subject = asOf(found, ctx.clock.now());
  const { action } = asked;
  const isAllowed = await may(
    { account: subject, grants: null, how: "basic" },
    { on: "repository", action, repository },
  );
  const level = levelOn(subject, repository);
  const needs = needed(action);
  const because = becauseOf(caller, subject, repository);
  return {
    user,
    repository,
    action,
    isAllowed,
    level,
    needs,
    because,
    missing: missing({ user, isAllowed, level, needs }),
  };
}

function missing({ user, isAllowed, level, needs }: Pick<Explanation, "user" | "isAllowed" | "level" | "needs">) {
  if (isAllowed) return null;
  if (!user.isActive) return "the account is not active";
  return level === "none"
    ? `nothing gives ${user.name} anything on this repository; this takes ${needs}`
    : `${user.name} has ${level}; this takes ${needs}`;
}

function becauseOf(caller: Caller, subject: ExplainedAccount, repository: RepositoryRow): Because[] {
  return [...reasonsOn(subject, repository)].map((reason) =>
    reason.rule === "grant" ? { ...reason, grant: describe(caller, reason.grant) } : reason,
  );
}

function describe({ account }: Caller, grant: ExplainedRight): NonNullable<Because["grant"]> {
  const { repositoryId, pattern, namespaceId, teamId, team, expiresAt } = grant;
  const seesTeam =
    account?.isAdmin || account?.rights.memberOf.includes(namespaceId) || account?.rights.teams.includes(teamId ?? "");
  return {
    on: pattern !== null ? "pattern" : repositoryId !== null ? "repository" : "namespace",
    pattern,
    to: teamId === null ? "user" : "team",
    team: seesTeam ? team : null,
    expiresAt,
  };
}

/** Who reaches a repository beside what is public, and why. */
export interface Reaching {
  user: AccountRow;
  level: AccessLevel;
  because: Because[];
}

/** Everybody who reaches a repository, in byte order of names; pages may be short. For its admins. @throws as getRepository. */
export async function pageReaching(
  ctx: Needs<"db" | "clock">,
  caller: Caller,
  path: string,
  page: Page,
): Promise<{ repository: RepositoryRow } & Paged<Reaching>> {
  const repository = await getRepository(ctx, caller, path, "administer");
  const now = ctx.clock.now();
  const found = await pageOf(
    page,
    ({ name }: ExplainedAccount) => name,
    (limit) => listExplained(ctx.db, repository.accountId, { ...page, limit }),
  );
  const items = found.items.flatMap((account) => {
    const subject = asOf(account, now);
    const because = becauseOf(caller, subject, repository).filter(({ rule }) => rule !== "public");
    const level = levelOn(subject, repository);
    return because.length > 0 && level !== "none" ? [{ user: account, level, because }] : [];
  });
  return { repository, items, next: found.next };
}
