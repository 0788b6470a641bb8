// Mounts small file systems of the test's own, below the run's folder so that whatever is left goes with it.
import { mkdirSync, statfsSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { mustRun, run } from "#test/clients/setup/run.ts";

export interface Mount {
  folder: string;
  freeMiB(): number;
  /** Takes space, or gives back what was taken, until so much is free. */
  leaveFree(mebibytes: number): Promise<void>;
  remount(mode: "ro" | "rw"): Promise<void>;
  unmount(): Promise<void>;
}

let mounts = 0;

/** A file system in memory, which ends where a disk would. */
export async function mountTmpfs(sizeMiB: number): Promise<Mount> {
  const folder = newMountPoint();
  await mustRun(["mount", "-t", "tmpfs", "-o", `size=${sizeMiB}m,mode=0755`, "tmpfs", folder]);
  return mountAt(folder);
}

/** The name is short because a database's socket may lie below it. */
export function newMountPoint(): string {
  const folder = join(inject("run").folder, `m${process.pid}-${mounts++}`);
  mkdirSync(folder);
  return folder;
}

function mountAt(folder: string): Mount {
  const ballast = join(folder, "ballast");
  const freeMiB = () => {
    const { bavail, bsize } = statfsSync(folder);
    return (bavail * bsize) / 2 ** 20;
  };
  return {
    folder,
    freeMiB,
    async leaveFree(mebibytes) {
      const size = statSync(ballast, { throwIfNoEntry: false })?.size ?? 0;
      const more = Math.floor((freeMiB() - mebibytes) * 2 ** 20);
      if (more < 0) return truncateSync(ballast, Math.max(0, size + more));
      // Others may be writing: what is no longer free cannot be taken.
      await run(["sh", "-c", 'head -c "$1" /dev/zero >>"$2"', "sh", String(more), ballast]);
    },
    remount: async (mode) => void (await mustRun(["mount", "-o", `remount,${mode}`, folder])),
    unmount: async () => void (await mustRun(["umount", folder])),
  };
}
