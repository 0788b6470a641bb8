// Compares manifests read among many accounts with the same read where there is one user, in pairs, one directly after the other.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyConfig, makeManifest } from "../peers/content/blobs.ts";
import { pushBlobs, pushManifests, urlOf } from "../peers/content/registry.ts";
import { runWrk } from "../peers/load/wrk.ts";
import { median } from "../peers/report/figures.ts";
import { cpuSeconds } from "../peers/servers/process-tree.ts";
import type { Server } from "../peers/servers/start.ts";
import { tokenOf } from "./ask.ts";

/** Somebody who reads the manifests of a repository. */
export interface Reader {
  name: string;
  server: Server;
  repository: string;
  who: string;
}

const leastRatio = 0.85;
const manifests = new Map(Array.from({ length: 20 }, (_, n) => [`v${n}`, makeManifest([], `manifest ${n}`)]));

export async function pushLibrary(server: Server, repository: string, who: string): Promise<void> {
  const Authorization = await tokenOf(server, who, `repository:${repository}:pull,push`);
  const place = { server, name: repository, headers: { Authorization } };
  await pushBlobs(place, [emptyConfig]);
  await pushManifests(place, manifests);
}

/** Requests a second, and the server's processor time for each. */
interface Rate {
  perSecond: number;
  cpuMicroseconds: number;
}

/**
 * Prints a line per pair and the medians. What the server's processes used says more than the rate where others use the machine.
 * @returns whether the rate is as high as it must be.
 */
export async function comparePairs(
  order: { pairs: number; seconds: number; folder: string },
  many: Reader,
  one: Reader,
): Promise<boolean> {
  const rates: number[] = [];
  const costs: number[] = [];
  const rateOf = async (reader: Reader) => {
    await read(reader, order.folder, 1);
    return read(reader, order.folder, order.seconds);
  };
  for (let pair = 0; pair < order.pairs; pair++) {
    const isFirst = pair % 2 === 0;
    const [a, b] = [await rateOf(isFirst ? many : one), await rateOf(isFirst ? one : many)];
    const [ofMany, ofOne] = isFirst ? [a, b] : [b, a];
    rates.push(ofMany.perSecond / ofOne.perSecond);
    costs.push(ofOne.cpuMicroseconds / ofMany.cpuMicroseconds);
    console.log(`  ${many.name}: ${tell(ofMany)}; ${one.name}: ${tell(ofOne)}`);
  }
  const isGood = median(rates) >= leastRatio;
  const verdict = isGood ? "ok" : "NOT MET";
  console.log(`| ${many.name} | ${range(rates)} | ${range(costs)} | at least ${leastRatio} | ${verdict} |`);
  return isGood;
}

const tell = ({ perSecond, cpuMicroseconds }: Rate) =>
  `${perSecond.toFixed(0)} a second, ${cpuMicroseconds.toFixed(1)} µs each`;

function range(ratios: readonly number[]): string {
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  return `${median(ratios).toFixed(2)} (${least} to ${most})`;
}

async function read({ server, repository, who }: Reader, folder: string, seconds: number): Promise<Rate> {
  const place = { server, name: repository, headers: {} };
  const file = join(folder, "paths");
  writeFileSync(file, `${[...manifests.keys()].map((tag) => urlOf(place, `manifests/${tag}`).pathname).join("\n")}\n`);
  const BENCH_AUTHORIZATION = await tokenOf(server, who, `repository:${repository}:pull`);
  const env = { BENCH_PATHS: file, BENCH_AUTHORIZATION };
  const before = cpuSeconds(server.pids());
  const run = await runWrk(server, { script: "reads.lua", threads: 1, connections: 32, seconds, env });
  const used = cpuSeconds(server.pids()) - before;
  return { perSecond: run.requests / run.seconds, cpuMicroseconds: (used * 1e6) / run.requests };
}
