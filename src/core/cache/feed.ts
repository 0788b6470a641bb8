// Reads what changed in the database, by whichever process, and drops what memory holds of it.

import type { NewEvent } from "#db/queries/events.ts";
import { type FeedPosition, type FeedRow, readFeed } from "#db/queries/feed.ts";
import type { Needs } from "../context.ts";
import type { Facts } from "./facts.ts";

/** The scopes that are not a repository's id. */
export const scopes = { account: "account", accessToken: "access-token", path: "path", settings: "settings" } as const;

/** Keys of facts in a repository's scope. */
export const factKey = {
  tag: (name: string) => `t ${name}`,
  manifest: (digest: string) => `m ${digest}`,
  blob: (digest: string) => `b ${digest}`,
};

/** Changes of these may change what accounts may. */
const changesRights = new Set(["account", "member", "team", "access"]);

/** After these, names lead elsewhere, those among them that are remembered under a former name. */
const movesNames = new Set(["repository.rename", "account.rename", "account.delete", "alias.release"]);

type Change = Pick<NewEvent, "type" | "repositoryId" | "object" | "detail">;

/** Drops what an event says has changed. */
export function heed(facts: Facts, { type, repositoryId, object, detail = {} }: Change, isCertain = true): void {
  if (type.startsWith("token.") || type === "trust.delete") facts.drop(scopes.accessToken);
  if (changesRights.has(type.split(".", 1)[0] as string)) facts.drop(scopes.account);
  if (movesNames.has(type)) facts.drop(scopes.path);
  // With its namespace change the owners of a repository, and what users were granted there.
  if (type === "repository.rename") facts.drop(scopes.account);
  if (type === "settings.update") facts.drop(scopes.settings);
  // A blob's key may be linked anywhere.
  if (type === "blob.mark" || type === "blob.heal") facts.dropAll();
  if (repositoryId === null) return;
  if (type.startsWith("repository.")) {
    facts.drop(scopes.path, [object]);
    facts.drop(repositoryId);
    return;
  }
  const { digest, tag, tags } = detail as { digest?: string; tag?: string; tags?: string[] };
  const keys = [...(tags ?? []), ...(tag === undefined ? [] : [tag])].map(factKey.tag);
  if (digest !== undefined) keys.push(factKey.manifest(digest), factKey.blob(digest));
  if (isCertain) facts.drop(repositoryId, keys);
  else facts.doubt(repositoryId, keys);
}

/** Does what an event tells of, and drops what memory holds of it before anybody learns how it went. */
export async function heeding<T>(ctx: Needs<"facts">, event: Change, work: () => Promise<T>): Promise<T> {
  let isDone = false;
  try {
    const result = await work();
    isDone = true;
    return result;
  } finally {
    // Also after an error: the commit may have gone through although its answer was lost.
    heed(ctx.facts, event, isDone);
  }
}

export interface Feed {
  /** Reads what is new. @throws when the database does not answer; the view says so from then on. */
  read(): Promise<void>;
}

/** How far the feed was read: belongs to what memory holds, wherever its readings come from. */
export interface FeedMemory {
  position: FeedPosition | null;
}

export function createFeed(ctx: Needs<"db" | "facts" | "view">, memory: FeedMemory = { position: null }): Feed {
  return {
    async read() {
      const beganMs = performance.now();
      try {
        const { rows, next }: { rows: FeedRow[]; next: FeedPosition } = await readFeed(ctx.db, memory.position);
        // Where the feed stood when the process began says nothing of what was remembered before: nothing was.
        if (memory.position === null) ctx.facts.dropAll();
        for (const row of rows) heed(ctx.facts, row);
        memory.position = next;
        ctx.view.read(beganMs);
      } catch (error) {
        ctx.view.failed();
        throw error;
      }
    },
  };
}
