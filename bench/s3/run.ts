// The benchmark of the S3 store: `node bench/s3/run.ts`, as root. Berth and a bare client go through the same held line.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeFile } from "../peers/content/blobs.ts";
import { findPort } from "../peers/servers/child.ts";
import { startServer } from "../peers/servers/start.ts";
import { holdLine, insideFolder, runInside } from "./line.ts";
import type { Sample } from "./measure.ts";
import { runRound, works } from "./round.ts";
import { type S3Name, s3Names, startS3 } from "./server.ts";

const usage = `node bench/s3/run.ts [options]     (as root, on Linux)

  --server name    ${s3Names.join(" or ")} (default minio)
  --rate n         megabytes a second that the line to the server carries, each way (default 200)
  --size n         MiB of the blob (default 512)
  --rounds n       rounds, the bare client and Berth in turns (default 5)
  --checkout path  the checkout whose Berth is measured (default: this one)
  --out file.json  where the figures go
`;

interface Order {
  server: S3Name;
  rate: number;
  sizeMiB: number;
  rounds: number;
  checkout: string;
  out: string | null;
}

type Results = Record<string, Sample[]>;

async function main(): Promise<void> {
  const order = readOrder();
  if (order === null) return console.log(usage);
  const folder = insideFolder();
  if (folder === null) {
    process.exitCode = await runInside();
    return;
  }
  const results = await runAll(order, folder);
  console.log(`\n${tableOf(results, order)}`);
  if (order.out !== null) writeFileSync(order.out, `${JSON.stringify({ ...order, results }, null, 2)}\n`);
}

async function runAll(order: Order, folder: string): Promise<Results> {
  const sizeBytes = order.sizeMiB * 2 ** 20;
  const port = await findPort();
  // The blob, its parts for the bare client, and what both have sent; a server may hold that twice.
  holdLine({ port, bytesPerSecond: order.rate * 1e6, folderBytes: 6 * sizeBytes + 2 ** 29 });
  const s3 = await startS3(order.server, { folder, port });
  const berth = await startServer("berth", { folder, checkout: order.checkout, settings: s3.settings });
  const results: Results = Object.fromEntries(works.map((work) => [work, []]));
  for (let number = 0; number < order.rounds; number++) {
    const file = makeFile(join(folder, "blob"), sizeBytes);
    const samples = await runRound({ berth, s3, file, folder, number });
    for (const [work, sample] of samples) results[work]?.push(sample);
    for (const [work, sample] of samples) console.log(`  round ${number + 1}  ${work.padEnd(10)} ${describe(sample)}`);
  }
  await berth.stop();
  await s3.stop();
  return results;
}

function readOrder(): Order | null {
  const text = { type: "string" } as const;
  const options = { server: text, rate: text, size: text, rounds: text, checkout: text, out: text };
  const { values } = parseArgs({ options: { ...options, help: { type: "boolean" } } });
  if (values.help) return null;
  const server = s3Names.find((name) => name === (values.server ?? "minio"));
  if (!server) throw new Error(`--server is none of ${s3Names.join(", ")}`);
  const number = (value: string | undefined, fallback: number) => Math.max(1, Number(value ?? fallback));
  return {
    server,
    rate: number(values.rate, 200),
    sizeMiB: number(values.size, 512),
    rounds: number(values.rounds, 5),
    checkout: values.checkout ?? join(import.meta.dirname, "../.."),
    out: values.out ?? null,
  };
}

function describe({ megabytesPerSecond, berthSeconds, s3Seconds, clientSeconds, otherProcessors, peakMiB }: Sample) {
  const processors = `CPU s: Berth ${berthSeconds.toFixed(2)}, S3 ${s3Seconds.toFixed(2)}, clients ${clientSeconds.toFixed(2)}`;
  const others = otherProcessors > 0.1 ? `  (others used ${otherProcessors.toFixed(1)} CPU)` : "";
  return `${megabytesPerSecond.toFixed(0).padStart(4)} MB/s  ${processors}  Berth at most ${peakMiB.toFixed(0)} MiB${others}`;
}

/** Medians, and how they compare with the line and with the bare client. */
function tableOf(results: Results, { rate, server, rounds }: Order): string {
  const speed = (work: string) => median((results[work] ?? []).map((sample) => sample.megabytesPerSecond));
  const lines = ["push", "pull"].map((work) => {
    const [mine, bare] = [speed(work), speed(`bare ${work}`)];
    const peak = Math.max(...(results[work] ?? []).map((sample) => sample.peakMiB));
    const ratios = `${(mine / rate).toFixed(2)} of the line | ${(mine / bare).toFixed(2)} of bare`;
    return `| ${work} | ${mine.toFixed(0)} MB/s | ${bare.toFixed(0)} MB/s bare | ${ratios} | ${peak.toFixed(0)} MiB |`;
  });
  return [`${server} held to ${rate} MB/s, medians of ${rounds} rounds`, ...lines].join("\n");
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
