// Hashes stored blobs again, slowly and without end: it finds the damage that neither size nor stamp shows.
//
// Those that waited longest come first. A slice reads about a second's worth of the rate and saves how far it came, so that a blob
// of any size is got through, by whichever replica. It rests longer than it works: requests come first.
import { type DamageReason, recordVerified, type VerifiedBlob } from "#db/queries/integrity.ts";
import { findBegunScrub, listScrubDue, type ScrubRow, saveScrub } from "#db/queries/jobs/scrub.ts";
import { formatDigest } from "#oci/digest.ts";
import { BlobStoreError } from "#ports/blob-store.ts";
import type { HashStream, SavedHash } from "#ports/hasher.ts";
import type { Needs } from "../context.ts";
import { type IntegrityNeeds, markDamaged } from "../integrity/damage.ts";
import { holdsStill, openStored } from "../integrity/verify.ts";
import { plusSeconds } from "../moment.ts";
import { eachSlab } from "../uploads/slabs.ts";

type ScrubNeeds = IntegrityNeeds & Needs<"limits">;

const sliceSeconds = 1;
/** However fast it may be: a slice must end soon. */
const mostBytes = 64 * 1024 * 1024;
/** What a blob counts for at least: opening one costs, too. */
const leastBytes = 256 * 1024;
/** A slice works through so many at most. */
const maxBlobs = 200;
/** A blob that could not be read is tried again after this. */
const retrySeconds = 3600;
/** For each moment of work so many of rest. */
const restFactor = 2;
const longestRestMs = 1000;

/** Does a slice. @returns whether there is more to do at once. */
export async function scrubBlobs(ctx: ScrubNeeds): Promise<boolean> {
  const { scrubBytesPerSecond: rate, scrubDays } = ctx.limits;
  if (!(rate > 0)) return false;
  const now = ctx.clock.now();
  const begun = await findBegunScrub(ctx.db, now);
  const due = begun ? [begun] : await listScrubDue(ctx.db, plusSeconds(now, -scrubDays * 86_400), maxBlobs);
  const right: VerifiedBlob[] = [];
  const work = { most: Math.min(rate * sliceSeconds, mostBytes), pace: createPace(rate) };
  let left = work.most;
  try {
    for (const row of due) {
      if (left <= 0) break;
      const { bytes, verified } = await scrubPart(ctx, row, work);
      if (verified) right.push(verified);
      if (bytes < leastBytes) await work.pace(leastBytes - bytes);
      left -= Math.max(bytes, leastBytes);
    }
    return due.length > 0;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    // Where one cannot be read, the next may not be either: that is for the next run.
    return false;
  } finally {
    await recordVerified(ctx.db, right, now);
  }
}

interface Part {
  bytes: number;
  /** The blob, when all of it has been read and is right. */
  verified?: VerifiedBlob;
}

interface Work {
  /** Bytes to read of one blob. */
  most: number;
  pace: (bytes: number) => Promise<void>;
}

async function scrubPart(ctx: ScrubNeeds, row: ScrubRow, work: Work): Promise<Part> {
  try {
    return await hashPart(ctx, row, work);
  } catch (error) {
    if (!(error instanceof BlobStoreError)) throw error;
    const { id, key } = row;
    ctx.report("error", "a blob cannot be read", { digest: formatDigest(row), blob: id, key, error: String(error) });
    await save(ctx, row, { ...startOf(row), resumeAt: plusSeconds(ctx.clock.now(), retrySeconds) });
    throw new UnreadableError();
  }
}

/** Where to begin, and with which hash. */
interface Start {
  offset: number;
  stamp: string | null;
  hash: SavedHash | null;
}

const fromFront: Start = { offset: 0, stamp: null, hash: null };

/** Progress with another object, or in another form, is as if there were none. */
function startOf({ progress, key, algorithm }: ScrubRow): Start {
  const hash = progress?.hashState as SavedHash | null;
  if (!progress || progress.key !== key || hash?.version !== 1 || hash.offset !== progress.offset) return fromFront;
  if (hash.states[algorithm] === undefined) return fromFront;
  return { offset: progress.offset, stamp: progress.stamp, hash };
}

async function hashPart(ctx: ScrubNeeds, row: ScrubRow, { most, pace }: Work): Promise<Part> {
  const start = startOf(row);
  const end = Math.min(row.sizeBytes, start.offset + most);
  const stored = await openStored(ctx.blobs, row, { start: start.offset, end: end - 1 });
  if (typeof stored === "string") return mark(ctx, row, { reason: stored, bytes: 0 });
  const { body, stamp } = stored;
  if (start.hash && stamp !== start.stamp) {
    await body.cancel();
    return save(ctx, row, fromFront);
  }
  const from = start.hash ? { from: start.hash } : {};
  const hash = ctx.hasher.start({
    algorithms: [row.algorithm],
    resumable: end - start.offset < row.sizeBytes,
    ...from,
  });
  try {
    const broken = await eachSlab(body, ctx.hasher, async (slab) => {
      const { byteLength } = slab;
      await hash.update(slab);
      await pace(byteLength);
    });
    if (broken) throw broken.error;
    return await conclude(ctx, row, { start, end, stamp, hash });
  } finally {
    hash.discard();
  }
}

/** Keeps how far it came, or what came out at the end. Where a worker died there is no answer, and the part is read again. */
async function conclude(
  ctx: ScrubNeeds,
  row: ScrubRow,
  { start, end, stamp, hash }: { start: Start; end: number; stamp: string | null; hash: HashStream },
): Promise<Part> {
  const bytes = end - start.offset;
  if (end < row.sizeBytes) {
    const saved = await hash.save();
    return save(ctx, row, saved ? { offset: end, stamp, hash: saved } : start, bytes);
  }
  const hex = (await hash.finish())?.[row.algorithm];
  if (hex === row.hex) return { bytes, verified: { id: row.id, key: row.key, stamp } };
  if (hex === undefined) return save(ctx, row, start, bytes);
  // An object that changed while it was read tells nothing of what was stored.
  const isStill = await holdsStill(ctx.blobs, row.key, stamp);
  return isStill ? mark(ctx, row, { reason: "digest", bytes }) : save(ctx, row, fromFront, bytes);
}

async function mark(ctx: ScrubNeeds, row: ScrubRow, found: { reason: DamageReason; bytes: number }): Promise<Part> {
  await markDamaged(ctx, row, found.reason);
  return { bytes: found.bytes };
}

async function save(ctx: ScrubNeeds, row: ScrubRow, at: Start & { resumeAt?: Date }, bytes = 0): Promise<Part> {
  const { stamp, resumeAt = ctx.clock.now() } = at;
  const offset = at.hash ? at.offset : 0;
  await saveScrub(ctx.db, row.id, { key: row.key, stamp, offset, hashState: at.hash, resumeAt });
  return { bytes };
}

/** Waits until so many bytes are due by the rate, and longer where the machine is busy: then reading took long. */
function createPace(bytesPerSecond: number): (bytes: number) => Promise<void> {
  let since = performance.now();
  return async (bytes) => {
    const workedMs = performance.now() - since;
    const restMs = Math.min(workedMs * restFactor, longestRestMs);
    await new Promise((resolve) => setTimeout(resolve, Math.max((bytes / bytesPerSecond) * 1000 - workedMs, restMs)));
    since = performance.now();
  };
}

class UnreadableError extends Error {}
