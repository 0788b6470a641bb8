// The line to the S3 server: the kernel holds it to a rate, both ways, in namespaces that are gone when the benchmark ends.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a run is held to. */
export interface Held {
  port: number;
  bytesPerSecond: number;
  /** The most that all it writes may take of the machine's memory. */
  folderBytes: number;
}

const folderName = "BERTH_BENCH_FOLDER";

/** The folder that a run inside the namespaces writes to; null outside of them. */
export function insideFolder(): string | null {
  return process.env[folderName] ?? null;
}

/** Runs this program again, alone with its own loopback, mounts and processes. @returns its exit code. */
export async function runInside(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "berth-bench-"));
  try {
    return await runIn(folder);
  } finally {
    rmdirSync(folder);
  }
}

function runIn(folder: string): Promise<number> {
  const [program, ...own] = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"] as const;
  const again = [...own, process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(program, again, { stdio: "inherit", env: { ...process.env, [folderName]: folder } });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once("error", () => reject(new Error("unshare is missing: this needs Linux and util-linux")));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/**
 * Holds what goes to and from the port to the rate. Everything else on the loopback passes freely, and the kernel's own
 * shaping takes no time from the programs that are measured, as a proxy would.
 */
export function holdLine({ port, bytesPerSecond, folderBytes }: Held): void {
  const rate = `${bytesPerSecond}bps`;
  const run = (line: string) => execFileSync(line.split(" ", 1)[0] as string, line.split(" ").slice(1));
  run("ip link set lo up");
  run("tc qdisc add dev lo root handle 1: htb default 1 r2q 10000");
  run("tc class add dev lo parent 1: classid 1:1 htb rate 100gbit quantum 200000");
  for (const [band, end] of [
    [2, "dport"],
    [3, "sport"],
  ]) {
    const held = `htb rate ${rate} ceil ${rate} burst 512k cburst 512k quantum 200000`;
    run(`tc class add dev lo parent 1: classid 1:${band} ${held}`);
    run(`tc filter add dev lo parent 1: protocol ip prio 1 u32 match ip ${end} ${port} 0xffff flowid 1:${band}`);
  }
  run(`mount -t tmpfs -o size=${folderBytes},mode=755 tmpfs ${insideFolder()}`);
}
