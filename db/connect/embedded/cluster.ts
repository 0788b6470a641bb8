// Makes the database cluster once (`initdb`), so that a kill at any moment leaves either no cluster or a whole one.
import { randomBytes } from "node:crypto";
import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Account } from "./account.ts";
import { type Engine, run } from "./engine.ts";
import { EmbeddedDatabaseError, fileError, startError } from "./error.ts";

/** Where the cluster is and who makes it. */
export interface ClusterPlace {
  readonly pgdata: string;
  readonly engine: Engine;
  readonly account: Account | null;
  /** False in tests that trade durability for speed. */
  readonly sync: boolean;
}

/** Leaves a cluster of the engine's major version at `pgdata`; call it with the start lock held. Returns whether it is new. */
export async function ensureCluster(place: ClusterPlace): Promise<boolean> {
  removeHalfMade(place.pgdata);
  const version = readVersion(place.pgdata);
  if (version === null) {
    await createCluster(place);
    return true;
  }
  if (version === place.engine.major) return false;
  throw new EmbeddedDatabaseError(
    "WRONG_VERSION",
    `the database in ${place.pgdata} was made by PostgreSQL ${version}, this Berth carries ${place.engine.major}; ` +
      "start the Berth that made it",
  );
}

async function createCluster({ pgdata, engine, account, sync }: ClusterPlace): Promise<void> {
  const temporary = `${pgdata}.new-${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(temporary, { mode: 0o700 });
    if (account !== null) chownSync(temporary, account.uid, account.gid);
  } catch (error) {
    throw fileError(error, temporary);
  }
  const args = ["-D", temporary, "-U", "berth", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"];
  const result = await run(join(engine.bin, "initdb"), sync ? args : [...args, "--no-sync"], account);
  if (!result.ok) {
    rmSync(temporary, { recursive: true, force: true });
    throw startError("initdb failed", result.said || result.spawnError);
  }
  renameSync(temporary, pgdata);
  if (sync) await syncFolder(dirname(pgdata));
}

function readVersion(pgdata: string): number | null {
  try {
    return Number.parseInt(readFileSync(join(pgdata, "PG_VERSION"), "utf8"), 10);
  } catch {
    if (entries(pgdata).length === 0) return null;
    throw new EmbeddedDatabaseError("START_FAILED", `${pgdata} is not empty and holds no database; move it away`);
  }
}

function removeHalfMade(pgdata: string): void {
  const prefix = `${basename(pgdata)}.new-`;
  for (const name of entries(dirname(pgdata))) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmSync(join(dirname(pgdata), name), { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch {
      // An orphaned initdb still writes there; the next start removes it.
    }
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
