// Works that show what is left of reading while others push: reads of one repository beside images pushed to another.
import { setTimeout as pause } from "node:timers/promises";
import { openRepository, type Repository } from "../content/registry.ts";
import { prepared, pushImages } from "./images.ts";
import { type Read, reader, readFor, reads } from "./reads.ts";
import type { Contender, Scene, Work } from "./work.ts";

/** The storm begins this much before the reads and ends this much after. */
const marginSeconds = 1;

export const stormWorks: Work[] = reads
  .filter(({ name }) => name === "get1m" || name === "get4k")
  .map((read) => ({
    name: `storm:${read.name}`,
    unit: "requests",
    better: "higher",
    asked: 0.5,
    contenders: (scene) => besideAndAlone(scene, read),
  }));

async function besideAndAlone(scene: Scene, read: Read): Promise<Contender[]> {
  const server = scene.berth;
  const repository = scene.stocked.get(server) as Repository;
  const options = { read, label: "berth, alone", repository, paths: read.paths(scene.library) };
  const alone = reader(scene, options);
  const { seconds } = scene.settings;
  const stormSeconds = seconds + 2 * marginSeconds;
  const beside: Contender = {
    label: "berth, beside pushes",
    server,
    async warm() {
      await alone.warm();
      await prepared(scene, stormSeconds);
    },
    async load() {
      const storm = pushImages(scene, {
        repository: await openRepository(server, "bench/storm"),
        seconds: stormSeconds,
      });
      // A storm that fails while the reads run must not end the program before it is awaited.
      storm.catch(() => undefined);
      await pause(marginSeconds * 1000);
      const load = await readFor(scene, { ...options, seconds });
      const { amount } = await storm;
      if (amount === 0) throw new Error("nothing was pushed beside the reads");
      return load;
    },
  };
  return [beside, alone];
}
