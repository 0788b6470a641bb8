// Starts the real program as a child process, on the embedded database or on a PostgreSQL server, and reads its log.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { type Daemon, pause, startDaemon, waitForDaemon } from "./daemon.ts";
import { onServer } from "./postgres.ts";

/** The databases that every client is tried on. */
export const databases = ["embedded", "server"] as const;

/** What every client is tried on: the server on each database, and the Worker in workerd. */
export const stages = [...databases, "edge"] as const;
export type StageName = (typeof stages)[number];

export const user = "admin";
export const password = "swordfish-e2e";

/** One line of Berth's log about a request. */
export interface LoggedRequest {
  method: string;
  path: string;
  status: number;
  bytesIn: number;
  bytesOut: number;
  who: string | null;
}

export interface Berth {
  /** `127.0.0.1:port`: what stands before a repository's name. */
  host: string;
  pid: number;
  dataDir: string;
  /** How many requests were answered so far: give it to `requestsSince`. */
  mark(): Promise<number>;
  requestsSince(mark: number): Promise<LoggedRequest[]>;
  output(): string;
  stop(): Promise<void>;
  /** Kills the program and its database, if that is its own, without a chance to clean up. */
  killHard(): Promise<void>;
}

/** Where a Berth keeps what it knows; one that is started there again goes on with it. */
export interface Home {
  dataDir: string;
  log: string;
  env: NodeJS.ProcessEnv;
  /** What starts it; absent: what `npm start` does. */
  command?: readonly string[];
}

const program = join(import.meta.dirname, "../../..");
let homes = 0;

/** A new, empty home. `settings` are more environment variables for the Berths in it. */
export async function makeHome(database: StageName, settings: Record<string, string> = {}): Promise<Home> {
  const run = inject("run");
  const name = `b${process.pid}-${homes++}`;
  const dataDir = join(run.folder, name);
  mkdirSync(dataDir, { mode: 0o711 });
  const base = {
    PATH: process.env.PATH,
    BERTH_DATA_DIR: dataDir,
    BERTH_LISTEN: "127.0.0.1:0",
    BERTH_ADMIN_PASSWORD: password,
    // The run's own blobs are many and its disk may be small: what Berth does on a full disk is tested elsewhere.
    BERTH_FREE_SPACE_RESERVE: "0",
  };
  const where = database !== "server" ? {} : await makeDatabase(run.postgres, `berth_${name.replace("-", "_")}`);
  const home = { dataDir, log: join(run.folder, `${name}.log`), env: { ...base, ...where, ...settings } };
  return database === "edge" ? { ...home, command: commandOf("dev:edge") } : home;
}

async function makeDatabase(postgres: string, name: string): Promise<Record<string, string>> {
  await onServer((sql) => sql.unsafe(`create database ${name} encoding 'UTF8' template template0`));
  return { DATABASE_URL: `${postgres}/${name}`, BERTH_SECRET_KEY: randomBytes(32).toString("hex") };
}

/** Starts a Berth, of this checkout or of another, and waits until it is ready. */
export async function startBerth(home: Home, checkout = program): Promise<Berth> {
  const seen = readOr(home.log).length;
  const command = home.command ?? commandOf("start", checkout);
  const daemon = startDaemon({ command, env: home.env, log: home.log, cwd: home.dataDir });
  const output = () => daemon.output().slice(seen);
  const ready = () => /Berth(?:'s Worker)? is ready at http:\/\/(\S+)/.exec(output())?.[1];
  await waitForDaemon(daemon, () => ready() !== undefined);
  return {
    host: ready() as string,
    pid: daemon.pid,
    dataDir: home.dataDir,
    mark: async () => (await settle(output)).length,
    requestsSince: async (mark) => (await settle(output)).slice(mark),
    output,
    stop: () => daemon.stop(),
    killHard: () => killHard(daemon, home.dataDir),
  };
}

/** What a script of a checkout runs, with whole paths: npm itself would stand between us and the signals. */
export function commandOf(script: string, checkout = program): string[] {
  const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const [runtime, ...words] = (scripts[script] as string).split(" ") as [string, ...string[]];
  const whole = words.map((word) => (word.endsWith(".ts") ? join(checkout, word) : word));
  return [join(program, "node_modules/.bin", runtime), ...whole];
}

/** PostgreSQL runs in a process group of its own, with every session in another: killing its head ends them all. */
async function killHard(daemon: Daemon, dataDir: string): Promise<void> {
  const postmaster = Number.parseInt(readOr(join(dataDir, "postgres/postmaster.pid")), 10);
  const killed = daemon.killGroup();
  if (postmaster > 0) {
    process.kill(postmaster, "SIGKILL");
    while (isAlive(postmaster)) await pause(5);
  }
  await killed;
}

function isAlive(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(readOr(`/proc/${pid}/status`));
}

/** A request is logged when its answer has left, so a client may end before its last line: waits for a still log. */
async function settle(output: () => string): Promise<LoggedRequest[]> {
  for (let before = -1, now = output().length; now !== before; now = output().length) {
    before = now;
    await pause(100);
  }
  const lines = output().split("\n");
  const events = lines.filter((line) => line.startsWith("{") && line.endsWith("}")).map((line) => JSON.parse(line));
  return events.filter((event) => event.msg === "request");
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
