// What a Worker is given: bindings and settings, checked, with a line for each thing that is wrong.
import type { R2Binding } from "#adapters/blob-store/r2/bucket.ts";
import { type Config, parseConfig } from "../config/parse.ts";
import { VARIABLES } from "../config/variables.ts";
import type { KvBinding } from "./platform/far-bytes.ts";
import { serverSettingsIn } from "./settings.ts";

/** The bindings, as wrangler.toml names them. */
export interface Env {
  /** The bucket of the blobs. */
  BLOBS: R2Binding;
  /** The way to PostgreSQL. */
  HYPERDRIVE: { connectionString: string };
  /** Small blobs by digest, nearer than the bucket; absent: they are in memory and in the bucket alone. */
  BYTES?: KvBinding;
  /** Figures of requests; without it they are in the log alone. */
  METRICS?: AnalyticsBinding;
  [setting: string]: unknown;
}

/** What is used of Workers Analytics Engine. */
export interface AnalyticsBinding {
  writeDataPoint(point: { indexes: string[]; blobs: (string | null)[]; doubles: number[] }): void;
}

export interface EdgeConfig extends Config {
  secretKey: Uint8Array<ArrayBuffer>;
}

/** An isolate has 128 MiB for everything, so less is kept in memory than on a server. */
const edgeDefaults = { [VARIABLES.memoryBytes.name]: "16MiB" };
/** Nothing here depends on the machine. */
const noMachine = { cpuCount: 1, isRoot: false };

/** Reads bindings, variables and secrets. @returns what is wrong instead, one line each. */
export function readEnv(env: Env): EdgeConfig | { problems: readonly string[] } {
  const given = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const problems = [...hyperdriveProblem(env), ...serverSettingsIn(given.map(([name]) => name))];
  const berth = given.filter(([name]) => name.startsWith("BERTH_"));
  const config = parseConfig({ ...edgeDefaults, ...Object.fromEntries(berth) }, undefined, noMachine);
  if ("problems" in config) return { problems: [...problems, ...config.problems] };
  problems.push(...storageProblem(config, env));
  const { secretKey } = config;
  if (secretKey === undefined)
    problems.push(
      "BERTH_SECRET_KEY is not set: give the same key as to every server on this database: wrangler secret put BERTH_SECRET_KEY (make one with: openssl rand -hex 32)",
    );
  if (problems.length > 0 || secretKey === undefined) return { problems };
  return { ...config, secretKey };
}

function hyperdriveProblem({ HYPERDRIVE }: Partial<Env>): string[] {
  if (typeof HYPERDRIVE?.connectionString === "string") return [];
  return ["the binding HYPERDRIVE is no Hyperdrive configuration: see [[hyperdrive]] in wrangler.toml"];
}

function storageProblem({ storage, origins, s3AccessKey }: Config, { BLOBS }: Partial<Env>): string[] {
  if (storage.kind === "s3")
    return s3AccessKey === undefined
      ? ["BERTH_S3_ACCESS_KEY and BERTH_S3_SECRET_KEY are not set: a Worker has no other keys for a bucket"]
      : [];
  if (origins.storage !== "default")
    return [
      "BERTH_STORAGE: a Worker keeps blobs in the R2 bucket of the binding BLOBS, or in s3://BUCKET/PREFIX?region=REGION",
    ];
  if (typeof BLOBS?.createMultipartUpload === "function") return [];
  return ["the binding BLOBS is not an R2 bucket: see [[r2_buckets]] in wrangler.toml"];
}
