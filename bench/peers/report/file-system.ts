// Says on what kind of file system a folder is.
import { statfsSync } from "node:fs";

const names: Record<number, string> = { 16914836: "tmpfs", 61267: "ext4", 1481003842: "xfs", 2435016766: "btrfs" };

/** Its name, or the number the kernel gives it. */
export function fileSystemOf(folder: string): string {
  const { type } = statfsSync(folder);
  return names[type] ?? `0x${type.toString(16)}`;
}

export function isInMemory(folder: string): boolean {
  return fileSystemOf(folder) === "tmpfs";
}
