// Starts the bare receiver of pushes (bare.c): no registry, but what receiving, hashing and writing alone take on this machine.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../load/compile.ts";
import { findPort, startChild } from "./child.ts";
import { treeOf } from "./process-tree.ts";
import type { Place, Server } from "./start.ts";

export async function startBare({ folder }: Place): Promise<Server> {
  const dataDir = join(folder, "bare");
  mkdirSync(dataDir, { recursive: true });
  const port = await findPort();
  const url = `http://127.0.0.1:${port}`;
  const program = await compile(join(import.meta.dirname, "bare.c"), ["crypto"]);
  const command = [program, String(port), dataDir];
  const child = await startChild({ command, env: {}, log: join(folder, "bare.log"), url });
  const { startSeconds, stop } = child;
  return {
    name: "bare",
    url,
    startSeconds,
    authorize: async () => null,
    pids: () => treeOf([child.pid]),
    dataDir,
    stop,
  };
}
