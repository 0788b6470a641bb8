// Works on a real disk, where durable writes cost what the disk takes: a big push against dd, images against the peers.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { makeFile } from "../content/blobs.ts";
import { run } from "../load/wrk.ts";
import { isInMemory } from "../report/file-system.ts";
import { pusher } from "./big-blobs.ts";
import { imagesWork } from "./images.ts";
import type { Contender, Scene, Work } from "./work.ts";

const mebibytes = 512;

export const diskWorks: Work[] = [
  {
    name: "disk:push512",
    unit: "MiB",
    better: "higher",
    asked: 0.85,
    async contenders(scene) {
      requireDisk(scene);
      const server = scene.berth;
      return [afterSync(scene, pusher(scene, { server, count: 1, mebibytes })), afterSync(scene, dd(scene))];
    },
  },
  {
    ...imagesWork,
    name: "disk:images",
    asked: 1,
    async contenders(scene) {
      requireDisk(scene);
      return (await imagesWork.contenders(scene)).map((contender) => afterSync(scene, contender));
    },
  },
];

/** What the disk takes at this moment: as many bytes from memory, synced once at the end. */
function dd({ scratch, folder }: Scene): Contender {
  const source = join(scratch, "dd");
  const target = join(folder, "dd");
  return {
    label: "dd",
    server: null,
    writesMiB: mebibytes,
    warm: async () => void makeFile(source, mebibytes * 2 ** 20),
    async load() {
      const since = performance.now();
      await run("dd", [`if=${source}`, `of=${target}`, "bs=1M", "conv=fdatasync"]);
      const seconds = (performance.now() - since) / 1000;
      for (const file of [source, target]) rmSync(file);
      return { amount: mebibytes, seconds, requests: 1 };
    },
  };
}

/** What others left unwritten must not be waited for here. */
function afterSync({ folder }: Scene, contender: Contender): Contender {
  return {
    ...contender,
    async warm() {
      await contender.warm();
      await run("sync", ["-f", folder]);
    },
  };
}

function requireDisk({ folder }: Scene): void {
  if (isInMemory(folder)) throw new Error("the works called disk need a folder on a disk: --folder /var/tmp");
}
