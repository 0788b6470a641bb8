// Verifies that no sealed event was changed, removed or added, and that the checkpoints are those that were made.
import { type CheckpointRow, listCheckpointKeys, listCheckpoints, readTail } from "#db/queries/audit/checkpoints.ts";
import { hexOf } from "#oci/digest.ts";
import type { Needs } from "../context.ts";
import { type Checkpoint, createVerifier, hashOf, hashOfSigned } from "./checkpoint.ts";

const page = 200;
/** Bytes of one event among a checkpoint's hashes: its id and a SHA-256. */
const idBytes = 8;
const rowBytes = idBytes + 32;

/** The first thing that is not as it was sealed. */
export interface Broken {
  checkpoint: number;
  /** The event, where one can be named. */
  event: number | null;
  problem: string;
}

export interface Verified {
  checkpoints: number;
  events: number;
  /** Checkpoints whose events were dropped because they were old; they are the first ones. */
  dropped: number;
  /** The last checkpoint and its SHA-256: whoever keeps it elsewhere knows later that none up to it was replaced. */
  last: { id: number; hash: string } | null;
  broken: Broken | null;
  /** What no checkpoint seals yet. */
  unsealed: { count: number; oldest: Date | null };
}

/** @param kept a checkpoint as it was told earlier, which has to be there still. */
export async function verifyEvents(
  ctx: Needs<"db" | "keys">,
  kept: { id: number; hash: string } | null = null,
): Promise<Verified> {
  const read = createVerifier(ctx, await listCheckpointKeys(ctx.db));
  const state: Verified = {
    checkpoints: 0,
    events: 0,
    dropped: 0,
    last: null,
    broken: null,
    unsealed: { count: 0, oldest: null },
  };
  let previous: CheckpointRow | null = null;
  while (!state.broken) {
    const rows = await listCheckpoints(ctx.db, previous?.id ?? 0, page);
    for (const row of rows) {
      state.broken = await findBroken(row, { previous, last: state.last, says: await read(row.signed) });
      state.last = { id: row.id, hash: await hashOfSigned(row.signed) };
      if (kept?.id === row.id && kept.hash !== state.last.hash)
        state.broken ??= broken(row.id, "it is not the one that was kept");
      if (state.broken) break;
      state.checkpoints++;
      state.events += row.count;
      if (row.isDropped) state.dropped++;
      previous = row;
    }
    if (rows.length < page) break;
  }
  if (!state.broken && kept && kept.id > (state.last?.id ?? 0)) state.broken = broken(kept.id, "it is missing");
  const { count, oldestMs } = await readTail(ctx.db);
  state.unsealed = { count, oldest: oldestMs === null ? null : new Date(oldestMs) };
  return state;
}

function broken(checkpoint: number, problem: string, event: number | null = null): Broken {
  return { checkpoint, event, problem };
}

type Found = CheckpointRow & { found: Uint8Array };

async function findBroken(
  row: Found,
  { previous, last, says }: { previous: CheckpointRow | null; last: Verified["last"]; says: Checkpoint | null },
): Promise<Broken | null> {
  const { id } = row;
  const due = (previous?.id ?? 0) + 1;
  if (id !== due) return broken(due, "it is missing");
  if (!says) return broken(id, "its signature is not this installation's");
  const isSame =
    says.id === id &&
    says.fromTransaction === row.fromTransaction &&
    says.toTransaction === row.toTransaction &&
    says.count === row.count &&
    Date.parse(says.sealedAt) === Math.round(row.sealedAtMs);
  if (!isSame) return broken(id, "its row does not say what was signed");
  if (says.previous !== (last?.hash ?? ""))
    return broken(id, "the one before it is not the one that it was chained to");
  if (says.fromTransaction !== (previous?.toTransaction ?? "0"))
    return broken(id, "it does not begin where the one before ends");
  if (row.isDropped && !row.rowHashes) {
    if (previous && !previous.isDropped) return broken(id, "its events were dropped before older ones");
    return row.found.byteLength === 0
      ? null
      : broken(id, "there are events where they were dropped", idAt(row.found, 0));
  }
  const sealed = row.rowHashes;
  if (!sealed || says.events !== (await hashOf(sealed)) || sealed.byteLength !== says.count * rowBytes)
    return broken(id, "the hashes of its events are not those that were signed");
  return findBrokenEvent(id, sealed, row.found);
}

/** The first event that is not as it was. */
function findBrokenEvent(checkpoint: number, sealed: Uint8Array, found: Uint8Array): Broken | null {
  const before = hashesById(sealed);
  const now = hashesById(found);
  for (const [id, hash] of before) {
    const is = now.get(id);
    if (is === undefined) return broken(checkpoint, "the event was removed", id);
    if (is !== hash) return broken(checkpoint, "the event was changed", id);
  }
  for (const id of now.keys()) if (!before.has(id)) return broken(checkpoint, "the event was added later", id);
  return null;
}

function hashesById(bytes: Uint8Array): Map<number, string> {
  const hashes = new Map<number, string>();
  for (let at = 0; at + rowBytes <= bytes.byteLength; at += rowBytes)
    hashes.set(idAt(bytes, at), hexOf(bytes.subarray(at + idBytes, at + rowBytes)));
  return hashes;
}

function idAt(bytes: Uint8Array, at: number): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset + at, idBytes).getBigInt64(0));
}
