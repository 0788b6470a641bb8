// Writes the event of a change to a repository, in the transaction of the change.
import { type EventType, insertEvent, type NewEvent } from "#db/queries/events.ts";
import type { RepositoryRow } from "#db/queries/repositories.ts";
import type { Db } from "#db/queries/rows.ts";
import type { Caller } from "./access/caller.ts";
import { whoOf } from "./audit/who.ts";

/** What happened, when, where, and by whom. */
interface Happening {
  at: Date;
  type: EventType;
  repository: Pick<RepositoryRow, "id" | "path">;
  caller: Caller;
  detail?: Record<string, unknown>;
}

/** The event's row: the repository's name as it is now outlives the repository. */
export function eventOf({ at, type, repository, caller, detail }: Happening): NewEvent {
  return { at, type, ...whoOf(caller), repositoryId: repository.id, object: repository.path, detail: detail ?? {} };
}

export async function tell(tx: Db, happening: Happening): Promise<void> {
  await insertEvent(tx, eventOf(happening));
}
