// Lets one Berth at a time work on a data folder, from before there is a database that could hold a lock.
import { randomBytes } from "node:crypto";
import { linkSync, renameSync, rmSync, statSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { EmbeddedDatabaseError, fileError, systemCode } from "./error.ts";

/** Held until released; the kernel gives it up with the process. */
export interface StartLock {
  release(): void;
}

/**
 * Takes the lock or throws `IN_USE`. It is a listening Unix socket under a fixed name: unlike a file with a process id
 * it is provably alive or dead, also from another container on the same folder. `link` makes the taking atomic.
 */
export async function takeStartLock(socketDir: string, dataDir: string): Promise<StartLock> {
  const name = join(socketDir, "berth.lock");
  const own = `${name}.${randomBytes(4).toString("hex")}`;
  const server = await listen(own);
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (tryLink(own, name)) return { release: () => release(server, name) };
      const holder = await ask(name);
      if (holder !== null) throw inUse(dataDir, holder);
      await removeDead(name);
    }
    throw inUse(dataDir, "");
  } catch (error) {
    server.close();
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The error for a data folder another program works on. */
export function inUse(dataDir: string, holder: string): EmbeddedDatabaseError {
  const who = /^\d+$/.test(holder) ? `another Berth (process ${holder})` : "another Berth";
  return new EmbeddedDatabaseError("IN_USE", `the data folder ${dataDir} is in use by ${who}; stop it first`);
}

function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(String(process.pid));
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(fileError(error, path)));
    server.listen(path, () => resolve(server));
  });
}

function tryLink(own: string, name: string): boolean {
  try {
    linkSync(own, name);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw fileError(error, name);
  }
}

// The process id of the holder ("" when it is too busy to tell), or null when nobody listens there any more.
function ask(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let said = "";
    const socket = connect(path);
    socket.setTimeout(500, () => socket.destroy());
    socket.on("data", (data) => {
      said += data;
    });
    socket.on("error", (error) => resolve(["ECONNREFUSED", "ENOENT"].includes(systemCode(error)) ? null : ""));
    socket.on("close", () => resolve(said));
  });
}

// Two starters may find the same dead socket; whoever moves away a live one by that race puts it back.
async function removeDead(name: string): Promise<void> {
  const aside = `${name}.${randomBytes(4).toString("hex")}`;
  try {
    renameSync(name, aside);
  } catch {
    return; // the other starter was faster
  }
  if ((await ask(aside)) !== null) tryLink(aside, name);
  rmSync(aside, { force: true });
}

function release(server: Server, name: string): void {
  // The folder may hold a successor's socket if ours was removed by a cleaner of temporary files.
  if (statSync(name, { throwIfNoEntry: false }) !== undefined && server.listening) rmSync(name, { force: true });
  server.close();
}
