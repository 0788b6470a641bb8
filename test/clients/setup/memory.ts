// Watches how much memory a process holds.
import { readFileSync } from "node:fs";
import { pause } from "./daemon.ts";

/** Resident memory now, in MiB. */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** Runs `work` and gives the most memory the process held meanwhile, in MiB. */
export async function peakDuring(pid: number, work: () => Promise<void>): Promise<number> {
  let peak = residentMiB(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMiB(pid));
  }, 200);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

/** What a process holds when nobody asks anything of it: the mean over two seconds, in MiB. */
export async function idleMiB(pid: number): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < 10; i++) {
    await pause(200);
    samples.push(residentMiB(pid));
  }
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}
