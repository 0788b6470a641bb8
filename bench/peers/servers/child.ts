// Starts a server as a child process, times its first answer, and ends it with the benchmark, however that ends.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface Child {
  pid: number;
  /** From the start of the process to its first answer to `GET /v2/`. */
  startSeconds: number;
  /** Asks it to end, and makes it after 40 seconds. */
  stop(): Promise<void>;
}

export interface Program {
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes, as it comes. */
  log: string;
  url: string;
}

const startLimitMs = 60_000;
const stopLimitMs = 40_000;
const running = new Set<ChildProcess>();

process.once("exit", () => {
  for (const child of running) child.kill("SIGTERM");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** @throws with the end of its log when it ends before it answers, or does not answer within a minute. */
export async function startChild({ command, env, log, url }: Program): Promise<Child> {
  const file = openSync(log, "a");
  const since = performance.now();
  const child = spawn(command[0] as string, command.slice(1), { env, stdio: ["ignore", file, file] });
  closeSync(file);
  running.add(child);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  void ended.then(() => running.delete(child));
  while (!(await answers(url))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${command[0]} ended:\n${endOf(log)}`);
    if (performance.now() - since > startLimitMs) throw new Error(`${command[0]} does not answer:\n${endOf(log)}`);
    await pause(5);
  }
  const startSeconds = (performance.now() - since) / 1000;
  return { pid: child.pid as number, startSeconds, stop: () => stop(child, ended) };
}

/** A port that nobody uses now. */
export async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v2/`);
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), stopLimitMs);
  await ended;
  clearTimeout(late);
}

function endOf(log: string): string {
  return readFileSync(log, "utf8").slice(-2_000);
}
