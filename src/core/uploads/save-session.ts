// Makes an upload session in memory one that is a row: first its bytes are stored, then the session is there with all of them.
// In between a crash leaves no session, and a key that the periodic work finds: never a session that has lost what it acknowledged.
import { condemnKey, insertKeys, type RegisteredKey } from "#db/queries/uploads/keys.ts";
import { insertUploadOn } from "#db/queries/uploads/sessions.ts";
import { registryError } from "#oci/error.ts";
import type { Rest } from "#ports/blob-store.ts";
import { requireSpace } from "../content/space.ts";
import { storeError } from "../content/store-error.ts";
import { ownerOf } from "../content/where.ts";
import type { Needs } from "../context.ts";
import { plusSeconds } from "../moment.ts";
import { newKey } from "./claim.ts";
import { beginSaved, cancelSaved } from "./saved-uploads.ts";
import type { UnsavedSession, UnsavedSessions } from "./unsaved.ts";
import { algorithmsFor, type HashState, hashStateAt } from "./upload-hash.ts";

type SaveNeeds = Needs<"db" | "blobs" | "hasher" | "clock" | "limits" | "resting"> & { unsaved: UnsavedSessions };

/**
 * Makes the session one that other processes, and this one after a crash, can go on with.
 * @throws BLOB_UPLOAD_UNKNOWN when it was cancelled meanwhile; what the store throws, with the session as it was.
 */
export async function saveSession(ctx: SaveNeeds, session: UnsavedSession): Promise<void> {
  const { id, where, algorithm, bytes } = session;
  // It was within the limit when it began.
  if (bytes.byteLength === 0) await beginSaved(ctx, where, { id, algorithm, limit: Number.MAX_SAFE_INTEGER });
  else await saveBytes(ctx, session);
  if (ctx.unsaved.find(session) === null) {
    await cancelSaved(ctx, where, id).catch(() => {});
    throw registryError("BLOB_UPLOAD_UNKNOWN", undefined, { uuid: id });
  }
  ctx.unsaved.end(session);
  ctx.unsaved.noteSaved(session.accountId);
}

/** Saves the sessions that nobody wrote to for so long. One that cannot be saved stays as it is, and is tried again. */
export async function saveIdle(
  ctx: Omit<SaveNeeds, "unsaved"> & Needs<"unsaved" | "report">,
  idleSeconds: number,
): Promise<void> {
  const { unsaved } = ctx;
  for (const session of unsaved?.idle(plusSeconds(ctx.clock.now(), -idleSeconds)) ?? []) {
    if (session.isBusy || !unsaved) continue;
    session.isBusy = true;
    try {
      await saveSession({ ...ctx, unsaved }, session);
    } catch (error) {
      ctx.report("warn", "an upload in memory could not be saved", { upload: session.id, error: String(error) });
    } finally {
      session.isBusy = false;
    }
  }
}

async function saveBytes(ctx: SaveNeeds, unsaved: UnsavedSession): Promise<void> {
  const { id, where, algorithm, bytes } = unsaved;
  const now = ctx.clock.now();
  await requireSpace(ctx, bytes.byteLength);
  const [key] = await insertKeys(ctx.db, [newKey()], now);
  if (!key) throw new Error("no key was registered");
  const writer = crypto.randomUUID();
  try {
    const { offset, state, hashState, sealed = null } = await store(ctx, key, unsaved);
    const row = { ...ownerOf(where, id), ...key, offset, storeState: state, hashState, algorithm, writer };
    const session = await insertUploadOn(ctx.db, row, now);
    ctx.resting.rest({ session, writer, sealed }, now);
  } catch (error) {
    // The session may have come to be, and only the answer was lost. Should all of this fail, the periodic work finds the key.
    await cancelSaved(ctx, where, id).catch(() => condemnKey(ctx.db, key, ctx.clock.now()).catch(() => {}));
    throw storeError(error);
  }
}

/** Writes and hashes the bytes, so that the next request can go on from there. */
async function store(
  { blobs, hasher }: SaveNeeds,
  { key }: RegisteredKey,
  { bytes, algorithm }: UnsavedSession,
): Promise<Rest & { hashState: HashState | null }> {
  const hash = hasher.start({ algorithms: algorithmsFor(algorithm), resumable: true });
  try {
    const writer = await blobs.openWriter(key, { offset: 0, state: null });
    try {
      await writer.write(bytes);
      // A copy, since it belongs to the hash from now on.
      await hash.update(bytes.slice());
      const hashState = await hashStateAt(hash, bytes.byteLength, true);
      return { ...(await writer.suspend()), hashState };
    } catch (error) {
      await writer.abort().catch(() => {});
      throw error;
    }
  } catch (error) {
    hash.discard();
    throw error;
  }
}
