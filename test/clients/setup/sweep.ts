// Removes what a run left: processes that work in its folder, mounts below it, the folder itself.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { pause } from "./daemon.ts";
import { run } from "./run.ts";

/** `folder` is unique to the run, so whatever names it is ours. */
export async function sweep(folder: string): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const left = findProcesses(folder);
    if (left.length === 0) break;
    for (const pid of left) kill(pid);
    await pause(50);
  }
  for (const mount of findMounts(folder)) await run(["umount", "-l", mount]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function findProcesses(folder: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => pid !== process.pid && names(pid, folder));
}

function names(pid: number, folder: string): boolean {
  return ["cmdline", "environ"].some((file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, "utf8").includes(`${folder}/`);
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
function findMounts(folder: string): string[] {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const points = mounts.map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "));
  return points.filter((point) => point.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length);
}
