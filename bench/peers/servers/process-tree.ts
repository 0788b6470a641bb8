// Reads from /proc what a server and all its processes use: processor seconds and memory.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Ticks of /proc/PID/stat: USER_HZ, which is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** The given processes, the first of them first, and all that descend from them. */
export function treeOf(roots: readonly number[]): number[] {
  const children = Map.groupBy(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number),
    (pid) => Number(statOf(pid)?.[1] ?? 0),
  );
  const found = new Set<number>();
  const pending = [...roots];
  for (let pid = pending.shift(); pid !== undefined; pid = pending.shift()) {
    if (found.has(pid)) continue;
    found.add(pid);
    pending.push(...(children.get(pid) ?? []));
  }
  return [...found];
}

/** Processor seconds, user and system, of these processes and of those of their children that have ended. */
export function cpuSeconds(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) for (const field of statOf(pid)?.slice(11, 15) ?? []) ticks += Number(field);
  return ticks / ticksPerSecond;
}

/** Processor seconds of the whole machine since it started, what its host took away included. */
export function machineSeconds(): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readOr("/proc/stat")
    .split("\n", 1)[0]!
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / ticksPerSecond;
}

/** Memory that these processes hold, what they share counted once, in MiB. */
export function proportionalMiB(pids: readonly number[]): number {
  return sum(pids, (pid) => kibibytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+) kB/m)) / 1024;
}

/**
 * Memory of a server in MiB: all that its first process holds, and of the others what they hold with shared parts divided.
 * The first is counted in full, since Node's own pages would else be divided with the Node that runs this benchmark.
 */
export function memoryMiB([first = 0, ...others]: readonly number[]): number {
  return kibibytes(`/proc/${first}/status`, /^VmRSS:\s+(\d+) kB/m) / 1024 + proportionalMiB(others);
}

/** The most memory each of these processes held since `resetPeaks`, added up, in MiB. The kernel keeps this by itself. */
export function peakMiB(pids: readonly number[]): number {
  return sum(pids, (pid) => kibibytes(`/proc/${pid}/status`, /^VmHWM:\s+(\d+) kB/m)) / 1024;
}

export function resetPeaks(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
    } catch {
      // It has ended, or is not ours to write to: then the peak is that of its whole life.
    }
  }
}

/** The fields of /proc/PID/stat after the command's name, which may itself hold blanks: [state, ppid, ...]. */
function statOf(pid: number): string[] | null {
  const text = readOr(`/proc/${pid}/stat`);
  return text === "" ? null : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function kibibytes(file: string, pattern: RegExp): number {
  return Number(pattern.exec(readOr(file))?.[1] ?? 0);
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
