// Upload sessions that only this process knows: most blobs are small, and come and are finished within moments. Nothing of
// them was acknowledged yet, so a crash costs their clients no more than beginning anew.
//
// This is for a process that alone serves its database: another could not go on with such a session.
import { LRUCache } from "lru-cache";
import type { SessionOwner } from "#db/queries/uploads/sessions.ts";
import { ownerOf, type Where } from "../content/where.ts";
import type { SmallBlobWriter } from "./small-blob-writer.ts";

/** A session whose bytes lie in memory. */
export interface UnsavedSession extends SessionOwner {
  where: Where;
  /** The digest algorithm that the client announced. */
  algorithm: string | null;
  bytes: Uint8Array;
  /** A request is writing to it. */
  isBusy: boolean;
  touchedAt: Date;
}

export interface UnsavedSessions {
  /** Stores blobs that have come whole. */
  writer: SmallBlobWriter;
  /** @returns false when so many are open, of this account or in all, that one more has to be saved. */
  begin(where: Where, begun: { id: string; algorithm: string | null; limit: number; now: Date }): boolean;
  find(owner: SessionOwner): UnsavedSession | null;
  /** How many an account has open here. */
  countOf(accountId: string | null): number;
  /** An account has one more saved session, or so many in all. Those that end are not heard of: it is counted when it matters. */
  noteSaved(accountId: string | null, count?: number): void;
  /** Bytes that may yet be kept for a session. */
  room(session: UnsavedSession): number;
  /** What a session holds now. */
  hold(session: UnsavedSession, bytes: Uint8Array, now: Date): void;
  end(session: UnsavedSession): void;
  /** Those that nobody wrote to since then, in no order; none that a request writes to. */
  idle(since: Date): UnsavedSession[];
}

/** Blobs up to this size are kept in memory until they are finished. */
export const smallBytes = 128 * 1024;
const maxBytes = 32 * 1024 * 1024;
const maxSessions = 4096;
const maxPerAccount = 256;
const maxAccounts = 10_000;
const none = new Uint8Array();

export function createUnsavedSessions(writer: SmallBlobWriter): UnsavedSessions {
  const sessions = new Map<string, UnsavedSession>();
  const counts = new Map<string | null, number>();
  let heldBytes = 0;
  const count = (accountId: string | null, by: 1 | -1) => {
    const now = (counts.get(accountId) ?? 0) + by;
    if (now > 0) counts.set(accountId, now);
    else counts.delete(accountId);
  };
  /** Saved sessions at the most, by account. */
  const saved = new LRUCache<string, number>({ max: maxAccounts });
  const savedOf = (accountId: string | null) => saved.get(accountId ?? "") ?? 0;
  const countOf = (accountId: string | null) => counts.get(accountId) ?? 0;
  return {
    writer,
    begin(where, { id, algorithm, limit, now }) {
      const owner = ownerOf(where, id);
      const { accountId } = owner;
      const open = countOf(accountId);
      if (sessions.size >= maxSessions || open >= maxPerAccount || open + savedOf(accountId) >= limit) return false;
      const at = { isBusy: false, touchedAt: now };
      sessions.set(id, { ...owner, where, algorithm, bytes: none, ...at });
      count(accountId, 1);
      return true;
    },
    find({ id, repositoryId, accountId }) {
      const found = sessions.get(id);
      return found && found.repositoryId === repositoryId && found.accountId === accountId ? found : null;
    },
    countOf,
    noteSaved(accountId, count = savedOf(accountId) + 1) {
      saved.set(accountId ?? "", count);
    },
    room({ bytes }) {
      return Math.max(0, Math.min(smallBytes - bytes.byteLength, maxBytes - heldBytes));
    },
    hold(session, bytes, now) {
      if (!sessions.has(session.id)) return;
      heldBytes += bytes.byteLength - session.bytes.byteLength;
      session.bytes = bytes;
      session.touchedAt = now;
    },
    end(session) {
      if (!sessions.delete(session.id)) return;
      heldBytes -= session.bytes.byteLength;
      // A table that V8 replaced in the map may name the session until all garbage is collected (docs/decisions/0016).
      session.bytes = none;
      count(session.accountId, -1);
    },
    idle: (since) => [...sessions.values()].filter(({ isBusy, touchedAt }) => !isBusy && touchedAt <= since),
  };
}
