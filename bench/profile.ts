// Where the time of Berth's main thread goes in a work of the benchmark: folded stacks, for flame graphs and for reading.
//
//   npx node bench/profile.ts get4k,push512 [--out docs/profiles]
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeLibrary } from "./peers/content/library.ts";
import { makeFolders, removeFolders } from "./peers/folders.ts";
import { prepareScene } from "./peers/scene.ts";
import { startServer } from "./peers/servers/start.ts";
import type { Settings } from "./peers/settings.ts";
import { findWorks } from "./peers/works/list.ts";
import type { Work } from "./peers/works/work.ts";

/** What V8 writes, as far as it is used: times are microseconds. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number }; children?: number[] }[];
  samples: number[];
  timeDeltas: number[];
}

/** Stacks with less than this part of the time say nothing. */
const leastShare = 0.001;
const root = join(import.meta.dirname, "..");

async function profile(work: Work): Promise<string> {
  const settings: Settings = {
    ...{ works: [work.name], peers: [], rounds: 1, seconds: 6, warmupSeconds: 2 },
    ...{ folder: "/dev/shm", checkout: root },
  };
  const folders = makeFolders(settings.folder);
  const profiles = mkdtempSync(join(tmpdir(), "berth-profile-"));
  try {
    const environment = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
    const place = { folder: folders.data, checkout: root, settings: environment };
    const server = await startServer("berth", place);
    const scene = await prepareScene({ settings, library: makeLibrary(), folders }, [server]);
    const [contender] = await work.contenders(scene);
    await contender?.warm();
    const since = performance.now();
    await contender?.load();
    const loadMs = performance.now() - since;
    await server.stop();
    const name = readdirSync(profiles).find((file) => /\.0\.\d+\.cpuprofile$/.test(file)) as string;
    return fold(JSON.parse(readFileSync(join(profiles, name), "utf8")), loadMs * 1000);
  } finally {
    rmSync(profiles, { recursive: true });
    removeFolders(folders);
  }
}

/** The stacks of the last so many microseconds, one a line: frames from the outermost on, then microseconds. */
function fold({ nodes, samples, timeDeltas }: Profile, lastMicros: number): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const nameOf = (id: number): string => {
    const { functionName, url, lineNumber } = (byId.get(id) as Profile["nodes"][number]).callFrame;
    const file = url.replace(`file://${root}/`, "").replace(/^.*node_modules\//, "");
    return `${functionName || "(anonymous)"}${file ? ` ${file}:${lineNumber + 1}` : ""}`;
  };
  const stackOf = (id: number): string => {
    const parent = parents.get(id);
    return parent === undefined ? "" : `${stackOf(parent)};${nameOf(id)}`;
  };
  const micros = new Map<number, number>();
  let left = lastMicros;
  for (let i = samples.length - 1; i >= 0 && left > 0; i--) {
    const took = timeDeltas[i] as number;
    micros.set(samples[i] as number, (micros.get(samples[i] as number) ?? 0) + took);
    left -= took;
  }
  const total = [...micros.values()].reduce((sum, took) => sum + took, 0);
  const lines = [...micros].filter(([, took]) => took / total >= leastShare).sort(([, a], [, b]) => b - a);
  return lines.map(([id, took]) => `${stackOf(id).slice(1)} ${took}\n`).join("");
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { out: { type: "string" } } });
const out = values.out ?? join(root, "docs/profiles");
mkdirSync(out, { recursive: true });
for (const work of findWorks((positionals[0] ?? "get1m,get4k,manifest-tag,images,push512").split(","))) {
  const file = join(out, `${work.name}.folded`);
  writeFileSync(file, await profile(work));
  console.log(file);
}
