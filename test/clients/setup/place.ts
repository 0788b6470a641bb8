// The folder of a run: made where there is space for it, once what earlier runs left that were killed is gone.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { statOf } from "./proc.ts";
import { sweep } from "./sweep.ts";

const prefix = "be-"; // Short, because paths of sockets are limited.
/** A whole run has taken 7.1 at its peak. On a disk with less, tests would fail one after the other for no reason of theirs. */
const neededGiB = 10;
const gibibyte = 1024 ** 3;

/** @throws when the disk has not the space that the tests need. */
export async function makeRunFolder(): Promise<string> {
  await sweep(findAbandoned());
  const { bavail, bsize } = statfsSync(tmpdir());
  const freeGiB = (bavail * bsize) / gibibyte;
  if (freeGiB < neededGiB)
    throw new Error(
      `The tests need ${neededGiB} GiB of free space in ${tmpdir()}, which has ${freeGiB.toFixed(1)}: free some, or set TMPDIR.`,
    );
  const folder = mkdtempSync(join(tmpdir(), prefix));
  chmodSync(folder, 0o711); // PostgreSQL runs as another user.
  writeFileSync(join(folder, "owner"), owner(process.pid));
  return folder;
}

function findAbandoned(): string[] {
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));
  return folders.map((name) => join(tmpdir(), name)).filter(isAbandoned);
}

/** A folder whose owner is gone; one that names none is not ours to judge. */
function isAbandoned(folder: string): boolean {
  try {
    const said = readFileSync(join(folder, "owner"), "utf8");
    return owner(Number.parseInt(said, 10)) !== said;
  } catch {
    return false;
  }
}

/** A process by its number and the moment of its start, since numbers come again; nothing when it is gone. */
function owner(pid: number): string {
  const stat = statOf(pid);
  const isGone = stat === null || /^[ZX]/.test(stat[0] ?? ""); // Perhaps nobody has asked yet how it ended.
  return isGone ? "" : `${pid} ${stat[19]}`;
}
