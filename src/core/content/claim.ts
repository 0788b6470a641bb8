// Claims an upload session for one writer, and keeps it while that writer is at work.
import { claimUpload, findUpload, renewUpload, type SessionOwner, type UploadRow } from "#db/queries/uploads.ts";
import { registryError } from "#oci/error.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";

/** A writer that is not heard of for this long has lost its session. */
const leaseSeconds = 15;
const renewEveryMs = 4_000;

/** A session that this process writes to. */
export interface Claimed {
  session: UploadRow;
  repository: string;
  writer: string;
}

/**
 * Claims a session for one request.
 * @throws BLOB_UPLOAD_UNKNOWN; RANGE_INVALID, with the session's state, when it stands elsewhere or another writer has it.
 */
export async function claim(
  ctx: Needs<"db" | "clock">,
  owner: SessionOwner,
  repository: string,
  offset: number | null,
): Promise<Claimed> {
  const writer = crypto.randomUUID();
  const now = ctx.clock.now();
  const session = await claimUpload(ctx.db, owner, { writer, now, leaseUntil: plusSeconds(now, leaseSeconds), offset });
  if (session) return { session, repository, writer };
  const standing = await findUpload(ctx.db, owner);
  if (!standing) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: owner.id });
  const elsewhere = offset !== null && standing.offset !== offset;
  throw registryError(
    "RANGE_INVALID",
    elsewhere
      ? `the upload stands at byte ${standing.offset}, not at ${offset}`
      : "another request is writing to this upload",
    undefined,
    { upload: { repository, id: owner.id, offset: standing.offset } },
  );
}

/** What a session that lost its lease is told. */
export function lostLease(claimed: Claimed) {
  const { session, repository } = claimed;
  return registryError("RANGE_INVALID", "another request has taken over this upload, or it was cancelled", undefined, {
    upload: { repository, id: session.id, offset: session.offset },
  });
}

/** The hold on a session. */
export interface Lease {
  /** @throws when the session is another's by now. */
  check(): void;
  end(): void;
}

/** Renews the lease beside the stream. A writer that cannot show that the session is its own writes no further byte. */
export function keepLease(ctx: Needs<"db" | "clock" | "report">, claimed: Claimed): Lease {
  let lost = false;
  let renewedAt = performance.now();
  const timer = setInterval(async () => {
    const started = performance.now();
    try {
      const now = ctx.clock.now();
      if (await renewUpload(ctx.db, claimed.session.id, claimed.writer, now, plusSeconds(now, leaseSeconds)))
        renewedAt = started;
      else lost = true;
    } catch (error) {
      ctx.report("warn", "an upload's lease could not be renewed", {
        upload: claimed.session.id,
        error: String(error),
      });
    }
  }, renewEveryMs);
  return {
    check() {
      if (lost || performance.now() - renewedAt > leaseSeconds * 1000) throw lostLease(claimed);
    },
    end: () => clearInterval(timer),
  };
}
