// What the tests of the embedded database share: folders and servers that are gone when a test ends, and a Berth to be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "vitest";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { openSql, type Sql } from "#db/connect/server.ts";
import { scratchFolder } from "#test/setup/scratch.ts";

const folders: string[] = [];
const running: EmbeddedDatabase[] = [];
const clients: Sql[] = [];
const children: ChildProcess[] = [];

/** What the last started databases logged. */
export const logged: string[] = [];
const note = (_fields: object, message: string) => void logged.push(message);

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await Promise.all(clients.splice(0).map((sql) => sql.end({ timeout: 1 })));
  await Promise.all(running.splice(0).map((database) => database.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  logged.length = 0;
});

/** An empty temporary folder. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(scratchFolder(), "berth-embedded-"));
  folders.push(folder);
  return folder;
}

// A killed process loses nothing that the kernel has; only a power cut would.
const FAST = { fsync: "off" };

/** Starts a database that is stopped with the test. */
export async function start(dataDir: string, settings: Record<string, string> = FAST): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir, log: { info: note, warn: note, error: note }, settings });
  running.push(database);
  return database;
}

/** The code and the message of a start that must fail. */
export async function failToStart(dataDir: string, settings?: Record<string, string>) {
  try {
    await start(dataDir, settings);
  } catch (error) {
    return { code: (error as { code?: string }).code, message: (error as Error).message };
  }
  throw new Error("it started");
}

/** A client that is closed with the test. */
export function connect(database: Pick<EmbeddedDatabase, "connection">, max = 2): Sql {
  const sql = openSql(database.connection, { max });
  clients.push(sql);
  return sql;
}

/** Another process that runs the database of a folder until it is killed; resolves when `ready` says so. */
export async function startElsewhere(dataDir: string, ready: (output: string) => boolean): Promise<ChildProcess> {
  const module = JSON.stringify(new URL("../../db/connect/embedded.ts", import.meta.url).href);
  const script = `import { startEmbeddedDatabase } from ${module};
    const log = { info() {}, warn() {}, error() {} };
    await startEmbeddedDatabase({ dataDir: ${JSON.stringify(dataDir)}, log, settings: { fsync: "off" } });
    console.log("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  child.stdout.on("data", (data) => {
    output += data;
  });
  while (!ready(output)) {
    if (child.exitCode !== null) throw new Error("the other process ended");
    await pause(5);
  }
  return child;
}

/** Kills a process without a chance to clean up, and waits for its end. */
export async function killHard(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

export function postmasterPid(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8"), 10);
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

export function listFolder(folder: string): string[] {
  return readdirSync(folder).sort();
}

export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await condition()); await pause(20)) {
    if (Date.now() > end) throw new Error("waited in vain");
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
