// Runs wrk with one of our scripts and reads what the script reports.
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Server } from "../servers/start.ts";

/** What wrk counted. */
export interface WrkResult {
  requests: number;
  images?: number;
  seconds: number;
  bytes: number;
  p50Ms: number;
  p99Ms: number;
}

export interface WrkOptions {
  script: "reads.lua" | "images.lua";
  threads: number;
  connections: number;
  seconds: number;
  env: Record<string, string>;
}

/** @throws when a single request failed: figures of a run with errors mean nothing. */
export async function runWrk(server: Server, options: WrkOptions): Promise<WrkResult> {
  const { script, threads, connections, seconds, env } = options;
  const flags = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--timeout", "20s"];
  const words = [...flags, "-s", join(import.meta.dirname, script), server.url];
  const output = await run("wrk", words, env);
  const line = /^RESULT (.*)$/m.exec(output)?.[1];
  if (line === undefined) throw new Error(`wrk says nothing we know: ${output}`);
  const { errors, what, ...result } = JSON.parse(line) as WrkResult & { errors: number; what?: string };
  if (errors > 0 || result.requests === 0)
    throw new Error(`${server.name}: ${errors} of ${result.requests} requests failed${what ? ` (${what})` : ""}`);
  return result;
}

/** Runs a program to its end and gives what it said. @throws with its words when it fails. */
export function run(program: string, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${program} ended with ${code}: ${complaint}${output}`));
    });
  });
}
