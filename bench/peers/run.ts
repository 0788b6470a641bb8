// The benchmark against other registries: `npm run bench`.
import { makeLibrary } from "./content/library.ts";
import { makeFolders } from "./folders.ts";
import { compare } from "./report/compare.ts";
import { resultsOf } from "./report/figures.ts";
import { commitOf, conditionsOf, type RunRecord, readRecord, writeRecord } from "./report/record.ts";
import { soakLine, standingTable } from "./report/standing.ts";
import { disturbance, short, workTable } from "./report/table.ts";
import { type Measured, runRound, type Standing } from "./round.ts";
import { readOrder, type Settings, usage } from "./settings.ts";
import { soak } from "./soak.ts";
import { findWorks, soakName } from "./works/list.ts";

async function main(): Promise<void> {
  const order = readOrder(process.argv.slice(2));
  if (order.do === "help") return console.log(usage);
  if (order.do === "compare") return console.log(compare(readRecord(order.files[0]), readRecord(order.files[1])));
  const record = await runAll(order.settings);
  if (record.results.length > 0)
    console.log(`\n${workTable(record.results)}\n${disturbance(record.results)}\n${standingTable(record.standings)}`);
  if (record.soak !== null) console.log(`\n${soakLine(record.soak)}`);
  if (order.out !== null) writeRecord(order.out, record);
}

async function runAll(settings: Settings): Promise<RunRecord> {
  const conditions = conditionsOf(settings);
  const works = findWorks(settings.works);
  const library = makeLibrary();
  const measured: Measured[] = [];
  const standings: Standing[] = [];
  const report = (line: Measured) => {
    measured.push(line);
    console.log(describe(line));
  };
  for (let number = 0; works.length > 0 && number < settings.rounds; number++) {
    console.log(`round ${number + 1} of ${settings.rounds}`);
    const folders = makeFolders(settings.folder);
    standings.push(...(await runRound({ settings, works, library, folders, number, report })));
  }
  const soaked = settings.works.includes(soakName)
    ? await soak({ settings, library, folders: makeFolders(settings.folder) })
    : null;
  const run = { format: 1, conditions, at: new Date().toISOString(), commit: commitOf(settings.checkout) } as const;
  return { ...run, results: resultsOf(works, measured), standings, soak: soaked };
}

function describe({ work, contender, sample }: Measured): string {
  const figures = `${short(sample.rate)}/s  ${short(sample.cpuMsPerRequest)} CPU ms each  ${short(sample.peakMiB)} MiB`;
  const times = sample.p99Ms === null ? "" : `  p50 ${short(sample.p50Ms ?? 0)} ms  p99 ${short(sample.p99Ms)} ms`;
  const others = sample.otherProcessors > 0.1 ? `  (others used ${short(sample.otherProcessors)} CPU)` : "";
  return `  ${work.padEnd(16)} ${contender.padEnd(16)} ${figures}  load ${short(sample.loadProcessors)} CPU${times}${others}`;
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
