// Starts the PostgreSQL server that Debian installs, as its own user, for the Berths that get a DATABASE_URL.
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { openSql, type Sql } from "#db/connect/server.ts";
import { startDaemon, waitForDaemon } from "./daemon.ts";
import { findFreePort } from "./port.ts";
import { mustRun, run } from "./run.ts";
import { findPostgres } from "./tools.ts";

const password = "berth-e2e";

/** A server in a new folder; its data need not outlive a power cut. */
export async function startPostgres(folder: string): Promise<{ url: string; stop(): Promise<void> }> {
  const bin = findPostgres() as string;
  const owner = { uid: await idOf("-u"), gid: await idOf("-g") };
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, owner.uid, owner.gid);
  const options = { ...owner, env: { PATH: bin, LC_ALL: "C" }, cwd: folder };
  const data = join(folder, "data");
  await mustRun([join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], options);
  const port = await findFreePort();
  const settings = { port, listen_addresses: "127.0.0.1", unix_socket_directories: folder, fsync: "off" };
  const flags = Object.entries({ ...settings, max_connections: 200 }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  const command = [join(bin, "postgres"), "-D", data, ...flags];
  const server = startDaemon({ ...options, command, log: join(folder, "..", "pg.log") });
  const psql = (sql: string) =>
    run([join(bin, "psql"), "-h", folder, "-p", String(port), "-U", "postgres", "-c", sql], options);
  await waitForDaemon(server, async () => (await psql("select 1")).code === 0);
  await psql(`create role berth login createdb password '${password}'`);
  // SIGINT asks for a shutdown that does not wait for sessions.
  return { url: `postgres://berth:${password}@127.0.0.1:${port}`, stop: () => server.stop("SIGINT") };
}

/** Works on the run's server as the account that the Berths have. */
export async function onServer<T>(work: (sql: Sql) => PromiseLike<T>): Promise<T> {
  const sql = openSql({ url: `${inject("run").postgres}/postgres` }, { max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function idOf(flag: "-u" | "-g"): Promise<number> {
  return Number((await mustRun(`id ${flag} postgres`)).stdout);
}
