// Runs a command to its end with its own environment, and keeps what it said; what a command must do is said by the caller.
import { spawn } from "node:child_process";

export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to standard input, which is empty otherwise. */
  stdin?: string;
  timeoutSeconds?: number;
  uid?: number;
  gid?: number;
}

export interface Ran {
  code: number | null;
  stdout: string;
  /** Standard output and standard error as they came. */
  all: string;
}

/** A command line, cut at its spaces, or its words where one of them holds a space. */
export type CommandLine = string | readonly string[];

/** Runs the command; resolves whatever its exit code is. @throws when it cannot be started or does not end in time. */
export function run(command: CommandLine, options: RunOptions = {}): Promise<Ran> {
  const words = typeof command === "string" ? command.trim().split(/\s+/) : command;
  const { stdin, timeoutSeconds = 60, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(words[0] as string, words.slice(1), { ...rest, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      all += text;
    });
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${show(words)}\ndid not end in ${timeoutSeconds} s:\n${all}`));
    }, timeoutSeconds * 1000);
    child.once("error", (error) => {
      clearTimeout(late);
      reject(new Error(`${show(words)}\ncannot be run: ${error.message}`));
    });
    child.once("close", (code) => {
      clearTimeout(late);
      resolve({ code, stdout, all });
    });
    child.stdin.on("error", () => {}); // A command may end without reading.
    child.stdin.end(stdin ?? "");
  });
}

/** Runs a command that must succeed. */
export async function mustRun(command: CommandLine, options: RunOptions = {}): Promise<Ran> {
  const ran = await run(command, options);
  if (ran.code !== 0) throw new Error(`${show(command)}\nended with ${ran.code}:\n${ran.all}`);
  return ran;
}

/** Runs a command that must fail, and gives all it said. */
export async function mustFail(command: CommandLine, options: RunOptions = {}): Promise<string> {
  const ran = await run(command, options);
  if (ran.code === 0) throw new Error(`${show(command)}\nshould have failed, but said:\n${ran.all}`);
  return ran.all;
}

function show(command: CommandLine): string {
  return typeof command === "string" ? command : command.join(" ");
}
