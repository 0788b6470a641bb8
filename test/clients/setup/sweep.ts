// Removes what a run left: processes that work in its folder, mounts in it, the folder itself.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { pause } from "./daemon.ts";
import { run } from "./run.ts";

/** `folders` are unique to the run, so whatever names one of them is ours. */
export async function sweep(folders: readonly string[]): Promise<void> {
  const named = folders.map((folder) => new RegExp(`${RegExp.escape(folder)}(?![\\w.-])`)); // Not b1 where b1.log is named.
  for (let round = 0; round < 20; round++) {
    const left = findProcesses(named);
    if (left.length === 0) break;
    for (const pid of left) kill(pid);
    await pause(50);
  }
  for (const mount of findMounts(folders)) await run(["umount", "-l", mount]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function findProcesses(named: readonly RegExp[]): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && names(pid, named));
}

function names(pid: number, named: readonly RegExp[]): boolean {
  return ["cmdline", "environ"].some((file) => {
    try {
      const text = readFileSync(`/proc/${pid}/${file}`, "utf8");
      return named.some((folder) => folder.test(text));
    } catch {
      return false; // It ended meanwhile, or is a thread of the kernel.
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Deepest first. */
function findMounts(folders: readonly string[]): string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const points = mounts.map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "));
  const isOurs = (point: string) => folders.some((folder) => `${point}/`.startsWith(`${folder}/`));
  return points.filter(isOurs).sort((a, b) => b.length - a.length);
}
