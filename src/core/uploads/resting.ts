// Remembers the upload sessions that rest with this process, so that their next request need not ask the database for them.
//
// A session at rest names its last writer, without a lease: any process may claim it at any moment, and then what this one
// saves or commits under its own writer's name does nothing. So what is remembered here is never trusted for more than that.
import { LRUCache } from "lru-cache";
import type { SessionOwner, UploadRow } from "#db/queries/uploads/sessions.ts";
import type { Sealed } from "#ports/blob-store.ts";

/** A session as its last request left it. */
export interface RestingSession {
  session: UploadRow;
  writer: string;
  /** What the store said when it had nothing left to do for sealing. */
  sealed: Sealed | null;
}

export interface RestingSessions {
  rest(resting: RestingSession, now: Date): void;
  /** The session, for one request: it rests no more. "busy" while a request of this process has it; null when it is not known here. */
  take(owner: SessionOwner, now: Date): RestingSession | "busy" | null;
  /** The request that took it, or claimed it, has ended. */
  forget(id: string): void;
  /** A request of this process writes to it. */
  occupy(id: string): void;
}

const maxSessions = 10_000;
/** Shorter than the time for which the key of a session that was ended elsewhere stays: nothing is written to one that is gone. */
const trustSeconds = 15;

export function createRestingSessions(): RestingSessions {
  const known = new LRUCache<string, (RestingSession & { untilMs: number }) | "busy">({ max: maxSessions });
  return {
    rest: (resting, now) =>
      void known.set(resting.session.id, { ...resting, untilMs: now.getTime() + trustSeconds * 1000 }),
    take({ id, repositoryId, accountId }, now) {
      const found = known.get(id);
      if (found === undefined || found === "busy") return found ?? null;
      if (now.getTime() > found.untilMs) return null;
      if (found.session.repositoryId !== repositoryId || found.session.accountId !== accountId) return null;
      known.set(id, "busy");
      return found;
    },
    forget: (id) => void known.delete(id),
    occupy: (id) => void known.set(id, "busy"),
  };
}
