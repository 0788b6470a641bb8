// Gets memory back from the host before files are written into it: a virtual machine gives what is free away after two seconds,
// and each page that is touched again then costs ten times as much, whichever program does it.
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFolder } from "./folders.ts";

const piece = Buffer.alloc(2 ** 20);

/** Fills so many MiB of memory and frees them: they are the first that are taken next. */
export function claimMemory(mebibytes: number): void {
  if (mebibytes === 0) return;
  const folder = makeFolder();
  const file = openSync(join(folder, "claimed"), "w");
  try {
    for (let i = 0; i < mebibytes; i++) writeSync(file, piece);
  } finally {
    closeSync(file);
    removeFolder(folder);
  }
}
