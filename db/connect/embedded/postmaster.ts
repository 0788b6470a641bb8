// The PostgreSQL child process: its settings, its start up to the moment the lock is ours, its end.
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { spawnAs } from "./account.ts";
import type { ClusterPlace } from "./cluster.ts";
import { startError } from "./error.ts";
import type { LeftoverPlace } from "./leftover.ts";
import { openServerLog, quoteServerLog } from "./server-log.ts";
import { type SessionLock, trySessionLock } from "./session-lock.ts";
import { inUse } from "./start-lock.ts";

/** Everything the server needs to know of its surroundings. */
export interface ServerPlace extends ClusterPlace, LeftoverPlace {
  readonly socketDir: string;
  readonly logPath: string;
  /** PostgreSQL settings that win over ours. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A running server and our lock on it. */
export interface Server {
  readonly pid: number;
  readonly lock: SessionLock;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

interface Postmaster {
  readonly pid: number;
  readonly exited: Promise<void>;
  hasExited(): boolean;
  quoteLog(): string;
  stop(): Promise<void>;
}

// Containers have a small /dev/shm, hence mmap. Failed statements are logged by Berth, which knows whose they are.
const SETTINGS = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  shared_memory_type: "mmap",
  dynamic_shared_memory_type: "mmap",
  shared_buffers: "64MB",
  max_connections: "40",
  jit: "off",
  log_min_messages: "log",
  log_checkpoints: "off",
};

const POLL_MS = 15;
const RETRY_MS = 10_000;
const TAKEN_GRACE_MS = 2_000;

/** Starts the server and takes the lock on it; throws with the last lines of its log when it does not come up. */
export async function startServer(place: ServerPlace): Promise<Server> {
  for (const end = Date.now() + RETRY_MS; ; await delay(200)) {
    const postmaster = spawnPostmaster(place);
    const lock = await takeLock(place, postmaster).catch(async (error) => {
      await postmaster.stop();
      throw error;
    });
    if (lock !== null) return { pid: postmaster.pid, lock, exited: postmaster.exited, stop: postmaster.stop };
    const said = postmaster.quoteLog();
    // Children of a server that was killed outlive it by a moment.
    const passing = /pre-existing shared memory block|lock file .* already exists/.test(said);
    if (!passing || Date.now() > end) throw startError("the embedded PostgreSQL did not start", said);
  }
}

/** Waits until the server accepts our lock: null when the process ended first. Recovery may take its time. */
async function takeLock(place: ServerPlace, postmaster: Postmaster): Promise<SessionLock | null> {
  for (let takenSince = Number.POSITIVE_INFINITY; !postmaster.hasExited(); await delay(POLL_MS)) {
    const attempt = await trySessionLock(place.socketPath);
    if (typeof attempt === "object") return attempt;
    if (attempt !== "taken") continue;
    takenSince = Math.min(takenSince, Date.now());
    if (Date.now() - takenSince > TAKEN_GRACE_MS) throw inUse(place.dataDir, "");
  }
  return null;
}

function spawnPostmaster(place: ServerPlace): Postmaster {
  const settings = Object.entries({ ...SETTINGS, ...place.settings }).flatMap(([key, value]) => [
    "-c",
    `${key}=${value}`,
  ]);
  const log = openServerLog(place.logPath);
  // A group of its own: Ctrl-C at a terminal must not stop the database before Berth has drained.
  const child = spawn(join(place.engine.bin, "postgres"), ["-D", place.pgdata, "-k", place.socketDir, ...settings], {
    cwd: "/",
    env: { LC_ALL: "C" },
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    ...spawnAs(place.account),
  });
  closeSync(log.fd);

  let done = false;
  let spawnFailure = "";
  const kill = (signal: NodeJS.Signals) => void (done || child.kill(signal));
  const killAtExit = () => kill("SIGINT");
  process.on("exit", killAtExit);
  const exited = new Promise<void>((resolve) => {
    const finish = () => {
      done = true;
      process.off("exit", killAtExit);
      resolve();
    };
    child.once("exit", finish);
    child.once("error", (error) => {
      spawnFailure = error.message;
      if (child.pid === undefined) finish();
    });
  });
  return {
    pid: child.pid ?? 0,
    exited,
    hasExited: () => done,
    quoteLog: () => spawnFailure || quoteServerLog(place.logPath, log.sizeBytes),
    stop: () => stopChild(kill, exited),
  };
}

async function stopChild(kill: (signal: NodeJS.Signals) => void, exited: Promise<void>): Promise<void> {
  for (const [signal, patienceMs] of [
    ["SIGINT", 10_000] as const,
    ["SIGQUIT", 5_000] as const,
    ["SIGKILL", 5_000] as const,
  ]) {
    kill(signal);
    const patience = new AbortController();
    const timeout = delay(patienceMs, "late", { signal: patience.signal }).catch(() => "late");
    const outcome = await Promise.race([exited, timeout]);
    patience.abort();
    if (outcome !== "late") return;
  }
}
