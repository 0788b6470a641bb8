// The one answer to "may this caller do this here?". Every surface and every job asks here.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import type { AccessLevel, AccessRight } from "#db/queries/accounts/rights.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
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
  if (question.on === "repository") return ranks[levelOn(account, question.repository)] >= needs[question.action];
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

type Level = AccessLevel | "none";
const ranks: Record<Level, number> = { none: 0, "read-only": 1, "read-write": 2, admin: 3 };
const needs: Record<RepositoryAction, number> = { pull: 1, push: 2, delete: 2, administer: 3 };

/** The highest of everything that gives the account something on the repository: nothing takes away what another gives. */
export function levelOn(account: AccountRow | null, repository: RepositoryRow): Level {
  const open: Level = repository.visibility === "public" ? "read-only" : "none";
  if (!account?.isActive) return open;
  if (account.isAdmin || owns(account, repository.accountId)) return "admin";
  const { globalRole, grants } = account.rights;
  const granted = grants.filter((grant) => holdsOn(grant, repository)).map(({ level }) => level);
  const highest = (best: Level, level: Level): Level => (ranks[level] > ranks[best] ? level : best);
  return granted.reduce(highest, highest(open, globalRole ?? "none"));
}

function holdsOn({ namespaceId, repositoryId }: AccessRight, repository: RepositoryRow): boolean {
  return namespaceId === repository.accountId && (repositoryId === null || repositoryId === repository.id);
}

/** Whether the namespace is his own, or an organization that he is an owner of. */
function owns(account: AccountRow, namespaceId: string): boolean {
  return account.id === namespaceId || account.rights.owns.includes(namespaceId);
}

function mayCreateIn(account: AccountRow, namespaceId: string): boolean {
  const isAdmin = (grant: AccessRight) => grant.level === "admin" && grant.repositoryId === null;
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
      (grant) =>
        grant.type === "new-repository" &&
        grant.name === question.name &&
        (grant.namespaceId === null || grant.namespaceId === question.account?.id) &&
        (question.action === "look" || grant.actions.includes("push")),
    );
  const { repository, action } = question;
  return grants.some((grant) => grant.type !== "catalog" && names(grant, repository) && allows(grant.actions, action));
}

/** A grant for a repository still to be made holds for the one made since in that namespace under that name. */
function names(grant: Exclude<Grant, { type: "catalog" }>, repository: RepositoryRow): boolean {
  if (grant.type === "repository") return grant.repositoryId === repository.id;
  return grant.name === repository.path && (grant.namespaceId === null || grant.namespaceId === repository.accountId);
}

function allows(actions: readonly string[], action: RepositoryAction): boolean {
  return actions.includes("*") || (action !== "administer" && actions.includes(action));
}
