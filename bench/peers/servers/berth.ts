// Starts Berth as `npm start` does: its defaults, its embedded database, and a token for whoever asks.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findPort, startChild } from "./child.ts";
import { treeOf } from "./process-tree.ts";
import type { Place, Server } from "./start.ts";

const credentials = { name: "admin", password: "swordfish-bench" };

export async function startBerth({ folder, checkout, settings = {} }: Place): Promise<Server> {
  const dataDir = join(folder, "berth");
  mkdirSync(dataDir, { recursive: true });
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env.PATH,
    BERTH_DATA_DIR: dataDir,
    BERTH_LISTEN: `127.0.0.1:${port}`,
    BERTH_ADMIN_PASSWORD: credentials.password,
    // A token must not run out in the middle of a measurement.
    BERTH_TOKEN_SECONDS: "86400",
    ...settings,
  };
  const child = await startChild({ command: startWords(checkout), env, log: join(folder, "berth.log"), url });
  return {
    name: "berth",
    url,
    startSeconds: child.startSeconds,
    authorize: (repository) => fetchToken(url, repository),
    pids: () => treeOf([child.pid, ...postmaster(dataDir)]),
    dataDir,
    stop: child.stop,
  };
}

/** What `npm start` gives to Node; npm itself would stand between us and the signals. */
function startWords(checkout: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  const [, ...words] = scripts.start.split(" ");
  const node = join(checkout, "node_modules/.bin/node");
  return [node, ...words.map((word) => (word.endsWith(".ts") ? join(checkout, word) : word))];
}

async function fetchToken(url: string, repository: string): Promise<string> {
  const basic = Buffer.from(`${credentials.name}:${credentials.password}`).toString("base64");
  const query = new URLSearchParams({ service: "berth", scope: `repository:${repository}:pull,push,delete` });
  const response = await fetch(`${url}/auth/token?${query}`, { headers: { Authorization: `Basic ${basic}` } });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return `Bearer ${((await response.json()) as { token: string }).token}`;
}

/** PostgreSQL says in its folder which process it is. */
function postmaster(dataDir: string): number[] {
  try {
    return [Number.parseInt(readFileSync(join(dataDir, "postgres/postmaster.pid"), "utf8"), 10)];
  } catch {
    return [];
  }
}
