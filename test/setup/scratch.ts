// Where tests keep databases: in memory where there is room. On a disk, making the files of some hundred databases takes longer than
// what is asked of them.
import { accessSync, constants, statfsSync } from "node:fs";
import { tmpdir } from "node:os";

const inMemory = "/dev/shm";
/** A run needs a third of that; containers often have 64 MiB there. */
const neededBytes = 3 * 1024 ** 3;

/** The folder to make temporary folders in. */
export function scratchFolder(): string {
  try {
    accessSync(inMemory, constants.W_OK);
    const { bavail, bsize } = statfsSync(inMemory);
    return Math.min(bavail * bsize, process.availableMemory()) > neededBytes ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}
