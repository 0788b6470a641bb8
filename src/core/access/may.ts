// The one answer to "may this caller do this here?". Every surface and every job asks here.
import type { RepositoryRow } from "#db/queries/repositories.ts";
import type { Caller, Grant } from "./caller.ts";

/** What may be done to a repository. `administer`: change its settings, delete it. */
export type RepositoryAction = "pull" | "push" | "delete" | "administer";

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
      account: { id: string; kind: "user" | "organization" } | null;
      name: string;
    }
  | { on: "registry"; action: "administer" };

/** Whether the caller may. A token narrows what its account may, never widens it. */
export async function may(caller: Caller, question: Question): Promise<boolean> {
  if (caller.account && !caller.account.isActive) return false;
  return accountMay(caller, question) && withinGrants(caller.grants, question);
}

function accountMay(caller: Caller, question: Question): boolean {
  const { account } = caller;
  if (question.on === "repository" && question.action === "pull" && question.repository.visibility === "public")
    return true;
  if (!account) return false;
  if (account.isAdmin) return true;
  if (question.on === "repository") return question.repository.accountId === account.id;
  if (question.on === "namespace") return question.account?.id === account.id;
  return false;
}

function withinGrants(grants: readonly Grant[] | null, question: Question): boolean {
  if (grants === null) return true;
  if (question.on === "registry") return false;
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
