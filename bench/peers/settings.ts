// Reads the command line of the benchmark: what is measured, against whom, how often and where.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { peerNames } from "./servers/start.ts";
import { workNames } from "./works/list.ts";

/** What two runs must share to be compared; the machine and the versions are added by the report. */
export interface Settings {
  works: string[];
  peers: string[];
  rounds: number;
  /** Length of one measurement with wrk. */
  seconds: number;
  warmupSeconds: number;
  /** Where servers keep their data; every run makes a folder of its own in it. */
  folder: string;
  /** The checkout whose Berth is measured. */
  checkout: string;
}

/** What was asked on the command line. */
export type Order =
  | { do: "run"; settings: Settings; out: string | null }
  | { do: "compare"; files: [string, string] }
  | { do: "help" };

export const usage = `npm run bench -- [options]

  --works a,b      what to measure (default: ${workNames("default").join(",")})
                   also: ${workNames("extra").join(", ")}
  --peers a,b      against whom: ${peerNames.join(", ")} (default: distribution)
  --rounds n       rounds, Berth and peers interleaved in each (default 5)
  --seconds n      length of one measurement under steady load (default 10)
  --warmup n       seconds of the same load before it (default 2)
  --folder path    where the servers keep their data (default /dev/shm)
  --checkout path  the checkout whose Berth is measured (default: this one)
  --out file.json  where the figures go
  --compare a.json b.json   prints the figures of two runs side by side; refuses runs of different settings
`;

/** @throws an error whose message is one line when an option is unknown or makes no sense. */
export function readOrder(words: string[]): Order {
  const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
  if (values.help) return { do: "help" };
  if (values.compare !== undefined) {
    if (positionals.length !== 1) throw new Error("--compare needs two files");
    return { do: "compare", files: [values.compare, positionals[0] as string] };
  }
  if (positionals.length > 0) throw new Error(`what is "${positionals[0]}"? options begin with --`);
  const works = list(values.works, [...workNames("default"), ...workNames("extra")], workNames("default"));
  const peers = values.peers === "" ? [] : list(values.peers, peerNames, ["distribution"]);
  const other = works.find((work) => !work.startsWith("push"));
  if (peers.includes("bare") && other !== undefined)
    throw new Error(`bare only takes pushes: it does no "${other}" (--works push512,push4x128)`);
  const settings = {
    works,
    peers,
    rounds: whole("rounds", values.rounds, 5),
    seconds: whole("seconds", values.seconds, 10),
    warmupSeconds: whole("warmup", values.warmup, 2),
    folder: values.folder ?? "/dev/shm",
    checkout: values.checkout ?? join(import.meta.dirname, "../.."),
  };
  return { do: "run", settings, out: values.out ?? null };
}

const options = {
  works: { type: "string" },
  peers: { type: "string" },
  rounds: { type: "string" },
  seconds: { type: "string" },
  warmup: { type: "string" },
  folder: { type: "string" },
  checkout: { type: "string" },
  out: { type: "string" },
  compare: { type: "string" },
  help: { type: "boolean" },
} as const;

function list(value: string | undefined, known: readonly string[], fallback: readonly string[]): string[] {
  if (value === undefined) return [...fallback];
  const asked = value.split(",").map((name) => name.trim());
  for (const name of asked) if (!known.includes(name)) throw new Error(`"${name}" is none of ${known.join(", ")}`);
  return known.filter((name) => asked.includes(name));
}

function whole(name: string, value: string | undefined, fallback: number): number {
  const number = value === undefined ? fallback : Number(value);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} must be a whole number above 0`);
  return number;
}
