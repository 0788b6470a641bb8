// Claims an upload session for one writer, and keeps it while that writer is at work.
import {
  claimUpload,
  findUpload,
  renewUpload,
  type SessionOwner,
  type UploadRow,
} from "#db/queries/uploads/sessions.ts";
import { registryError } from "#oci/error.ts";
import type { Sealed } from "#ports/blob-store.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import type { RestingSession } from "./resting.ts";

/** A writer that is not heard of for this long has lost its session. */
const leaseSeconds = 15;
const renewEveryMs = 4_000;

/** A session that this process writes to. */
export interface Claimed {
  session: UploadRow;
  writer: string;
  /** Whether a lease keeps others away; without one they may take it over, and what is written here is in vain. */
  leased: boolean;
  /** When it was claimed, at the earliest: the answer may have been long on its way. */
  sinceMs: number;
  /** What the store said of the object, when nothing is left to do for sealing it. */
  sealed: Sealed | null;
}

/** What a request wants of a session. */
interface Wanted {
  /** Where its bytes belong, if it says so. */
  offset: number | null;
  /** Whether it brings bytes. */
  writes: boolean;
}

/** Where the bytes of a new upload go: two hex digits for the folder, then a random name. */
export function newKey(): string {
  const object = crypto.randomUUID();
  return `${object.slice(0, 2)}/${object}`;
}

/**
 * Claims a session for one request. Whoever claims ends the claim with `rest` or `forget` of the resting sessions.
 * @throws BLOB_UPLOAD_UNKNOWN; RANGE_INVALID, with the session's state, when it stands elsewhere or another writer has it.
 */
export async function claim(ctx: ClaimNeeds, owner: SessionOwner, wanted: Wanted): Promise<Claimed> {
  const resting = ctx.resting.take(owner, ctx.clock.now());
  if (resting === "busy") return refuse(ctx, owner, wanted);
  if (resting && usable(resting, wanted)) return { ...resting, leased: false, sinceMs: performance.now() };
  ctx.resting.occupy(owner.id);
  const sinceMs = performance.now();
  try {
    const session = await takeOver(ctx, owner, wanted.offset);
    if (session) return { session, ...session, leased: true, sealed: null, sinceMs };
    return await refuse(ctx, owner, wanted);
  } catch (error) {
    ctx.resting.forget(owner.id);
    throw error;
  }
}

type ClaimNeeds = Needs<"db" | "clock" | "resting">;

/** At rest nobody is kept away: bytes may be written at the beginning, where a successor has another key, and the whole may be finished. */
function usable({ session, sealed }: RestingSession, { offset, writes }: Wanted): boolean {
  if (offset !== null && offset !== session.offset) return false;
  return session.offset === 0 || (!writes && sealed !== null);
}

async function takeOver(ctx: ClaimNeeds, owner: SessionOwner, offset: number | null) {
  const writer = crypto.randomUUID();
  const now = ctx.clock.now();
  const lease = { writer, freshKey: newKey(), now, leaseUntil: plusSeconds(now, leaseSeconds), offset };
  const session = await claimUpload(ctx.db, owner, lease);
  return session && { ...session, writer };
}

async function refuse(ctx: Needs<"db">, owner: SessionOwner, { offset }: Wanted): Promise<never> {
  const standing = await findUpload(ctx.db, owner);
  if (!standing) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: owner.id });
  const elsewhere = offset !== null && standing.offset !== offset;
  throw registryError(
    "RANGE_INVALID",
    elsewhere
      ? `the upload stands at byte ${standing.offset}, not at ${offset}`
      : "another request is writing to this upload",
    undefined,
    { upload: { repositoryId: owner.repositoryId, id: owner.id, offset: standing.offset } },
  );
}

/** What a session that lost its lease is told. */
export function lostLease({ session }: Claimed) {
  return registryError("RANGE_INVALID", "another request has taken over this upload, or it was cancelled", undefined, {
    upload: { repositoryId: session.repositoryId, id: session.id, offset: session.offset },
  });
}

/** The hold on a session. */
export interface Lease {
  /** @throws when the session is another's by now. */
  check(): void;
  /** Makes sure that a lease keeps others away, for a request that takes longer. @throws when the session is another's by now. */
  hold(): Promise<void>;
  end(): void;
}

/** Renews the lease beside the stream. A writer that cannot show that the session is its own writes no further byte. */
export function keepLease(ctx: Needs<"db" | "clock" | "report">, claimed: Claimed): Lease {
  let lost = false;
  let leased = claimed.leased;
  let renewedAt = claimed.sinceMs;
  const renew = async () => {
    const started = performance.now();
    const now = ctx.clock.now();
    lost = !(await renewUpload(ctx.db, claimed.session.id, claimed.writer, now, plusSeconds(now, leaseSeconds)));
    if (!lost) renewedAt = started;
    leased = true;
  };
  const timer = setInterval(() => {
    renew().catch((error) =>
      ctx.report("warn", "an upload's lease could not be renewed", {
        upload: claimed.session.id,
        error: String(error),
      }),
    );
  }, renewEveryMs);
  const check = () => {
    if (lost || performance.now() - renewedAt > leaseSeconds * 1000) throw lostLease(claimed);
  };
  return {
    check,
    async hold() {
      if (!leased) await renew();
      check();
    },
    end: () => clearInterval(timer),
  };
}
