// The soak: one Berth does the whole mix ten times, and its memory is looked at after each time.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeFile } from "./content/blobs.ts";
import { type Repository, send, urlOf } from "./content/registry.ts";
import { removeFolders } from "./folders.ts";
import { pushFile } from "./load/big-blobs.ts";
import { idleMs } from "./round.ts";
import { prepareScene, type SceneOptions } from "./scene.ts";
import { memoryMiB } from "./servers/process-tree.ts";
import { startServer } from "./servers/start.ts";
import { pullWork } from "./works/big-blobs.ts";
import { imagesWork } from "./works/images.ts";
import { readWorks } from "./works/reads.ts";
import type { Scene } from "./works/work.ts";

/** Memory of all of Berth's processes, the database included. */
export interface Soak {
  afterMiB: number[];
  /** Means of the second and the last third of the repetitions. */
  secondThirdMiB: number;
  lastThirdMiB: number;
}

const repetitions = 10;

export async function soak(options: SceneOptions): Promise<Soak> {
  const { settings, folders } = options;
  // What the pushes of one repetition leave is deleted after it, and gone at once: ten of them would fill the memory.
  const place = { folder: folders.data, checkout: settings.checkout, settings: { BERTH_CONDEMNED_HOLD_SECONDS: "0" } };
  const server = await startServer("berth", place);
  try {
    const scene = await prepareScene(options, [server]);
    const afterMiB: number[] = [];
    for (let i = 1; i <= repetitions; i++) {
      await mix(scene);
      await pause(idleMs);
      const pids = server.pids();
      const [all, main] = [memoryMiB(pids), memoryMiB(pids.slice(0, 1))];
      afterMiB.push(all);
      console.log(`  soak ${i} of ${repetitions}: ${all.toFixed(0)} MiB, of it ${main.toFixed(0)} in the main process`);
    }
    return { afterMiB, secondThirdMiB: mean(afterMiB.slice(3, 7)), lastThirdMiB: mean(afterMiB.slice(7)) };
  } finally {
    await server.stop();
    removeFolders(folders);
  }
}

async function mix(scene: Scene): Promise<void> {
  const repository = scene.stocked.get(scene.berth) as Repository;
  for (const work of [...readWorks, imagesWork, pullWork]) {
    for (const contender of await work.contenders(scene)) {
      await contender.warm();
      await contender.load();
    }
  }
  const file = makeFile(join(scene.scratch, "soak"), 512 * 2 ** 20);
  await pushFile(repository, file);
  await send(repository, { method: "DELETE", url: urlOf(repository, `blobs/${file.digest}`), expect: 202 });
  rmSync(file.path);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
