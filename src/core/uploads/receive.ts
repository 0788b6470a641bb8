// Takes the bytes of one request into an upload session: claimed by one writer, hashed as they pass, saved as far as they came.
import { releaseUpload } from "#db/queries/uploads/sessions.ts";
import type { DigestAlgorithm } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { ByteRange } from "#oci/range.ts";
import type { BlobWriter, Sealed, StoreState } from "#ports/blob-store.ts";
import type { Hasher, HashStream } from "#ports/hasher.ts";
import { requireSpace } from "../content/space.ts";
import { storeError } from "../content/store-error.ts";
import type { Needs } from "../context.ts";
import { type Claimed, keepLease, type Lease, lostLease } from "./claim.ts";
import { type Body, eachSlab } from "./slabs.ts";
import { continueHash, type HashState, hashStateAt, readHashState } from "./upload-hash.ts";

export type ReceiveNeeds = Needs<"db" | "blobs" | "hasher" | "clock" | "limits" | "report" | "resting">;

/** The bytes of one request. */
export interface Incoming {
  body: Body | null;
  /** From Content-Range: where the bytes belong and how many they are. Null: append what comes. */
  range: ByteRange | null;
  /** From Content-Length, if it was given. */
  lengthBytes: number | null;
}

/** Whether a request brings bytes, as far as its head tells. */
export function brings({ body, lengthBytes }: Incoming): boolean {
  return body !== null && lengthBytes !== 0;
}

/** Where a session stands after a request's bytes. */
export interface Received {
  offset: number;
  storeState: StoreState;
  hashState: HashState | null;
  /** Open, when the caller asked to keep it for sealing. */
  writer: BlobWriter | null;
  /** What the store said, when nothing is left to do for sealing. */
  sealed: Sealed | null;
}

/**
 * Streams a request's bytes into a claimed session. On a broken connection the bytes that came are saved and the session
 * is let go before the error is thrown.
 * @param options.seal the session ends with this request: the writer is handed back open, nothing is saved.
 */
export async function receive(
  ctx: ReceiveNeeds,
  claimed: Claimed,
  incoming: Incoming,
  options: { algorithms: DigestAlgorithm[]; seal: boolean },
): Promise<Received> {
  const { session, sealed } = claimed;
  if (options.seal && sealed && !brings(incoming)) {
    const { offset, storeState, hashState } = session;
    return { offset, storeState: storeState as StoreState, hashState: readHashState(hashState), writer: null, sealed };
  }
  const before = { offset: session.offset, state: session.storeState as StoreState };
  const resumable = incoming.range !== null && !options.seal;
  let writer: BlobWriter | null = null;
  let hash: HashStream | null = null;
  const lease = keepLease(ctx, claimed);
  try {
    await requireSpace(ctx, incoming.lengthBytes ?? 0);
    requireFit(ctx, session.offset + (incoming.lengthBytes ?? 0));
    lease.check();
    writer = await ctx.blobs.openWriter(session.key, before);
    hash = continueHash(
      ctx.hasher,
      { offset: session.offset, state: readHashState(session.hashState) },
      { algorithms: options.algorithms, resumable },
    );
    const end = incoming.body
      ? await stream(ctx, { writer, hash, lease, body: incoming.body, range: incoming.range })
      : { bytes: 0, error: null };
    const offset = session.offset + end.bytes;
    if (end.error !== null) {
      await saveBroken(ctx, claimed, { writer, hash, offset, resumable });
      throw end.error.error;
    }
    requireLength(incoming, end.bytes);
    const known = end.bytes === 0 && session.offset > 0;
    if (known) hash?.discard();
    const hashState = known ? readHashState(session.hashState) : await hashStateAt(hash, offset, resumable);
    if (options.seal) return { offset, storeState: before.state, hashState, writer, sealed: null };
    const saved = await writer.suspend();
    return { offset: saved.offset, storeState: saved.state, hashState, writer: null, sealed: saved.sealed ?? null };
  } catch (error) {
    hash?.discard();
    await writer?.abort().catch(() => {});
    await releaseUpload(ctx.db, session.id, claimed.writer, null).catch(() => {});
    throw storeError(error);
  } finally {
    lease.end();
  }
}

/** @throws SIZE_INVALID when a request brought more or fewer bytes than its head announced. */
export function requireLength({ range, lengthBytes }: Incoming, bytes: number): void {
  const expected = range ? range.end - range.start + 1 : lengthBytes;
  if (expected !== null && expected !== bytes)
    throw registryError("SIZE_INVALID", `the request announced ${expected} bytes and brought ${bytes}`);
}

/** @throws SIZE_INVALID before the first byte when the whole would be larger than the store takes. */
function requireFit({ blobs }: Needs<"blobs">, sizeBytes: number): void {
  if (sizeBytes > (blobs.maxObjectBytes ?? Number.POSITIVE_INFINITY))
    throw registryError(
      "SIZE_INVALID",
      `a blob can have ${blobs.maxObjectBytes} bytes at most in this registry's storage`,
    );
}

/** Saves what a finished request brought. @throws RANGE_INVALID when the session was taken by another writer meanwhile. */
export async function save(
  ctx: Needs<"db" | "clock" | "resting">,
  claimed: Claimed,
  received: Received,
): Promise<void> {
  const { session, writer } = claimed;
  const { offset, storeState, hashState, sealed } = received;
  const saved = { offset, storeState, hashState };
  const next = crypto.randomUUID();
  const now = ctx.clock.now();
  if (!(await releaseUpload(ctx.db, session.id, writer, { ...saved, next, now }))) throw lostLease(claimed);
  ctx.resting.rest({ session: { ...session, ...saved }, writer: next, sealed }, now);
}

interface Streaming {
  writer: BlobWriter;
  hash: HashStream | null;
  lease: Lease;
  body: Body;
  range: ByteRange | null;
}

async function stream(ctx: ReceiveNeeds, s: Streaming): Promise<{ bytes: number; error: { error: unknown } | null }> {
  const most = s.range ? s.range.end - s.range.start + 1 : Number.POSITIVE_INFINITY;
  let bytes = 0;
  const store = async (slab: Uint8Array) => {
    // What fits into one piece is written before anybody could have come in between.
    if (bytes > 0) await s.lease.hold();
    s.lease.check();
    if (bytes + slab.byteLength > most)
      throw registryError(
        "SIZE_INVALID",
        `the request brought more than the ${most} bytes that its Content-Range names`,
      );
    // Before every piece, since many uploads share what room there is.
    await requireSpace(ctx, slab.byteLength);
    await s.writer.write(slab);
  };
  const ended = await eachSlab(s.body, ctx.hasher as Hasher, async (slab) => {
    try {
      await store(slab);
    } catch (error) {
      ctx.hasher.recycle(slab.buffer);
      throw error;
    }
    bytes += slab.byteLength;
    if (s.hash) await s.hash.update(slab);
    else ctx.hasher.recycle(slab.buffer);
  });
  return { bytes, error: ended };
}

/** A broken connection costs the client only what had not arrived. */
async function saveBroken(
  ctx: Needs<"db" | "clock">,
  claimed: Claimed,
  at: { writer: BlobWriter; hash: HashStream | null; offset: number; resumable: boolean },
): Promise<void> {
  const hashState = at.resumable ? await hashStateAt(at.hash, at.offset, true) : null;
  const saved = await at.writer.suspend();
  const usable = saved.offset === at.offset ? hashState : null;
  await releaseUpload(ctx.db, claimed.session.id, claimed.writer, {
    offset: saved.offset,
    storeState: saved.state,
    hashState: usable,
    next: crypto.randomUUID(),
    now: ctx.clock.now(),
  });
}
