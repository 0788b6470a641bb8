// Takes one measurement: how long a transfer takes, who used the processors meanwhile, and Berth's memory at its peak.
import { cpuSeconds, machineSeconds, peakMiB, resetPeaks } from "../peers/servers/process-tree.ts";

/** Whose processes are told apart. */
export interface Watched {
  berth(): number[];
  s3(): number[];
}

/** One transfer. Processor figures are seconds for the whole transfer. */
export interface Sample {
  megabytesPerSecond: number;
  berthSeconds: number;
  s3Seconds: number;
  /** Of curl and of this program. */
  clientSeconds: number;
  /** Processors that all other programs of the machine used, on average: above 0.1 the speed says little. */
  otherProcessors: number;
  /** Of Berth's own process. */
  peakMiB: number;
}

export async function measure(watched: Watched, sizeBytes: number, transfer: () => Promise<unknown>): Promise<Sample> {
  const [main] = watched.berth();
  const pids = main === undefined ? [] : [main];
  resetPeaks(pids);
  const before = usage(watched);
  const since = performance.now();
  await transfer();
  const seconds = (performance.now() - since) / 1000;
  const after = usage(watched);
  const [berth, s3, clients, machine] = after.map((value, i) => value - (before[i] as number)) as [
    number,
    number,
    number,
    number,
  ];
  return {
    megabytesPerSecond: sizeBytes / 1e6 / seconds,
    berthSeconds: berth,
    s3Seconds: s3,
    clientSeconds: clients,
    otherProcessors: Math.max(0, machine - berth - s3 - clients) / seconds,
    peakMiB: peakMiB(pids),
  };
}

function usage({ berth, s3 }: Watched): number[] {
  return [cpuSeconds(berth()), cpuSeconds(s3()), cpuSeconds([process.pid]), machineSeconds()];
}
