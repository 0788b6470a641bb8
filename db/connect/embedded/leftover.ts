// Deals with what an earlier run left in the data folder: a PostgreSQL still running, or the name of one long gone.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedDatabaseError } from "./error.ts";
import { type LockAttempt, trySessionLock } from "./session-lock.ts";
import { inUse } from "./start-lock.ts";

/** Where to look. */
export interface LeftoverPlace {
  readonly dataDir: string;
  readonly pgdata: string;
  readonly socketPath: string;
}

const POLL_MS = 20;
const TAKEN_GRACE_MS = 2_000;
const FOREIGN_GRACE_MS = 5_000;

/**
 * Stops a PostgreSQL that a killed Berth left running on this folder, and removes a `postmaster.pid` whose process id
 * belongs to someone else by now (a restarted container hands out the same numbers). Call it with the start lock held.
 * Throws `IN_USE` when the database has a living owner. Returns whether a server was stopped.
 */
export async function clearLeftover(place: LeftoverPlace): Promise<boolean> {
  const pid = readPostmasterPid(place.pgdata);
  if (pid === null) return false;
  const attempt = await attemptLock(place);
  try {
    if (runsHere(pid, place.pgdata)) {
      await stopProcess(pid, place.pgdata);
      return true;
    }
    if (attempt !== "unreachable") await waitForForeignServer(place);
    // A dead process id is left to PostgreSQL, which first makes sure that no child of that server lives on.
    else if (processExists(pid)) rmSync(join(place.pgdata, "postmaster.pid"), { force: true });
    return false;
  } finally {
    if (typeof attempt === "object") await attempt.release();
  }
}

/** Stops a PostgreSQL: quickly but cleanly (SIGINT), after 10 s without a clean end (SIGQUIT), at last by force. */
async function stopProcess(pid: number, pgdata: string): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGINT", 10_000] as const,
    ["SIGQUIT", 5_000] as const,
    ["SIGKILL", 5_000] as const,
  ]) {
    if (!runsHere(pid, pgdata)) return;
    sendSignal(pid, signal);
    for (const end = Date.now() + patienceMs; Date.now() < end && runsHere(pid, pgdata); ) await delay(POLL_MS);
  }
  if (runsHere(pid, pgdata)) {
    throw new EmbeddedDatabaseError("IN_USE", `cannot stop the PostgreSQL left running on ${pgdata} (process ${pid})`);
  }
}

// The session of an owner killed a moment ago takes a moment to end.
async function attemptLock(place: LeftoverPlace): Promise<Exclude<LockAttempt, "taken">> {
  for (const end = Date.now() + TAKEN_GRACE_MS; ; await delay(POLL_MS)) {
    const attempt = await trySessionLock(place.socketPath);
    if (attempt !== "taken") return attempt;
    if (Date.now() > end) throw inUse(place.dataDir, "");
  }
}

// It answers, but its process cannot be seen from here: it runs in another container, perhaps one that is just ending.
async function waitForForeignServer(place: LeftoverPlace): Promise<void> {
  for (const end = Date.now() + FOREIGN_GRACE_MS; Date.now() < end; await delay(POLL_MS * 10)) {
    const attempt = await trySessionLock(place.socketPath);
    if (attempt === "unreachable") return;
    if (typeof attempt === "object") await attempt.release();
  }
  throw inUse(place.dataDir, "another container");
}

function readPostmasterPid(pgdata: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(pgdata, "postmaster.pid"), "utf8"), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

// A zombie has an empty command line and so counts as gone.
function runsHere(pid: number, pgdata: string): boolean {
  const [program = "", ...args] = readCommand(pid);
  return /(^|\/)postgres$/.test(program) && args.includes(pgdata);
}

function readCommand(pid: number): string[] {
  try {
    if (existsSync("/proc/self/cmdline")) return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return execFileSync("ps", ["-ww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" })
      .trim()
      .split(" ");
  } catch {
    return [];
  }
}

function processExists(pid: number): boolean {
  return sendSignal(pid, 0);
}

function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
