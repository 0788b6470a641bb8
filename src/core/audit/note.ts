// Notes logins, refusals and pulls; nothing is written before the counts are.
import type { AccountRow } from "#db/queries/accounts/accounts.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { isRepositoryPath } from "#oci/name.ts";
import type { Caller } from "../access/caller.ts";
import type { Needs } from "../context.ts";
import { whoOf } from "./who.ts";

type NoteNeeds = Needs<"counters" | "clock">;

const mostLetters = 255;

/** Somebody showed a credential that is right. @param credential where the caller does not say which. */
export function noteLogIn(ctx: NoteNeeds, caller: Caller, credential?: string): void {
  const who = { ...whoOf(caller), ...(credential !== undefined && { credential }) };
  const object = caller.account?.name ?? "";
  ctx.counters.happened({ ...at(ctx), ...who, type: "login.success", object, detail: { count: 1 } });
}

/** Somebody showed one that is wrong. A name that is no account's is not kept: people type passwords where names go. */
export function noteFailedLogIn(
  ctx: NoteNeeds,
  { account, address, credential }: { account: AccountRow | null; address: string; credential: string },
): void {
  const who = { actorId: account?.id ?? null, actorName: account?.name ?? null, credential, address };
  ctx.counters.happened({ ...at(ctx), ...who, type: "login.fail", object: account?.name ?? "", detail: { count: 1 } });
}

/** Somebody with an account was refused. @param object a repository's path, or an address of the management API. */
export function noteRefusal(
  ctx: NoteNeeds,
  caller: Caller,
  { object, surface, action }: { object: string; surface: string; action: string },
): void {
  if (!caller.account) return;
  const known = surface === "/api" || isRepositoryPath(object) ? object.slice(0, mostLetters) : "";
  const detail = { count: 1, surface, names: [action] };
  ctx.counters.happened({ ...at(ctx), ...whoOf(caller), type: "request.deny", object: known, detail });
}

/** Somebody pulled a manifest. @param tag by which, or null for a digest. */
export function notePull(ctx: NoteNeeds, caller: Caller, repository: RepositoryRow, tag: string | null): void {
  ctx.counters.pull(repository.id, tag);
  const { actorId, actorName, credential, address } = whoOf(caller);
  const detail = tag === null ? { count: 1 } : { count: 1, names: [tag] };
  // Each by its name: this is made at every pull, and an object that is put together of others takes ten times as long.
  ctx.counters.happened({
    type: "manifest.pull",
    at: ctx.clock.now(),
    actorId,
    actorName,
    credential,
    address,
    repositoryId: repository.id,
    object: repository.path,
    detail,
  });
}

function at(ctx: Needs<"clock">) {
  return { at: ctx.clock.now(), repositoryId: null };
}
