// Attaches strace to running processes: to see in which order they ask the kernel, or to make the kernel refuse them.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { pause } from "#test/clients/setup/daemon.ts";

export interface Trace {
  /** One line per call, or two for a call during which another was made: its start and its end. */
  lines(): string[];
  /** Lets the processes go on untraced. */
  detach(): Promise<void>;
}

let traces = 0;

/** Attaches to processes with all their threads, and to what they start from now on; returns when all are held. */
export async function attach(pids: number[], words: string[]): Promise<Trace> {
  const log = join(inject("run").folder, `strace-${process.pid}-${traces++}`);
  const named = pids.flatMap((pid) => ["-p", String(pid)]);
  // -y names the file behind a descriptor; the text of an answer begins with its status.
  const strace = spawn("strace", ["-f", "-y", "-s", "80", "-o", log, ...words, ...named], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  strace.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => {
    strace.once("exit", () => resolve());
    strace.once("error", () => resolve());
  });
  const isHeld = (pid: number) => new RegExp(`Process ${pid} attached|attach: ptrace.*${pid}`).test(said);
  for (const end = Date.now() + 10_000; !pids.every(isHeld); await pause(10))
    if (Date.now() > end || strace.exitCode !== null) throw new Error(`strace cannot attach:\n${said}`);
  return {
    lines: () => readFileSync(log, "utf8").split("\n"),
    async detach() {
      strace.kill("SIGINT");
      await ended;
    },
  };
}
