// The one answer to "may this caller do this here?". Every surface and every job asks here.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import type { AccessLevel, AccessRight } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { nameWithin } from "#oci/name.ts";
import { fitsPattern } from "#oci/pattern.ts";
import { grantsNear } from "../cache/grants-by-place.ts";
import type { Caller, Grant } from "./caller.ts";

/** What may be done to a repository. `administer`: change its settings, delete it. */
export type RepositoryAction = "pull" | "push" | "delete" | "administer";

/** The account that a question is about. */
type Subject = Pick<AccountRow, "id" | "kind" | "ownerId">;

/** What the question is about. */
export type Question =
  | { on: "repository"; action: RepositoryAction; repository: RepositoryRow }
  /**
   * To create a repository of that full name, or to learn that there is none; `account` is null when the namespace does not
   * exist.
   */
  | {
      on: "namespace";
      action: "create" | "look";
      account: Subject | null;
      name: string;
    }
  | { on: "registry"; action: "administer" }
  /** An account's own data; `look` at an organization also shows its members and teams. */
  | { on: "account"; action: "look" | "administer"; account: Subject }
  /** Who belongs to a team, and its name. */
  | { on: "team"; action: "administer"; team: { id: string; organizationId: string } };

/** Whether the caller may. A token narrows what its account may, never widens it. */
export async function may(caller: Caller, question: Question): Promise<boolean> {
  if (caller.account && !caller.account.isActive) return false;
  return accountMay(caller, question) && withinGrants(caller.grants, question);
}

function accountMay(caller: Caller, question: Question): boolean {
  const { account } = caller;
  if (question.on === "repository")
    return ranks[levelOn(account, question.repository)] >= ranks[needs[question.action]];
  if (!account) return false;
  // A service account is no namespace.
  if (question.on === "namespace" && question.account?.kind === "service") return false;
  if (account.isAdmin) return true;
  if (question.on === "namespace") return question.account !== null && mayCreateIn(account, question.account.id);
  // It works with repositories and manages nobody, itself neither: who has its secret cannot make more of them.
  if (account.kind === "service") return false;
  if (question.on === "account") {
    const { id, kind, ownerId } = question.account;
    if (kind === "service") return ownerId != null && owns(account, ownerId);
    if (kind === "user" || question.action === "administer") return owns(account, id);
    return account.rights.memberOf.includes(id);
  }
  if (question.on === "team")
    return owns(account, question.team.organizationId) || account.rights.leads.includes(question.team.id);
  return false;
}

export type Level = AccessLevel | "none";
const ranks: Record<Level, number> = { none: 0, "read-only": 1, "read-write": 2, admin: 3 };
const needs: Record<RepositoryAction, AccessLevel> = {
  pull: "read-only",
  push: "read-write",
  delete: "read-write",
  administer: "admin",
};

/** The lowest level with which something may be done. */
export function needed(action: RepositoryAction): AccessLevel {
  return needs[action];
}

/** The highest of everything that gives the account something on the repository: nothing takes away what another gives. */
export function levelOn(account: AccountRow | null, repository: RepositoryRow): Level {
  let best: Level = "none";
  for (const { level } of reasonsOn(account, repository)) if (ranks[level] > ranks[best]) best = level;
  return best;
}

/** Why somebody may do something on a repository. */
export type Reason<Right extends AccessRight = AccessRight> =
  | { rule: "public" | "system admin" | "own namespace" | "organization owner" | "global role"; level: AccessLevel }
  | { rule: "grant"; level: AccessLevel; grant: Right };

/** Everything that gives the account something on the repository. */
export function* reasonsOn<Right extends AccessRight>(
  account: (AccountRow & { rights: { grants: Right[] } }) | null,
  repository: RepositoryRow,
): Generator<Reason<Right>> {
  if (repository.visibility === "public") yield { rule: "public", level: "read-only" };
  if (!account?.isActive) return;
  const { isAdmin, rights } = account;
  if (isAdmin) yield { rule: "system admin", level: "admin" };
  if (account.id === repository.accountId) yield { rule: "own namespace", level: "admin" };
  if (rights.owns.includes(repository.accountId)) yield { rule: "organization owner", level: "admin" };
  if (rights.globalRole) yield { rule: "global role", level: rights.globalRole };
  for (const grant of grantsNear(rights.grants, repository))
    if (holdsOn(grant, repository)) yield { rule: "grant", level: grant.level, grant };
}

function holdsOn({ namespaceId, repositoryId, pattern }: AccessRight, repository: RepositoryRow): boolean {
  if (namespaceId !== repository.accountId) return false;
  if (pattern !== null) return fitsPattern(pattern, repository.name);
  return repositoryId === null || repositoryId === repository.id;
}

/** Whether the namespace is his own, or an organization that he is an owner of. */
function owns(account: AccountRow, namespaceId: string): boolean {
  return account.id === namespaceId || account.rights.owns.includes(namespaceId);
}

function mayCreateIn(account: AccountRow, namespaceId: string): boolean {
  const isAdmin = (grant: AccessRight) =>
    grant.level === "admin" && grant.repositoryId === null && grant.pattern === null;
  return (
    owns(account, namespaceId) ||
    account.rights.grants.some((grant) => isAdmin(grant) && grant.namespaceId === namespaceId)
  );
}

function withinGrants(grants: readonly Grant[] | null, question: Question): boolean {
  if (grants === null) return true;
  if (question.on === "registry" || question.on === "account" || question.on === "team") return false;
  if (question.on === "namespace")
    return grants.some(
      (grant) => namesNew(grant, question) && (question.action === "look" || allows(grant.actions, "push")),
    );
  const { repository, action } = question;
  return grants.some(
    (grant) =>
      (grant.type !== "catalog" && names(grant, repository) && allows(grant.actions, action)) ||
      // Who shows nothing may do that too; a token for one of these is asked for by name.
      (grant.type === "pattern" && action === "pull" && repository.visibility === "public"),
  );
}

function namesNew(grant: Grant, question: Extract<Question, { on: "namespace" }>): boolean {
  if (grant.type === "pattern") return fitsPattern(grant.pattern, question.name);
  return grant.type === "new-repository" && isFor(grant, { path: question.name, namespaceId: question.account?.id });
}

/** In a namespace that is known by its id, the name within it is what counts: the namespace may have been renamed since. */
function isFor(
  { namespaceId, name }: Extract<Grant, { type: "new-repository" }>,
  asked: { path: string; namespaceId: string | undefined },
): boolean {
  if (namespaceId === null) return name === asked.path;
  return namespaceId === asked.namespaceId && nameWithin(name) === nameWithin(asked.path);
}

/** A grant for a repository still to be made holds for the one made since in that namespace under that name. */
function names(grant: Exclude<Grant, { type: "catalog" }>, repository: RepositoryRow): boolean {
  if (grant.type === "repository") return grant.repositoryId === repository.id;
  if (grant.type === "pattern") return fitsPattern(grant.pattern, repository.path);
  return isFor(grant, { path: repository.path, namespaceId: repository.accountId });
}

function allows(actions: readonly string[], action: RepositoryAction): boolean {
  return actions.includes("*") || (action !== "administer" && actions.includes(action));
}
