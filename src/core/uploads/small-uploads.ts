// Uploads of blobs that fit into memory: nothing is stored before their digest is known to be right, and then all at once.
import type { SessionOwner } from "#db/queries/uploads/sessions.ts";
import type { Digest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import { requireSpace } from "../content/space.ts";
import type { Where } from "../content/where.ts";
import type { Needs } from "../context.ts";
import { gather, joinBytes } from "./gather.ts";
import { brings, type Incoming, type ReceiveNeeds, requireLength } from "./receive.ts";
import { saveSession } from "./save-session.ts";
import type { SlabBody } from "./slabs.ts";
import type { UnsavedSession, UnsavedSessions } from "./unsaved.ts";

type SmallNeeds = ReceiveNeeds & Needs<"facts"> & { unsaved: UnsavedSessions };

/** An unsaved session for one request, which ends with `leave`. */
export interface Taken {
  session: UnsavedSession;
  leave(): void;
}

/** @returns null when it is none of the unsaved ones. @throws RANGE_INVALID when it stands elsewhere, or another request writes to it. */
export function takeUnsaved(unsaved: UnsavedSessions, owner: SessionOwner, offset: number | null): Taken | null {
  const session = unsaved.find(owner);
  if (!session) return null;
  const stands = session.bytes.byteLength;
  const upload = { repositoryId: owner.repositoryId, id: owner.id, offset: stands };
  if (session.isBusy)
    throw registryError("RANGE_INVALID", "another request is writing to this upload", undefined, { upload });
  if (offset !== null && offset !== stands)
    throw registryError("RANGE_INVALID", `the upload stands at byte ${stands}, not at ${offset}`, undefined, {
      upload,
    });
  session.isBusy = true;
  const leave = () => {
    session.isBusy = false;
  };
  return { session, leave };
}

/** The bytes that a session has with a request's, if they fit into memory; else what is to be done with the session that is saved now. */
type Appended = { bytes: Uint8Array } | { goOn: <T>(work: (incoming: Incoming) => Promise<T>) => Promise<T> };

/** Takes a request's bytes into memory, or saves the session when they are too many or a chunk of many. What came of a body that broke off is kept. */
export async function appendUnsaved(ctx: SmallNeeds, session: UnsavedSession, incoming: Incoming): Promise<Appended> {
  const { unsaved } = ctx;
  // As they are now: a session that is cancelled meanwhile has none any more.
  const { bytes: held } = session;
  const room = unsaved.room(session);
  await requireSpace(ctx, incoming.lengthBytes ?? 0);
  if (!brings(incoming) || incoming.body === null) {
    requireLength(incoming, 0);
    return { bytes: held };
  }
  // Who says where bytes belong wants to go on there, whatever happens in between.
  if (incoming.range !== null || (incoming.lengthBytes ?? 0) > room) {
    await saveSession(ctx, session);
    return { goOn: (work) => work(incoming) };
  }
  const gathered = await gather(incoming.body, ctx.hasher, room);
  if ("larger" in gathered) {
    const { larger } = gathered;
    const letGo = (error: unknown) => refuse(ctx, larger, error);
    await saveSession(ctx, session).catch(letGo);
    return { goOn: (work) => work({ ...incoming, body: larger }).catch(letGo) };
  }
  const bytes = joinBytes([held, gathered.bytes]);
  if (gathered.end !== null) {
    unsaved.hold(session, bytes, ctx.clock.now());
    throw gathered.end.error;
  }
  requireLength(incoming, gathered.bytes.byteLength);
  return { bytes };
}

/** Lets go of a body that is not read, or was not read to its end, so that what it has taken is given back. */
async function refuse({ hasher }: Needs<"hasher">, body: SlabBody, error: unknown): Promise<never> {
  const giveBack = async (piece: Uint8Array) => {
    hasher.recycle(piece.buffer);
    throw error;
  };
  await body.eachSlab(hasher, giveBack).catch(() => {});
  throw error;
}

/**
 * Stores a whole blob and links it.
 * @throws DIGEST_INVALID, INSUFFICIENT_STORAGE, UNAVAILABLE, or what `mayStill` throws; nothing is linked then.
 */
export async function putSmallBlob(
  ctx: SmallNeeds,
  where: Where,
  { digest, bytes, mayStill }: { digest: Digest; bytes: Uint8Array; mayStill: () => Promise<void> },
): Promise<void> {
  await mayStill();
  await requireSpace(ctx, bytes.byteLength);
  await ctx.unsaved.writer.put(where, { digest, bytes });
}
