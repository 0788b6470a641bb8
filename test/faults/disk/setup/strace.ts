// Attaches strace to running processes: to see in which order they ask the kernel, or to make the kernel refuse them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { startDaemon, waitForDaemon } from "#test/clients/setup/daemon.ts";

export interface Trace {
  /** One line per call, or two for a call during which another was made: its start and its end. */
  lines(): string[];
  /** Lets the processes go on untraced. */
  detach(): Promise<void>;
}

let traces = 0;

/** Attaches to processes with all their threads, and to what they start from now on; returns when all are held. */
export async function attach(pids: number[], words: string[]): Promise<Trace> {
  const calls = join(inject("run").folder, `strace-${process.pid}-${traces++}`);
  const named = pids.flatMap((pid) => ["-p", String(pid)]);
  // -y names the file behind a descriptor; the text of an answer begins with its status.
  const command = ["strace", "-f", "-y", "-s", "80", "-o", calls, ...words, ...named];
  const strace = startDaemon({ command, env: { PATH: process.env.PATH }, log: `${calls}.log` });
  const isHeld = (pid: number) => new RegExp(`Process ${pid} attached|attach: ptrace.*${pid}`).test(strace.output());
  await waitForDaemon(strace, () => pids.every(isHeld));
  return { lines: () => readFileSync(calls, "utf8").split("\n"), detach: () => strace.stop("SIGINT") };
}
