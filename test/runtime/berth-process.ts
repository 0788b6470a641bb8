// Real processes of the `berth` command for tests: each on a temporary folder, all ended and removed after the test file.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { scratchFolder } from "#test/setup/scratch.ts";

const program = join(import.meta.dirname, "../../src/cli/berth.ts");
/** How the program is started on the runtime that `BERTH_TEST_RUNTIME` names. */
const commands = {
  node: [process.execPath],
  bun: [join(import.meta.dirname, "../../node_modules/.bin/bun")],
  deno: [join(import.meta.dirname, "../../node_modules/.bin/deno"), "run", "-A"],
} satisfies Record<string, [string, ...string[]]>;
const folders: string[] = [];
const processes: BerthProcess[] = [];

type Variables = Record<string, string>;

/** What a process left behind. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A server that runs. */
export interface BerthProcess {
  child: ChildProcess;
  dataDir: string;
  url: string;
  port: number;
  out(): string;
  err(): string;
  /** Waits until the output (both) matches. */
  says(pattern: RegExp): Promise<void>;
  ended: Promise<Ended>;
  /** Ends it as an operator does. */
  stop(): Promise<Ended>;
}

afterAll(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
  for (const folder of folders.splice(0)) {
    killServerOf(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** A server that its Berth could not stop, because it was killed. */
function killServerOf(folder: string): void {
  const file = join(folder, "postgres", "postmaster.pid");
  if (!existsSync(file)) return;
  try {
    process.kill(Number(readFileSync(file, "utf8").split("\n", 1)[0]), "SIGQUIT");
  } catch {
    // It had ended already.
  }
}

/** An empty temporary folder, or a copy of another as `cp -a` makes it. */
export function makeFolder(copyOf?: string): string {
  const folder = mkdtempSync(join(scratchFolder(), "berth-process-"));
  folders.push(folder);
  if (copyOf !== undefined) execFileSync("cp", ["-a", `${copyOf}/.`, folder]);
  return folder;
}

function environment(dataDir: string, more: Variables): Variables {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("BERTH_") && name !== "DATABASE_URL");
  const defaults = { BERTH_DATA_DIR: dataDir, BERTH_LISTEN: "127.0.0.1:0", BERTH_POOL_THREADS: "1" };
  return { ...(Object.fromEntries(own) as Variables), ...defaults, ...more };
}

function begin(args: string[], dataDir: string, variables: Variables) {
  const env = environment(dataDir, variables);
  const [runtime, ...words] = commands[(process.env.BERTH_TEST_RUNTIME ?? "node") as keyof typeof commands];
  const child = spawn(runtime, [...words, program, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    texts.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    texts.err += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...texts })));
  return { child, texts, ended };
}

/** Runs a verb to its end. */
export function runBerth(args: string[], dataDir: string, variables: Variables = {}, input = ""): Promise<Ended> {
  const { child, ended } = begin(args, dataDir, variables);
  child.stdin?.end(input);
  const late = setTimeout(() => child.kill("SIGKILL"), 25_000);
  return ended.finally(() => clearTimeout(late));
}

/** Starts a server and waits until it is ready. */
export async function startBerth(dataDir: string, variables: Variables = {}): Promise<BerthProcess> {
  const { child, texts, ended } = begin(["start"], dataDir, variables);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const says = async (pattern: RegExp) => {
    const until = Date.now() + 25_000;
    while (!pattern.test(texts.out + texts.err)) {
      if (over || Date.now() > until) throw new Error(`never said ${pattern}:\n${texts.out}${texts.err}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  const stop = () => {
    child.kill("SIGTERM");
    return ended;
  };
  const berth = { child, dataDir, url: "", port: 0, out: () => texts.out, err: () => texts.err, says, ended, stop };
  processes.push(berth);
  await says(/Berth is ready at \S+\n[\s\S]*docker push/);
  berth.url = /Berth is ready at (\S+)/.exec(texts.out)?.[1] ?? "";
  berth.port = Number(new URL(berth.url).port);
  return berth;
}

/** `Authorization` of the first admin, from the file with its password or from the password given. */
export function adminOf(dataDir: string, password?: string): string {
  return `Basic ${btoa(`admin:${password ?? readFileSync(join(dataDir, "admin-password"), "utf8").trim()}`)}`;
}
