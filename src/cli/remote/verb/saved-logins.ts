// Where `berth login` keeps access tokens: a file that its owner alone may read.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

export interface SavedLogin {
  user: string;
  token: string;
  /** By which the server knows the token that a login made; null for one that was brought along. */
  hashedToken: string | null;
}

export interface SavedLogins {
  /** The server that was logged in to last. */
  current: string | null;
  /** By the server's address. */
  logins: Record<string, SavedLogin>;
}

export function loginsPath(): string {
  const base = process.env.XDG_CONFIG_HOME || path.join(os.homedir(), ".config");
  return path.join(base, "berth", "logins.json");
}

export function readLogins(): SavedLogins {
  try {
    const { current, logins } = JSON.parse(fs.readFileSync(loginsPath(), "utf8")) as SavedLogins;
    return { current: current ?? null, logins: logins ?? {} };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { current: null, logins: {} };
    // A parser's message would quote the text, in which there are secrets.
    throw new Error(`${loginsPath()} cannot be read: remove it and log in again`);
  }
}

/** As a whole or not at all: another `berth` may be reading. */
export function writeLogins(saved: SavedLogins): void {
  const file = loginsPath();
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${process.pid}`;
  fs.writeFileSync(fresh, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  fs.renameSync(fresh, file);
}
