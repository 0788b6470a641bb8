// Mounts small file systems of the test's own, below the run's folder so that whatever is left goes with it.
import { mkdirSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { mustRun } from "#test/clients/setup/run.ts";

export interface Mount {
  folder: string;
  freeMiB(): number;
  /** Takes space until only so much is free; what was taken before is given back first. */
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
      rmSync(ballast, { force: true });
      const taken = Math.floor((freeMiB() - mebibytes) * 2 ** 20);
      if (taken > 0) await mustRun(["fallocate", "-l", String(taken), ballast]);
    },
    remount: async (mode) => void (await mustRun(["mount", "-o", `remount,${mode}`, folder])),
    unmount: async () => void (await mustRun(["umount", folder])),
  };
}
