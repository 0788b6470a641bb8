// Writes one blob's file from front to back.
import { constants } from "node:fs";
import fs from "node:fs/promises";
import path from "node:path";
import { BlobStoreError, type BlobWriter, type Sealed, type Suspended } from "#ports/blob-store.ts";
import { syncFolder } from "./fs-folder.ts";
import { storeProblem } from "./fs-problem.ts";
import type { Room } from "./fs-space.ts";
import { createSyncAhead, type SyncsAhead } from "./fs-sync-ahead.ts";

/** The file that is written. Unless it is `durable`, nothing is synced: a power cut may cost what was acknowledged. */
export interface FilePlace {
  file: string;
  durable: boolean;
  room: Room;
  syncs: SyncsAhead;
}

/** Opens the file at the offset, cutting off what a crashed writer left beyond it. */
export async function openFileWriter({ file, durable, room, syncs }: FilePlace, from: Suspended): Promise<BlobWriter> {
  const handle = await openAt(file, from.offset).catch(storeProblem);
  const ahead = durable ? createSyncAhead(handle, syncs) : null;
  let at = from.offset;
  const seal = async (): Promise<Sealed> => {
    try {
      await ahead?.settled();
      if (durable) await handle.sync();
      const { size, ctimeNs } = await handle.stat({ bigint: true });
      if (durable) await syncFolder(path.dirname(file));
      return { sizeBytes: Number(size), stamp: String(ctimeNs) };
    } catch (error) {
      return storeProblem(error);
    } finally {
      await handle.close();
    }
  };
  return {
    async write(bytes) {
      room.take(bytes.byteLength);
      let written = 0;
      while (written < bytes.byteLength) {
        const { bytesWritten } = await handle.write(bytes, written, bytes.byteLength - written, at).catch(storeProblem);
        written += bytesWritten;
        at += bytesWritten;
      }
      ahead?.wrote(bytes.byteLength);
    },
    // A file that rests is as durable as one that is whole, so that its last request has nothing left to do.
    suspend: async () => ({ offset: at, state: null, sealed: await seal() }),
    seal,
    abort: () => handle.close(),
  };
}

async function openAt(file: string, offset: number): Promise<fs.FileHandle> {
  if (offset === 0) return fs.open(file, constants.O_CREAT | constants.O_TRUNC | constants.O_RDWR, 0o640);
  const handle = await fs.open(file, constants.O_RDWR).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw new BlobStoreError("lost", "the file of the upload is gone");
    throw error;
  });
  const { size } = await handle.stat();
  if (size >= offset) {
    if (size > offset) await handle.truncate(offset);
    return handle;
  }
  await handle.close();
  throw new BlobStoreError("lost", `the file of the upload has ${size} of ${offset} bytes`);
}
