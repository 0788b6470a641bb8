// Writes one object: a small one in one request, a larger one in parts; what is short of a part waits in a tail.
import { type BlobKey, BlobStoreError, type BlobWriter, type Sealed, type Suspended } from "#ports/blob-store.ts";
import type { Tail, UploadSession } from "../../upload-session.ts";
import type { S3Client } from "../client.ts";
import { deleteBelow, putObject } from "../objects.ts";
import { besideName, nameOf, tailEndings } from "../place.ts";
import { type Assembly, createAssembly } from "./assembly.ts";
import type { PartBudget } from "./budget.ts";
import type { Piece } from "./filler.ts";
import { planOf } from "./plan.ts";
import { sealMultipart, sealSmall } from "./seal.ts";
import { findStart, type Start } from "./session.ts";

/** What writers share. */
export interface WriterNeeds {
  client: S3Client;
  budget: PartBudget;
  /** Whether the server heeds conditions on writes. */
  conditions: boolean;
  /** Takes work that nobody waits for; the store's close does. */
  behind: (work: Promise<unknown>) => void;
}

/** One upload while it is written. */
interface Writing extends WriterNeeds {
  name: string;
  from: Suspended;
  start: Start;
  assembly: Assembly;
  offset: number;
}

/** Opens a writer, reading the tail back as the beginning of the next part. */
export async function openS3Writer(needs: WriterNeeds, key: BlobKey, from: Suspended): Promise<BlobWriter> {
  const start = await findStart(needs.client, key, from);
  const name = nameOf(needs.client.place, key);
  const assembly = createAssembly(needs, name, start.session);
  const writing: Writing = { ...needs, name, from, start, assembly, offset: from.offset };
  try {
    for await (const chunk of start.rest ?? []) await assembly.add(chunk);
  } catch (error) {
    close(writing);
    throw error;
  }
  return {
    write: (bytes) => write(writing, bytes),
    suspend: () => suspend(writing).finally(() => close(writing)),
    seal: () => seal(writing).finally(() => close(writing)),
    async abort() {
      assembly.close();
      await assembly.abandon();
    },
  };
}

function close({ assembly, behind }: Writing): void {
  assembly.close();
  behind(assembly.tidy());
}

async function write(writing: Writing, bytes: Uint8Array): Promise<void> {
  const { start, assembly } = writing;
  if (bytes.byteLength === 0) return;
  const { largestObjectBytes } = planOf(start.session.partBytes);
  if (writing.offset + bytes.byteLength > largestObjectBytes)
    throw new BlobStoreError("too large", `an object in a bucket has at most ${largestObjectBytes} bytes`);
  if (start.sealed && !start.rest)
    throw new BlobStoreError("lost", "the upload was finished, and is too large to go on with");
  await assembly.add(bytes);
  writing.offset += bytes.byteLength;
}

async function suspend({ client, name, from, start, assembly, offset }: Writing): Promise<Suspended> {
  const sent = await assembly.settle(false);
  if (offset === from.offset) return from;
  const { tail: before, replaces, partBytes } = start.session;
  const tail = await writeTail(client, name, { before, piece: await assembly.takeRest() });
  const session: UploadSession = { version: 1, upload: sent?.upload ?? null, etags: sent?.etags ?? [], tail, replaces };
  return { offset, state: { ...session, ...(partBytes && { partBytes }) } };
}

/** Writes to the other of the two names: the database may still name the one before. */
async function writeTail(
  client: S3Client,
  name: string,
  { before, piece }: { before: Tail | null; piece: Piece | null },
): Promise<Tail | null> {
  if (!piece) return null;
  try {
    const ending = before?.ending === 0 ? 1 : 0;
    const what = "take the end of an upload";
    const tailName = name + tailEndings[ending];
    const etag = await putObject(client, tailName, { body: piece.bytes, bodyHash: piece.hash, headers: {}, what });
    return { ending, sizeBytes: piece.bytes.byteLength, etag };
  } finally {
    piece.free();
  }
}

async function seal(writing: Writing): Promise<Sealed> {
  const { client, name, from, start, offset, behind } = writing;
  const stamp = start.sealed && offset === from.offset ? start.sealed.stamp : await makeWhole(writing);
  if (from.offset > 0) behind(deleteBelow(client, besideName(name)));
  return { sizeBytes: offset, stamp };
}

async function makeWhole({ client, conditions, name, from, start, assembly, offset }: Writing): Promise<string> {
  const headers = conditions ? conditionOf(start.session) : {};
  const sent = assembly.hasParts() ? await assembly.settle(true) : null;
  if (!sent) return sealSmall(client, name, { piece: await assembly.takeRest(), headers });
  const whole = { name, ...sent.upload, etags: sent.etags, sizeBytes: offset };
  return sealMultipart(client, whole, { headers, unchanged: offset === from.offset });
}

/** Sealing may replace only what the writer found: a writer that lost its session must not change what another has sealed. */
function conditionOf({ replaces }: UploadSession): Record<string, string> {
  return replaces === null ? { "if-none-match": "*" } : { "if-match": `"${replaces}"` };
}
