// Starts `distribution`, of version 3 as built by .ci/install or of version 2 as Debian packs it, without authentication.
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findPort, startChild } from "./child.ts";
import { treeOf } from "./process-tree.ts";
import type { Place, Server } from "./start.ts";

const toolsBin = join(process.env.BERTH_TOOLS ?? join(homedir(), ".cache/berth-tools"), "bin");
export const programs: Record<string, string> = {
  distribution: join(toolsBin, "distribution"),
  "docker-registry": "/usr/bin/docker-registry",
};

export async function startDistribution(name: string, { folder }: Place): Promise<Server> {
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  const port = await findPort();
  const file = join(folder, `${name}.yml`);
  writeFileSync(file, configuration(dataDir, port));
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    command: [programs[name] as string, "serve", file],
    // Version 3 sends traces to a collector unless it is told that there is none.
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: "none" },
    log: join(folder, `${name}.log`),
    url,
  });
  return {
    name,
    url,
    startSeconds: child.startSeconds,
    authorize: async () => null,
    pids: () => treeOf([child.pid]),
    dataDir,
    stop: child.stop,
  };
}

/** What is in the examples that come with both versions, without their password file. JSON is YAML too. */
function configuration(rootdirectory: string, port: number): string {
  return JSON.stringify({
    version: 0.1,
    log: { fields: { service: "registry" } },
    storage: {
      cache: { blobdescriptor: "inmemory" },
      filesystem: { rootdirectory },
      delete: { enabled: true },
    },
    http: { addr: `127.0.0.1:${port}`, headers: { "X-Content-Type-Options": ["nosniff"] } },
    health: { storagedriver: { enabled: true, interval: "10s", threshold: 3 } },
  });
}
