// The work of whole small images: eight clients at once push two layers of 64 KiB, a config, a manifest and its tag.
import { join } from "node:path";
import { prepareImages } from "../content/images.ts";
import type { Repository } from "../content/registry.ts";
import { runWrk } from "../load/wrk.ts";
import type { Contender, Load, Scene, Work } from "./work.ts";

const clients = 8;
const requestsPerImage = 10;
/** More than any registry pushes here in a second; a thread that runs out of images fails the run. */
const mostPerSecond = 1_000;

export const imagesWork: Work = {
  name: "images",
  unit: "images",
  better: "higher",
  asked: 1.2,
  contenders: async (scene) =>
    scene.servers.map((server) => imagePusher(scene, scene.stocked.get(server) as Repository)),
};

/** Pushes fresh images into this repository. */
export function imagePusher(scene: Scene, repository: Repository): Contender {
  const { seconds, warmupSeconds } = scene.settings;
  return {
    label: repository.server.name,
    server: repository.server,
    // 130 KiB each, some hundreds a second; the database's log beside it.
    writesMiB: seconds * 64,
    warm: async () => {
      await prepared(scene, warmupSeconds);
      await pushImages(scene, { repository, seconds: warmupSeconds });
      await prepared(scene, seconds);
    },
    load: () => pushImages(scene, { repository, seconds }),
  };
}

/** Makes the images ready for a push of this length, which must follow. */
export async function prepared(scene: Scene, seconds: number): Promise<void> {
  prepareImages({
    folder: imagesFolder(scene),
    threads: clients,
    count: Math.ceil((seconds * mostPerSecond) / clients),
  });
}

/** An image under way at the end counts by the share of its requests that were answered. */
export async function pushImages(
  scene: Scene,
  { repository, seconds }: { repository: Repository; seconds: number },
): Promise<Load> {
  const env = {
    BENCH_IMAGES: imagesFolder(scene),
    BENCH_REPOSITORY: repository.name,
    BENCH_AUTHORIZATION: repository.headers.Authorization ?? "",
  };
  const options = { script: "images.lua", threads: clients, connections: clients, seconds, env } as const;
  const { requests, p50Ms, p99Ms, ...result } = await runWrk(repository.server, options);
  return { amount: requests / requestsPerImage, requests, seconds: result.seconds, p50Ms, p99Ms };
}

function imagesFolder(scene: Scene): string {
  return join(scene.scratch, "images");
}
