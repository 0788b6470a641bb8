// An upload session as its clients know it, and what they may be told of it.
import type { Content } from "#test/http/v2/content.ts";
import type { Deed, Look } from "./history.ts";
import { blobs } from "./library.ts";
import { type Answer, type Run, Violation } from "./run.ts";

export interface Session {
  id: string;
  /** Which repository, and which of the contents. */
  repository: number;
  content: number;
  /** Where the clients believe it to stand, since they learned it, and from which answer. */
  offset: number;
  learnedAt: number;
  source: Deed | null;
  /** Everything that was asked of it but its state. */
  deeds: Deed[];
  /** Bodies without a range: they belong wherever the session stands. */
  loose: Belief[];
  acknowledged: { at: number; offset: number }[];
  /** When it surely was in use. */
  touched: Date;
}

export const factOf = ({ id }: { id: string }) => `session ${id}`;

/** Notes where a session stands by an answer that was given. @throws Violation when that is less than was acknowledged before. */
export function learn(session: Session, offset: number, from: { look: Look; source: Deed | null }): void {
  const { look, source } = from;
  requireKept(session, offset, look);
  session.offset = offset;
  session.learnedAt = look.start;
  session.source = source;
}

/** @throws Violation when bytes that were acknowledged are not there any more. */
export function requireKept(session: Session, offset: number, look: Look): void {
  const lost = session.acknowledged.find(({ at, offset: bytes }) => at < look.start && bytes > offset);
  if (lost) throw new Violation(`session ${session.id}: ${lost.offset} bytes were acknowledged, ${offset} are there`);
}

/** What a client knew of a session when it asked: since when, and from which answer. */
export interface Belief {
  deed: Deed;
  learnedAt: number;
  source: Deed | null;
}

/** Whether a client had the session for itself: whatever else was asked of it was done, and known to the client. */
function isAlone(session: Session, { deed, learnedAt, source }: Belief): boolean {
  return session.deeds.every(
    (other) =>
      other === deed ||
      other === source ||
      (other.outcome === "never" && other.end < deed.start) ||
      (other.outcome === "done" && other.end < learnedAt),
  );
}

/** Whether bytes may have come to another place than the client meant, because others wrote beside it. */
export function isMixed(session: Session): boolean {
  return session.loose.some(({ deed, learnedAt, source }) =>
    session.deeds.some(
      (other) =>
        other !== deed &&
        other !== source &&
        other.outcome !== "never" &&
        other.end > learnedAt &&
        other.start < deed.end,
    ),
  );
}

/** What a refusal tells of the session. @throws Violation when it cannot be. */
export function hearRefusal(run: Run, session: Session, heard: Answer<unknown> & { how: "refused" } & Belief): void {
  const { error, look, deed } = heard;
  if (error.code === "BLOB_UPLOAD_UNKNOWN") run.see(factOf(session), false, look);
  if (error.code !== "RANGE_INVALID") return;
  const { upload } = error.context;
  // A writer that lost the session tells where it began.
  if (upload && !/taken over/.test(error.message)) requireKept(session, upload.offset, look);
  // A writer that cannot renew its lease in time gives up.
  const isOpen = run.history.objection(factOf(session), false, look) !== null;
  if (isOpen && run.movedAt < deed.start && isAlone(session, heard))
    throw new Violation(`nobody else had session ${session.id}: ${error.message}`);
}

/** What the session is to become. */
export function contentOf({ content }: Session): Content {
  return blobs[content] as Content;
}
