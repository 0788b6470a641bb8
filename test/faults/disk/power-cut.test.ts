// The power is cut in the middle of everything that clients do: what was acknowledged before is there, the rest did not half happen.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { pushBlob, request } from "#test/clients/setup/registry.ts";
import { check } from "./mixed/check.ts";
import { startClients } from "./mixed/clients.ts";
import { checkFiles } from "./mixed/files.ts";
import { createHistory, photograph } from "./mixed/history.ts";
import { finishSessions, idleSessions } from "./mixed/sessions.ts";
import { makeHomeAt } from "./setup/home.ts";
import { type Disk, losses, makeDisk } from "./setup/power.ts";

const cuts = Number(process.env.BERTH_POWER_CUTS ?? 3);
const cutsPerDisk = 10;
const disks = Array.from({ length: Math.ceil(cuts / cutsPerDisk) }, (_, index) => ({
  disk: index + 1,
  rounds: Array.from({ length: Math.min(cutsPerDisk, cuts - index * cutsPerDisk) }, (_, round) => round + 1),
}));
const firstStarts = Array.from({ length: Math.ceil(cuts / 5) }, (_, index) => index + 1);
const settings = { BERTH_UPLOADS_PER_CALLER: "100000", BERTH_CONDEMNED_HOLD_SECONDS: "0" };

describe.each(disks)("power cuts of disk $disk", ({ rounds }) => {
  let disk: Disk;
  let berth: Berth;
  let history = createHistory();
  beforeAll(async () => {
    disk = await makeDisk(800);
    berth = await startBerth(makeHomeAt(disk.folder, settings));
  });
  afterAll(async () => {
    await berth?.killHard();
    await disk?.remove();
  });

  it.each(rounds)("cut %i: what was acknowledged is on the disk, and sessions go on", async (round) => {
    const loss = losses[round % 2] as (typeof losses)[number];
    const repositories = Array.from({ length: 8 }, (_, client) => `power/r${round}-${client}`);
    const clients = startClients({ berth, isAlone: true }, history, repositories);
    await pause(500 + Math.random() * 2500);
    const photo = photograph(history);
    await disk.capture(loss);
    photo.close();
    const idle = idleSessions(photo.history, repositories);
    const [problems] = await Promise.all([clients.end(), berth.killHard()]);
    expect(problems, berth.output().slice(-3000)).toEqual([]);
    await disk.restore();
    berth = await startBerth(makeHomeAt(disk.folder, settings));
    history = photo.history;
    const open = [...history.registers.values()].filter(({ tried }) => tried.length > 0).length;
    console.log(`cut ${round} takes ${loss}: ${open} of ${history.registers.size} names were being changed`);
    expect(await check(berth, history)).toEqual([]);
    expect(await finishSessions(berth, history, idle)).toEqual([]);
    expect(await check(berth, history, "touched")).toEqual([]);
    expect(await checkFiles(makeHomeAt(disk.folder))).toEqual([]);
  });
});

describe("a power cut in the middle of the very first start", () => {
  it.each(firstStarts)("leaves a folder that the next start takes as it is (%i)", async (round) => {
    const disk = await makeDisk(800);
    const home = makeHomeAt(disk.folder);
    const starting = startBerth(home);
    await pause(Math.random() * 3000);
    await disk.capture(losses[round % 2] as (typeof losses)[number]);
    await (await starting).killHard();
    await disk.restore();
    const berth = await startBerth(home);
    const blob = randomBytes(1000);
    await pushBlob(berth, "power/first", blob);
    await berth.killHard();
    await disk.remove();
  });
});

describe("a power cut with BERTH_DURABILITY=relaxed", () => {
  let disk: Disk;
  afterAll(() => disk?.remove());

  it.each(losses)("costs what was acknowledged just before, so that the tests above can fail (%s)", async (loss) => {
    disk ??= await makeDisk(800);
    const home = makeHomeAt(disk.folder, { BERTH_DURABILITY: "relaxed" });
    const berth = await startBerth(home);
    const blobs = Array.from({ length: 10 }, () => randomBytes(100_000));
    for (const blob of blobs) await pushBlob(berth, "power/relaxed", blob);
    await disk.capture(loss);
    await berth.killHard();
    await disk.restore();
    const after = await startBerth(home);
    const served = await Promise.all(blobs.map((blob) => isServed(after, blob)));
    await after.killHard();
    expect(served).toContain(false);
  });
});

async function isServed(berth: Berth, blob: Buffer): Promise<boolean> {
  const answer = await request(berth, `/v2/power/relaxed/blobs/${sha256(blob)}`);
  const body = await answer.arrayBuffer().catch(() => new ArrayBuffer()); // It may break off.
  return answer.status === 200 && sha256(new Uint8Array(body)) === sha256(blob);
}
