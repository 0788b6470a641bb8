// Turns the bytes of one upload into parts that are sent while more bytes come.
import type { UploadSession } from "../../upload-session.ts";
import type { S3Client } from "../client.ts";
import { abortMultipart, abortOthers, beginMultipart } from "../multipart.ts";
import type { PartBudget } from "./budget.ts";
import { createFiller, type Piece } from "./filler.ts";
import { planOf } from "./plan.ts";
import { createPartSender } from "./sender.ts";
import { createStash } from "./stash.ts";

/** A multipart upload with all its parts sent. */
export interface Sent {
  upload: NonNullable<UploadSession["upload"]>;
  etags: string[];
}

export interface Assembly {
  /** Takes bytes, waiting for memory and for parts under way. */
  add(bytes: Uint8Array): Promise<void>;
  /** Waits for the parts under way. @param all sends the rest as the last part, else only a whole part is sent. @returns null before the first part. */
  settle(all: boolean): Promise<Sent | null>;
  /** Whether a part was sent, now or by an earlier writer. */
  hasParts(): boolean;
  /** The bytes that are in no part. */
  takeRest(): Promise<Piece | null>;
  /** Stops what is under way and gives the memory back. */
  close(): void;
  /** After close: removes what was kept in the bucket while memory was short. */
  tidy(): Promise<void>;
  /** After close: leaves nothing behind of an upload that was begun here. */
  abandon(): Promise<void>;
}

export function createAssembly(
  { client, budget }: { client: S3Client; budget: PartBudget },
  name: string,
  session: UploadSession,
): Assembly {
  const { partBytes } = planOf(session.partBytes);
  const ending = new AbortController();
  const stash = createStash(client, name, ending.signal);
  const filler = createFiller({ budget, stash, startHash: client.startHash });
  const sender = createPartSender(client, session.etags, ending.signal);
  let { upload } = session;
  let count = session.etags.length;

  const begin = async () => {
    const mark = crypto.randomUUID();
    upload = { id: await beginMultipart(client, name, mark), mark };
    // A crashed writer, or an answer that was lost, may have left uploads of this name that nobody would ever find again.
    // Waited for: later it could hit the upload of a writer that takes over.
    await abortOthers(client, name, upload.id).catch(() => {});
  };
  const flush = async () => {
    if (filler.sizeBytes() === 0) return;
    if (!upload) await begin();
    const { id } = upload as NonNullable<typeof upload>;
    await sender.send({ name, id }, count++, (await filler.take()) as Piece);
  };
  return {
    async add(bytes) {
      for (let rest = bytes; rest.byteLength > 0; ) {
        // A full part waits for the next byte: the object may end here.
        if (filler.sizeBytes() === partBytes(count)) await flush();
        rest = rest.subarray(await filler.add(rest, partBytes(count)));
      }
    },
    async settle(all) {
      if (all || filler.sizeBytes() === partBytes(count)) await flush();
      const etags = await sender.settle();
      return upload && { upload, etags };
    },
    hasParts: () => count > 0,
    takeRest: () => filler.take(),
    close() {
      ending.abort();
      filler.close();
    },
    tidy: () => stash.remove(),
    async abandon() {
      await sender.settle().catch(() => {});
      await stash.remove().catch(() => {});
      if (upload && upload !== session.upload) await abortMultipart(client, name, upload.id).catch(() => {});
    },
  };
}
