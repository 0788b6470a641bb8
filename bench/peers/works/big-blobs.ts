// Works with big blobs: pushed alone and four at once as docker pushes, pulled by one connection.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type ContentFile, makeFile } from "../content/blobs.ts";
import type { Repository } from "../content/registry.ts";
import { pullFile, pushFile } from "../load/big-blobs.ts";
import type { Server } from "../servers/start.ts";
import type { Contender, Scene, Work } from "./work.ts";

const MiB = 2 ** 20;
const pulls = 5;

export const pushWorks: Work[] = [pushWork("push512", 1, 512, 2.2), pushWork("push4x128", 4, 128, 1.8)];

export const pullWork: Work = {
  name: "pull512",
  unit: "MiB",
  better: "higher",
  asked: 1,
  contenders: async (scene) =>
    scene.servers.map((server) =>
      puller(scene, { label: server.name, repository: scene.stocked.get(server) as Repository }),
    ),
};

function pushWork(name: string, count: number, mebibytes: number, asked: number): Work {
  const contenders = async (scene: Scene) => scene.servers.map((server) => pusher(scene, { server, count, mebibytes }));
  return { name, unit: "MiB", better: "higher", asked, contenders };
}

export interface PusherOptions {
  server: Server;
  count: number;
  mebibytes: number;
}

/** Pushes this many fresh blobs at once. */
export function pusher(scene: Scene, { server, count, mebibytes }: PusherOptions): Contender {
  const repository = scene.stocked.get(server) as Repository;
  let files: ContentFile[] = [];
  return {
    label: server.name,
    server,
    writesMiB: count * mebibytes,
    async warm() {
      const [small] = makeFiles(scene, 1, 64) as [ContentFile];
      await pushFile(repository, small);
      files = makeFiles(scene, count, mebibytes);
    },
    async load() {
      const since = performance.now();
      await Promise.all(files.map((file) => pushFile(repository, file)));
      const seconds = (performance.now() - since) / 1000;
      for (const { path } of files) rmSync(path);
      return { amount: count * mebibytes, seconds, requests: count };
    },
  };
}

/** Pulls one blob of 512 MiB several times, which is pushed before. */
export function puller(scene: Scene, { label, repository }: { label: string; repository: Repository }): Contender {
  const { server, name } = repository;
  const pushed = () =>
    scene.once(`pull512 ${server.name} ${name}`, async () => {
      const file = await scene.once("pull512", async () => makeFile(join(scene.scratch, "pull512"), 512 * MiB));
      await pushFile(repository, file);
      return file;
    });
  return {
    label,
    server,
    warm: async () => pullFile(repository, { file: await pushed(), times: 1 }),
    async load() {
      const file = await pushed();
      const since = performance.now();
      await pullFile(repository, { file, times: pulls });
      return { amount: pulls * 512, seconds: (performance.now() - since) / 1000, requests: pulls };
    },
  };
}

function makeFiles(scene: Scene, count: number, mebibytes: number): ContentFile[] {
  return Array.from({ length: count }, (_, i) => makeFile(join(scene.scratch, `push-${i}`), mebibytes * MiB));
}
