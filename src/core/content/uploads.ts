// Upload sessions as the protocol knows them: begin, status, append, finish, cancel.
import type { RepositoryRow } from "#db/queries/repositories.ts";
import { isRetryable } from "#db/queries/rows.ts";
import { commitUpload } from "#db/queries/upload-commit.ts";
import {
  abandonUpload,
  cancelUpload as cancelSession,
  findUpload,
  insertUpload,
  type SessionOwner,
} from "#db/queries/uploads.ts";
import { type Digest, formatDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { BlobWriter } from "#ports/blob-store.ts";
import type { Caller } from "../access/caller.ts";
import type { Needs } from "../context.ts";
import { eventOf } from "../tell.ts";
import { type Claimed, claim, keepLease, lostLease, newKey } from "./claim.ts";
import { brings, type Incoming, type Received, type ReceiveNeeds, receive, save } from "./receive.ts";
import { requireSpace } from "./space.ts";
import { storeError } from "./store-error.ts";
import { algorithmsFor, digestOf } from "./upload-hash.ts";

/** What a client is told of a session. */
export interface UploadState {
  id: string;
  offset: number;
}

/** A repository and who asks: every session is bound to both. */
export interface Where {
  repository: RepositoryRow;
  caller: Caller;
}

/** Session ids are UUIDs; anything else names no session. */
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function ownerOf(where: Where, id: string): SessionOwner {
  if (!uuid.test(id)) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id.slice(0, 100) });
  return { id, repositoryId: where.repository.id, accountId: where.caller.account?.id ?? null };
}

/**
 * Begins a session on a fresh key.
 * @param algorithm the digest algorithm that the client announced, or null.
 * @throws TOOMANYREQUESTS when the caller has too many open, INSUFFICIENT_STORAGE.
 */
export async function beginUpload(
  ctx: Needs<"db" | "clock" | "limits" | "blobs" | "resting">,
  where: Where,
  algorithm: string | null,
): Promise<UploadState> {
  await requireSpace(ctx, 0);
  const id = crypto.randomUUID();
  const writer = crypto.randomUUID();
  const now = ctx.clock.now();
  const session = await insertUpload(ctx.db, {
    ...ownerOf(where, id),
    key: newKey(),
    algorithm,
    writer,
    now,
    limit: ctx.limits.uploadsPerCaller,
  });
  if (!session)
    throw registryError(
      "TOOMANYREQUESTS",
      `you have ${ctx.limits.uploadsPerCaller} uploads open: finish or cancel some of them first`,
      undefined,
      { retryAfterSeconds: 30 },
    );
  ctx.resting.rest({ session, repository: where.repository.path, writer, sealed: null }, now);
  return { id, offset: 0 };
}

/** Where a session stands. @throws BLOB_UPLOAD_UNKNOWN, also for a session of another repository or account. */
export async function getUpload(ctx: Needs<"db">, where: Where, id: string): Promise<UploadState> {
  const session = await findUpload(ctx.db, ownerOf(where, id));
  if (!session) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id });
  return { id, offset: session.offset };
}

/** Appends a request's bytes. @throws RANGE_INVALID (the session intact), BLOB_UPLOAD_UNKNOWN, SIZE_INVALID, INSUFFICIENT_STORAGE. */
export async function appendUpload(
  ctx: ReceiveNeeds,
  where: Where,
  id: string,
  incoming: Incoming,
): Promise<UploadState> {
  const claimed = await claim(ctx, ownerOf(where, id), {
    repository: where.repository.path,
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
export async function finishUpload(
  ctx: ReceiveNeeds,
  where: Where,
  input: { id: string; digest: Digest; incoming: Incoming; mayStill: () => Promise<void> },
): Promise<{ sizeBytes: number }> {
  const { id, digest, incoming } = input;
  const claimed = await claim(ctx, ownerOf(where, id), {
    repository: where.repository.path,
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
  { session, writer }: Claimed,
  received: Received,
  mayStill: () => Promise<void>,
): Promise<void> {
  try {
    await mayStill();
  } catch (error) {
    await received.writer?.abort().catch(() => {});
    await abandonUpload(ctx.db, session.id, writer, ctx.clock.now());
    throw error;
  }
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
    if (hex !== digest.hex) {
      const actual = `${digest.algorithm}:${hex}`;
      throw registryError("DIGEST_INVALID", `the uploaded ${sealed.sizeBytes} bytes have digest ${actual}`, {
        digest: formatDigest(digest),
        actual,
      });
    }
    const now = ctx.clock.now();
    const detail = { digest: formatDigest(digest), sizeBytes: sealed.sizeBytes };
    const event = eventOf({ at: now, type: "blob.push", ...where, detail });
    const commit = () => commitUpload(ctx.db, { id: session.id, writer, digest, ...sealed, now, event });
    if (!(await retried(commit))) throw lostLease(claimed);
    return { sizeBytes: sealed.sizeBytes };
  } catch (error) {
    // Sealed bytes cannot be appended to on every store, so a session that was sealed in vain is over.
    await abandonUpload(ctx.db, session.id, writer, ctx.clock.now()).catch(() => {});
    throw storeError(error);
  } finally {
    lease.end();
  }
}

/** Races with a commit of the same digest or a deletion are lost at most a few times in a row. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 5 || !isRetryable(error)) throw error;
    }
  }
}

/** Cancels a session; its bytes are removed. @throws BLOB_UPLOAD_UNKNOWN. */
export async function cancelUpload(ctx: Needs<"db" | "clock" | "resting">, where: Where, id: string): Promise<void> {
  ctx.resting.forget(id);
  const ended = await cancelSession(ctx.db, ownerOf(where, id), ctx.clock.now());
  if (!ended) throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id });
}
