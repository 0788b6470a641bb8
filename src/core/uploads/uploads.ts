// Upload sessions as the protocol knows them: begin, status, append, finish, cancel. Small ones stay in memory where they may.
import { countUploadsOf } from "#db/queries/uploads/sessions.ts";
import type { Digest } from "#oci/digest.ts";
import { requireOpen } from "../content/gate.ts";
import { requireSpace } from "../content/space.ts";
import { ownerOf, type UploadState, type Where } from "../content/where.ts";
import type { Needs } from "../context.ts";
import type { Incoming, ReceiveNeeds } from "./receive.ts";
import { appendSaved, beginSaved, cancelSaved, finishSaved, getSaved } from "./saved-uploads.ts";
import { appendUnsaved, putSmallBlob, takeUnsaved } from "./small-uploads.ts";

type UploadNeeds = ReceiveNeeds & Needs<"facts" | "unsaved">;

/**
 * Begins a session.
 * @param algorithm the digest algorithm that the client announced, or null.
 * @throws TOOMANYREQUESTS when the caller has too many open, INSUFFICIENT_STORAGE, READ_ONLY.
 */
export async function beginUpload(
  ctx: Needs<"db" | "facts" | "clock" | "limits" | "blobs" | "resting" | "unsaved">,
  where: Where,
  algorithm: string | null,
): Promise<UploadState> {
  await requireOpen(ctx);
  await requireSpace(ctx, 0);
  const owner = ownerOf(where, crypto.randomUUID());
  const limit = ctx.limits.uploadsPerCaller;
  const { id, accountId } = owner;
  const { unsaved } = ctx;
  if (!unsaved) return beginSaved(ctx, where, { id, algorithm, limit });
  if (unsaved.begin(where, { id, algorithm, limit, now: ctx.clock.now() })) return { id, offset: 0 };
  try {
    return await beginSaved(ctx, where, { id, algorithm, limit: limit - unsaved.countOf(accountId) });
  } finally {
    unsaved.noteSaved(accountId, await countUploadsOf(ctx.db, accountId));
  }
}

/** Where a session stands. @throws BLOB_UPLOAD_UNKNOWN, also for a session of another repository or account. */
export async function getUpload(ctx: Needs<"db" | "unsaved">, where: Where, id: string): Promise<UploadState> {
  const unsaved = ctx.unsaved?.find(ownerOf(where, id));
  return unsaved ? { id, offset: unsaved.bytes.byteLength } : getSaved(ctx, where, id);
}

/** Appends a request's bytes. @throws RANGE_INVALID (the session intact), BLOB_UPLOAD_UNKNOWN, SIZE_INVALID, INSUFFICIENT_STORAGE, READ_ONLY. */
export async function appendUpload(
  ctx: UploadNeeds,
  where: Where,
  id: string,
  incoming: Incoming,
): Promise<UploadState> {
  await requireOpen(ctx);
  const { unsaved } = ctx;
  const taken = unsaved && takeUnsaved(unsaved, ownerOf(where, id), incoming.range?.start ?? null);
  if (!taken) return appendSaved(ctx, where, id, incoming);
  try {
    const appended = await appendUnsaved({ ...ctx, unsaved }, taken.session, incoming);
    if ("goOn" in appended) return await appended.goOn((rest) => appendSaved(ctx, where, id, rest));
    unsaved.hold(taken.session, appended.bytes, ctx.clock.now());
    return { id, offset: appended.bytes.byteLength };
  } finally {
    taken.leave();
  }
}

/**
 * Ends a session with its digest, after the request's own bytes if it brings some.
 * @param input.mayStill asks for the rights as they are at the end.
 * @throws DIGEST_INVALID: nothing is linked and the session is over; otherwise as appendUpload, with the session intact.
 */
export async function finishUpload(
  ctx: UploadNeeds,
  where: Where,
  input: { id: string; digest: Digest; incoming: Incoming; mayStill: () => Promise<void> },
): Promise<{ sizeBytes: number }> {
  await requireOpen(ctx);
  const { id, digest, incoming } = input;
  const mayStill = () => requireOpen(ctx).then(input.mayStill);
  const { unsaved } = ctx;
  const taken = unsaved && takeUnsaved(unsaved, ownerOf(where, id), incoming.range?.start ?? null);
  if (!taken) return finishSaved(ctx, where, { ...input, mayStill });
  try {
    const small = { ...ctx, unsaved };
    const appended = await appendUnsaved(small, taken.session, incoming);
    if ("goOn" in appended)
      return await appended.goOn((rest) => finishSaved(ctx, where, { ...input, mayStill, incoming: rest }));
    await putSmallBlob(small, where, { digest, bytes: appended.bytes, mayStill });
    unsaved.end(taken.session);
    return { sizeBytes: appended.bytes.byteLength };
  } catch (error) {
    if (endsSession(error)) unsaved.end(taken.session);
    throw error;
  } finally {
    taken.leave();
  }
}

/** After a wrong digest, or when the rights are gone, a session is over. Otherwise the client may try again. */
function endsSession(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "DIGEST_INVALID" || code === "UNAUTHORIZED" || code === "DENIED" || code === "NAME_UNKNOWN";
}

/** Cancels a session; its bytes are removed. @throws BLOB_UPLOAD_UNKNOWN. */
export async function cancelUpload(
  ctx: Needs<"db" | "clock" | "resting" | "unsaved">,
  where: Where,
  id: string,
): Promise<void> {
  const unsaved = ctx.unsaved?.find(ownerOf(where, id));
  if (!unsaved) return cancelSaved(ctx, where, id);
  ctx.unsaved?.end(unsaved);
}
