// Compares the files of the store with the rows that name them.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { openSql } from "#db/connect/server.ts";
import type { Home } from "#test/clients/setup/berth.ts";

/** Files that no row names, and live blobs without their whole file; a line each. Nobody may be pushing meanwhile. */
export async function checkFiles(home: Home): Promise<string[]> {
  const rows = await readRows(home);
  const root = join(home.dataDir, "blobs");
  const named = new Set(rows.map(({ key }) => key));
  const unnamed = listFiles(root).filter((file) => !named.has(file));
  const live = rows.filter(({ state }) => state === "live");
  const broken = live.filter(({ key, size }) => statSync(join(root, key), { throwIfNoEntry: false })?.size !== size);
  return [
    ...unnamed.map((file) => `file ${file} is named by no row`),
    ...broken.map(({ key, size }) => `live blob ${key} of ${size} bytes has no such file`),
  ];
}

async function readRows({ dataDir, env }: Home): Promise<{ key: string; state: string; size: number }[]> {
  const embedded = { path: join(dataDir, "run/.s.PGSQL.5432"), username: "berth", database: "berth" };
  const sql = openSql(env.DATABASE_URL ? { url: env.DATABASE_URL } : embedded, { max: 1 });
  try {
    return await sql`select key, state, size_bytes::int as size from blob`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function listFiles(root: string): string[] {
  const folders = readdirSync(root).filter((name) => /^[0-9a-f]{2}$/.test(name));
  return folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`));
}
