// Takes one measurement: the load on a contender, with what the server and the load's own programs used meanwhile.
import { setTimeout as pause } from "node:timers/promises";
import { claimMemory } from "./memory.ts";
import { cpuSeconds, machineSeconds, peakMiB, proportionalMiB, resetPeaks } from "./servers/process-tree.ts";
import type { Contender } from "./works/work.ts";

/** One measurement. */
export interface Sample {
  /** Units a second. */
  rate: number;
  requests: number;
  seconds: number;
  p50Ms: number | null;
  p99Ms: number | null;
  /** Processor milliseconds of the server's processes for each request. */
  cpuMsPerRequest: number;
  /** Processors that wrk or curl used, on average. */
  loadProcessors: number;
  /** Main process at its peak, and its other processes (the database) afterwards. */
  peakMiB: number;
  /** Processors that all other programs of the machine used, on average: above 0.1 the figure says little. */
  otherProcessors: number;
}

const settleMs = 300;

export async function measure({ server, writesMiB = 0, warm, load }: Contender): Promise<Sample> {
  await warm();
  claimMemory(writesMiB);
  await pause(settleMs);
  const pids = server?.pids() ?? [];
  resetPeaks(pids.slice(0, 1));
  const before = { server: cpuSeconds(pids), children: childSeconds(), own: ownSeconds(), machine: machineSeconds() };
  const { amount, seconds, requests, p50Ms = null, p99Ms = null } = await load();
  const after = server?.pids() ?? [];
  const used = cpuSeconds(after) - before.server;
  const children = childSeconds() - before.children;
  const own = ownSeconds() - before.own;
  return {
    rate: amount / seconds,
    requests,
    seconds,
    p50Ms,
    p99Ms,
    cpuMsPerRequest: (used * 1000) / requests,
    loadProcessors: children / seconds,
    otherProcessors: Math.max(0, machineSeconds() - before.machine - used - children - own) / seconds,
    peakMiB: peakMiB(after.slice(0, 1)) + proportionalMiB(after.slice(1)),
  };
}

/** Of children that have ended: the servers run on, so these are the programs that make the load. */
function childSeconds(): number {
  return cpuSeconds([process.pid]) - ownSeconds();
}

function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
