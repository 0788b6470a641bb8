// One round: every server starts on an empty folder and is filled; each work is done by one after the other; they start again.
import { setTimeout as pause } from "node:timers/promises";
import { removeFolders } from "./folders.ts";
import { measure, type Sample } from "./measure.ts";
import { prepareScene, type SceneOptions } from "./scene.ts";
import { memoryMiB } from "./servers/process-tree.ts";
import { type Place, type Server, startServer } from "./servers/start.ts";
import type { Work } from "./works/work.ts";

/** What one contender did in one round of one work. */
export interface Measured {
  work: string;
  contender: string;
  /** 0 for the one who is judged. */
  place: number;
  sample: Sample;
}

/** What a server needs when nobody asks anything of it. */
export interface Standing {
  server: string;
  startEmptySeconds: number;
  startFilledSeconds: number;
  idleEmptyMiB: number;
  idleFilledMiB: number;
  /** After all works of the round, once nobody asks any more. */
  afterMiB: number;
}

export interface RoundOptions extends SceneOptions {
  works: readonly Work[];
  /** Rounds take turns in who comes first. */
  number: number;
  report(line: Measured): void;
}

/** Long enough for a server to tidy up after its start and after the works. */
export const idleMs = 12_000;

export async function runRound(options: RoundOptions): Promise<Standing[]> {
  const { settings, folders } = options;
  const place = { folder: folders.data, checkout: settings.checkout };
  const servers: Server[] = [];
  try {
    for (const name of ["berth", ...settings.peers]) servers.push(await startServer(name, place));
    await pause(idleMs);
    const idle = servers.map(memoryOf);
    await doWorks(options, servers);
    await pause(idleMs);
    const after = servers.map(memoryOf);
    const standings: Standing[] = [];
    for (const [i, server] of servers.entries()) {
      const now = { server: server.name, startEmptySeconds: server.startSeconds };
      const memory = { idleEmptyMiB: idle[i] as number, afterMiB: after[i] as number };
      standings.push({ ...now, ...memory, ...(await startAgain(server, place)) });
    }
    return standings;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    removeFolders(folders);
  }
}

async function doWorks({ works, number, report, ...options }: RoundOptions, servers: Server[]): Promise<void> {
  const scene = await prepareScene(options, servers);
  for (const work of works) {
    const contenders = await work.contenders(scene);
    const order = [...contenders.entries()];
    for (const [place, contender] of number % 2 === 0 ? order : order.toReversed())
      report({ work: work.name, contender: contender.label, place, sample: await measure(contender) });
  }
}

/** Stops a server and starts it on what it has kept. */
async function startAgain(server: Server, place: Place) {
  await server.stop();
  const again = await startServer(server.name, place);
  try {
    await pause(idleMs);
    return { startFilledSeconds: again.startSeconds, idleFilledMiB: memoryOf(again) };
  } finally {
    await again.stop();
  }
}

function memoryOf(server: Server): number {
  return memoryMiB(server.pids());
}
