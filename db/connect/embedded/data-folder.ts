// Makes the data folder and the folder of the socket, with modes that let PostgreSQL's user in and nobody else.
import { createHash } from "node:crypto";
import { chmodSync, chownSync, lstatSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Account, findClosedFolder } from "./account.ts";
import { EmbeddedDatabaseError, fileError, systemCode } from "./error.ts";

/** The name PostgreSQL gives its socket for the port we leave at its default. */
export const SOCKET_NAME = ".s.PGSQL.5432";

// A socket's address has 108 bytes on Linux and 104 on macOS; our own lock socket has the longest name.
const LONGEST_NAME = "/berth.lock.00000000";
const MAX_SOCKET_PATH = 100;

/** Creates the folder where it is missing, proves that it can be written, and returns its canonical path. */
export function makeDataFolder(dataDir: string): string {
  const path = resolve(dataDir);
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  try {
    const first = mkdirSync(path, { recursive: true, mode });
    // A strict umask must not close what was made just now to the database's user.
    for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made))
      chmodSync(made, mode);
    const probe = join(path, `.probe-${process.pid}`);
    writeFileSync(probe, "berth", { mode: 0o600 });
    rmSync(probe);
    return realpathSync(path);
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Owner of a path, or null when it does not exist. */
export function ownerOf(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.uid ?? null;
}

/** Lets the account pass through the data folder (its secrets are 0600 files); folders above it are not ours to open. */
export function openDataFolder(dataDir: string, account: Account): void {
  let closed = findClosedFolder(dataDir, account);
  if (closed === dataDir && statSync(dataDir).uid === 0) {
    chmodSync(dataDir, statSync(dataDir).mode | 0o011);
    closed = findClosedFolder(dataDir, account);
  }
  if (closed === null) return;
  throw new EmbeddedDatabaseError(
    "NOT_REACHABLE",
    `PostgreSQL does not run as root, and the user ${account.name} cannot reach the data folder ${dataDir} ` +
      `because ${closed} is closed to it; set BERTH_DATA_DIR to a folder such as /var/lib/berth`,
  );
}

/** The folder of the socket: in the data folder, or a short one in the system's temporary folder when that path is too long. */
export function makeSocketFolder(dataDir: string, account: Account | null): string {
  const inside = join(dataDir, "run");
  const fits = Buffer.byteLength(inside + LONGEST_NAME) <= MAX_SOCKET_PATH;
  const path = fits ? inside : shortFolder(dataDir, account);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw fileError(error, path);
    refuseForeignFolder(path, account);
  }
  if (account !== null) chownSync(path, account.uid, account.gid);
  chmodSync(path, 0o700);
  return path;
}

// The name depends on the data folder alone, so that two programs on one folder meet at the same socket.
function shortFolder(dataDir: string, account: Account | null): string {
  const name = `berth-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
  const own = realpathSync(tmpdir());
  const usable = Buffer.byteLength(join(own, name) + LONGEST_NAME) <= MAX_SOCKET_PATH;
  return join(usable && (account === null || findClosedFolder(own, account) === null) ? own : "/tmp", name);
}

// In a temporary folder another user may have put a trap under the name we are about to use.
function refuseForeignFolder(path: string, account: Account | null): void {
  const found = lstatSync(path);
  const ours = [process.getuid?.(), account?.uid].includes(found.uid);
  if (found.isDirectory() && ours) return;
  throw new EmbeddedDatabaseError("NOT_WRITABLE", `${path} belongs to another user; remove it, or set BERTH_DATA_DIR`);
}
