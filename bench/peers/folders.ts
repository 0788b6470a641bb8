// The folders of a run: made for each round, and removed at the latest when the program ends.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface Folders {
  /** Where the servers keep what they know. */
  data: string;
  /** In memory: what is sent to the servers. */
  scratch: string;
}

/** What is sent must come from memory, wherever the servers keep their data. */
const memoryFolder = "/dev/shm";
const made = new Set<string>();

process.once("exit", () => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export function makeFolders(parent: string): Folders {
  return { data: makeFolder(parent), scratch: makeFolder() };
}

export function removeFolders({ data, scratch }: Folders): void {
  for (const folder of [data, scratch]) removeFolder(folder);
}

/** Removes one folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  made.delete(folder);
}

/** Makes one folder, in memory unless said otherwise; it is gone at the program's end at the latest. */
export function makeFolder(parent = memoryFolder): string {
  const folder = mkdtempSync(join(parent, "berth-bench-"));
  made.add(folder);
  // PostgreSQL runs as another user, who must pass through.
  chmodSync(folder, 0o755);
  return folder;
}
