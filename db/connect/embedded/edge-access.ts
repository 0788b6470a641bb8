// Opens the embedded database to a Worker that runs on this machine: an account that only reads and writes rows, with a password
// that is new at every start.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { EmbeddedConnection } from "../embedded.ts";
import { openSql } from "../server.ts";
import { openTcpDoor } from "./tcp-door.ts";

const role = "berth_edge";

export interface EdgeAccess {
  readonly url: string;
  close(): Promise<void>;
}

/** Settings for the start of the database: it asks the account for its password, and nobody else, as ever. */
export function edgeAccessSettings(dataDir: string): Record<string, string> {
  const file = join(resolve(dataDir), "edge-hba.conf");
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, `local all ${role} scram-sha-256\nlocal all all trust\n`, { mode: 0o644 });
  return { hba_file: file };
}

/** Gives the account its password and opens the door, after the database was migrated. */
export async function openEdgeAccess({ path, username, database }: EmbeddedConnection): Promise<EdgeAccess> {
  const password = randomBytes(24).toString("hex");
  const sql = openSql({ path, username, database }, { max: 1 });
  try {
    const found = await sql`select 1 from pg_roles where rolname = ${role}`;
    if (found.length === 0) await sql.unsafe(`create role ${role} login`);
    await sql.unsafe(`alter role ${role} password '${password}'`);
    await sql.unsafe(`grant pg_read_all_data, pg_write_all_data to ${role}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
  const door = await openTcpDoor({ socketPath: path, user: role });
  return { url: `postgres://${role}:${password}@127.0.0.1:${door.port}/${database}`, close: door.close };
}
