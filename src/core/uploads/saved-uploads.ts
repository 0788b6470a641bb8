// Upload sessions that are rows: any process may go on with one, also after a crash.
import { commitUpload } from "#db/queries/uploads/commit.ts";
import {
  abandonUpload,
  cancelUpload as cancelSession,
  findUpload,
  insertUpload,
  releaseUpload,
} from "#db/queries/uploads/sessions.ts";
import { type Digest, formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { BlobWriter } from "#ports/blob-store.ts";
import { isRefusedByGate } from "../content/gate.ts";
import { retried } from "../content/retried.ts";
import { storeError } from "../content/store-error.ts";
import { ownerOf, type UploadState, type Where } from "../content/where.ts";
import type { Needs } from "../context.ts";
import { eventOf } from "../tell.ts";
import { type Claimed, claim, keepLease, lostLease, newKey } from "./claim.ts";
import { brings, type Incoming, type Received, type ReceiveNeeds, receive, save } from "./receive.ts";
import { algorithmsFor, digestOf, requireDigest } from "./upload-hash.ts";

/**
 * Begins a session on a fresh key.
 * @param begun.algorithm the digest algorithm that the client announced, or null.
 * @param begun.limit sessions that the caller may have open, this one included.
 * @throws TOOMANYREQUESTS when the caller has too many open.
 */
export async function beginSaved(
  ctx: Needs<"db" | "clock" | "limits" | "resting">,
  where: Where,
  { id, algorithm, limit }: { id: string; algorithm: string | null; limit: number },
): Promise<UploadState> {
  const writer = crypto.randomUUID();
  const now = ctx.clock.now();
  const session = await insertUpload(ctx.db, { ...ownerOf(where, id), key: newKey(), algorithm, writer, now, limit });
  if (!session)
    throw registryError(
      "TOOMANYREQUESTS",
      `you have ${ctx.limits.uploadsPerCaller} uploads open: finish or cancel some of them first`,
      undefined,
      { retryAfterSeconds: 30 },
    );
  ctx.resting.rest({ session, writer, sealed: null }, now);
  return { id, offset: 0 };
}

/** Where a session stands. @throws BLOB_UPLOAD_UNKNOWN, also for a session of another repository or account. */
export async function getSaved(ctx: Needs<"db">, where: Where, id: string): Promise<UploadState> {
  const session = await findUpload(ctx.db, ownerOf(where, id));
  if (!session) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id });
  return { id, offset: session.offset };
}

/** Appends a request's bytes. @throws RANGE_INVALID (the session intact), BLOB_UPLOAD_UNKNOWN, SIZE_INVALID, INSUFFICIENT_STORAGE. */
export async function appendSaved(
  ctx: ReceiveNeeds,
  where: Where,
  id: string,
  incoming: Incoming,
): Promise<UploadState> {
  const claimed = await claim(ctx, ownerOf(where, id), {
    offset: incoming.range?.start ?? null,
    writes: true,
  });
  try {
    const algorithms = algorithmsFor(claimed.session.algorithm);
    const received = await receive(ctx, claimed, incoming, { algorithms, seal: false });
    await save(ctx, claimed, received);
    return { id, offset: received.offset };
  } catch (error) {
    ctx.resting.forget(id);
    throw error;
  }
}

/**
 * Ends a session with its digest, after the request's own bytes if it brings some.
 * @throws DIGEST_INVALID: nothing is linked and the session is over; otherwise as appendUpload, with the session intact.
 */
export async function finishSaved(
  ctx: ReceiveNeeds,
  where: Where,
  input: { id: string; digest: Digest; incoming: Incoming; mayStill: () => Promise<void> },
): Promise<{ sizeBytes: number }> {
  const { id, digest, incoming } = input;
  const claimed = await claim(ctx, ownerOf(where, id), {
    offset: incoming.range?.start ?? null,
    writes: brings(incoming),
  });
  try {
    const received = await receive(ctx, claimed, incoming, { algorithms: [digest.algorithm], seal: true });
    await requireRights(ctx, claimed, received, input.mayStill);
    return await sealAndCommit(ctx, where, claimed, received, digest);
  } finally {
    ctx.resting.forget(id);
  }
}

/** A long upload outlives a change of rights: what counts is what the caller may now. */
async function requireRights(
  ctx: Needs<"db" | "clock">,
  claimed: Claimed,
  received: Received,
  mayStill: () => Promise<void>,
): Promise<void> {
  try {
    await mayStill();
  } catch (error) {
    await received.writer?.abort().catch(() => {});
    await giveUp(ctx, claimed, error);
    throw error;
  }
}

/** The session is over; while the registry is read-only it is let go as it was before the request, to be finished later. */
async function giveUp(ctx: Needs<"db" | "clock">, { session, writer }: Claimed, error: unknown): Promise<void> {
  if (isRefusedByGate(error)) await releaseUpload(ctx.db, session.id, writer, null);
  else await abandonUpload(ctx.db, session.id, writer, ctx.clock.now());
}

async function sealAndCommit(
  ctx: ReceiveNeeds,
  where: Where,
  claimed: Claimed,
  received: Received,
  digest: Digest,
): Promise<{ sizeBytes: number }> {
  const { session, writer } = claimed;
  // Sealing may take a store longer than a lease, and re-reading too.
  const lease = keepLease(ctx, claimed);
  try {
    const sealed = received.sealed ?? (await (received.writer as BlobWriter).seal());
    const hex = await digestOf(
      ctx,
      { key: session.key, sizeBytes: sealed.sizeBytes },
      digest.algorithm,
      received.hashState,
    );
    requireDigest(digest, hex, sealed.sizeBytes);
    const now = ctx.clock.now();
    const detail = { digest: formatDigest(digest), sizeBytes: sealed.sizeBytes };
    const event = eventOf({ at: now, type: "blob.push", ...where, detail });
    const commit = () => commitUpload(ctx.db, { session: session.id, writer }, { digest, ...sealed, now, event });
    if (!(await retried(commit))) throw lostLease(claimed);
    return { sizeBytes: sealed.sizeBytes };
  } catch (error) {
    // Sealed bytes cannot be appended to on every store, so a session that was sealed in vain is over.
    await giveUp(ctx, claimed, error).catch(() => {});
    throw storeError(error);
  } finally {
    lease.end();
  }
}

/** Cancels a session; its bytes are removed. @throws BLOB_UPLOAD_UNKNOWN. */
export async function cancelSaved(ctx: Needs<"db" | "clock" | "resting">, where: Where, id: string): Promise<void> {
  ctx.resting.forget(id);
  const ended = await cancelSession(ctx.db, ownerOf(where, id), ctx.clock.now());
  if (!ended) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id });
}
