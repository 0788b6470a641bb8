// Lets the bytes of large files go to the disk while the next ones come, so that little is left to wait for at the end.
import type { FileHandle } from "node:fs/promises";
import { storeProblem } from "./fs-problem.ts";

/** A sync of fewer bytes costs more than it hides. */
const leastBytes = 32 * 1024 * 1024;

/** How many files of a store are synced ahead: one at a time, since each sync holds one of the few threads that also read and write. */
export interface SyncsAhead {
  busy: boolean;
}

/** One file's syncs before its end. */
export interface SyncAhead {
  /** So many bytes more were written. @throws BlobStoreError for what an earlier sync said: the kernel tells of a lost page once, and a later sync would succeed. */
  wrote(bytes: number): void;
  /** Waits for what is under way. @throws the same. */
  settled(): Promise<void>;
}

export function createSyncAhead(handle: Pick<FileHandle, "datasync">, syncs: SyncsAhead): SyncAhead {
  let unsynced = 0;
  let running: Promise<void> | null = null;
  let failed: { error: unknown } | null = null;
  const sync = async () => {
    try {
      await handle.datasync();
    } catch (error) {
      failed = { error };
    } finally {
      syncs.busy = false;
      running = null;
    }
  };
  const check = () => {
    if (failed) storeProblem(failed.error);
  };
  return {
    wrote(bytes) {
      check();
      unsynced += bytes;
      if (unsynced < leastBytes || syncs.busy) return;
      syncs.busy = true;
      unsynced = 0;
      running = sync();
    },
    async settled() {
      await running;
      check();
    },
  };
}
