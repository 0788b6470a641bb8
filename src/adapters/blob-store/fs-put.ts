// Stores whole small objects as files, many in one task of a worker: each call of the system from the request loop would wake a
// thread, which costs more than what it does.
import { BlobStoreError, type Sealed, type WholeObject } from "#ports/blob-store.ts";
import type { FilesTask, FileWritten } from "#workers/files.ts";
import { storeProblem } from "./fs-problem.ts";
import type { Room } from "./fs-space.ts";

/** Runs the task in a worker. */
export type WriteFiles = (task: FilesTask) => Promise<FileWritten[]>;

interface Place {
  durable: boolean;
  fileOf(key: string): string;
  room: Room;
  writeFiles: WriteFiles;
}

type Put = { value: Sealed | null } | { error: BlobStoreError };

export async function putFiles(
  objects: readonly WholeObject[],
  { durable, fileOf, room, writeFiles }: Place,
): Promise<Put[]> {
  const files = objects.map(({ key, bytes, digest }) => ({ file: fileOf(key), bytes, digest }));
  for (const { bytes } of files) room.take(bytes.byteLength);
  const written = await writeFiles({ durable, files }).catch((error) => {
    throw new BlobStoreError("unavailable", "the worker that writes files ended", { cause: error });
  });
  return written.map((one): Put => (one && "failed" in one ? { error: problemOf(one.failed) } : { value: one }));
}

function problemOf({ code, syscall }: { code: string; syscall: string }): BlobStoreError {
  try {
    return storeProblem(Object.assign(new Error(`${syscall}: ${code}`), { code, syscall }));
  } catch (error) {
    return error as BlobStoreError;
  }
}
