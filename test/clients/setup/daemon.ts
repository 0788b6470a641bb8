// Starts a program that runs on (an engine, a server) and ends it again, or its whole process group.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

export interface Daemon {
  pid: number;
  /** All it said so far. */
  output(): string;
  isRunning(): boolean;
  /** Asks it to end, and makes it after 20 seconds. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Kills it and everything in its process group at once. */
  killGroup(): Promise<void>;
}

export interface DaemonOptions {
  command: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes. */
  log: string;
  cwd?: string;
  uid?: number;
  gid?: number;
}

/** Starts it as the leader of a process group of its own. */
export function startDaemon({ command, log, ...options }: DaemonOptions): Daemon {
  const file = openSync(log, "a");
  const child = spawn(command[0] as string, command.slice(1), {
    ...options,
    stdio: ["ignore", file, file],
    detached: true,
  });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    output: () => readFileSync(log, "utf8"),
    isRunning,
    async stop(signal = "SIGTERM") {
      if (!isRunning()) return;
      child.kill(signal);
      const late = setTimeout(() => signalGroup(child, "SIGKILL"), 20_000);
      await ended;
      clearTimeout(late);
    },
    async killGroup() {
      signalGroup(child, "SIGKILL");
      await ended;
    },
  };
}

/** Waits until `ready` says yes. @throws with the daemon's output when it ends before, or takes too long. */
export async function waitForDaemon(daemon: Daemon, ready: () => boolean | Promise<boolean>, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; !(await ready()); await pause(30)) {
    if (!daemon.isRunning()) throw new Error(`it ended instead of starting:\n${daemon.output()}`);
    if (Date.now() > end) throw new Error(`it did not start in ${seconds} s:\n${daemon.output()}`);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It is gone already.
  }
}
