// The embedded PostgreSQL is killed under load, whole or in part: requests are refused politely, and Berth brings it back by itself.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { audit, createLedger, type Ledger } from "#test/clients/setup/ledger.ts";
import { keepPushing } from "#test/clients/setup/pusher.ts";
import { getToken, pushBlob } from "#test/clients/setup/registry.ts";
import { type Answer, complaints, freshBlob, freshManifest, recoveredAfter, startAsking, summary } from "./asking.ts";

const repository = "outage/app";
const blobs = [randomBytes(300), randomBytes(20_000)];

let berth: Berth;
let authorization: string;

beforeAll(async () => {
  berth = await startBerth(
    await makeHome("embedded", { BERTH_TOKEN_SECONDS: "3600", BERTH_UPLOADS_PER_CALLER: "10000" }),
  );
  for (const blob of blobs) await pushBlob(berth, repository, blob);
  authorization = `Bearer ${await getToken(berth, `repository:${repository}:pull,push`)}`;
});
afterAll(() => berth?.stop());

const questions = {
  "pull of a blob": () => ({
    path: `/v2/${repository}/blobs/${sha256(blobs[1] as Buffer)}`,
    digest: sha256(blobs[1] as Buffer),
  }),
  "push of a blob": () => freshBlob(repository),
  // A transaction of several statements: it must not take the process with it when its connection is lost.
  "push of a manifest": () => freshManifest(repository, { blobs, tag: "moving" }),
};

function postmaster(): number {
  return Number.parseInt(readFileSync(join(berth.dataDir, "postgres/postmaster.pid"), "utf8"), 10);
}

/** Kills the database's first process as soon as there is one. */
async function killDatabase(): Promise<void> {
  while (!kill(postmaster())) await pause(20);
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false; // It is being started again just now.
  }
}

/** The database's session processes. */
function sessions(): number[] {
  const head = String(postmaster());
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && statusOf(name).includes(`PPid:\t${head}\n`))
    .filter((pid) => readOr(`/proc/${pid}/cmdline`).startsWith("postgres: berth berth"))
    .map(Number);
}

const statusOf = (pid: string) => readOr(`/proc/${pid}/status`);

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // It ended meanwhile.
  }
}

/** Asks while `harm` is done, until all is well again; gives the answers and when the harm was done. */
async function during(harm: () => unknown): Promise<{ answers: Answer[]; harmedAt: number }> {
  const asking = startAsking(berth, { authorization, questions, clients: 4 });
  await pause(700);
  const harmedAt = asking.now();
  await harm();
  await pause(500);
  await asking.untilWell();
  await pause(500);
  return { answers: await asking.stop(), harmedAt };
}

/** The database's own start takes most of it, and more on a busy machine. */
const recoveryMs = 12_000;

describe("the embedded database", () => {
  it.each([1, 2])("is killed under load and comes back, time %i", async () => {
    const { answers, harmedAt } = await during(killDatabase);
    console.log(
      `killed: ${summary(answers, harmedAt)}; well after ${Math.round(recoveredAfter(answers, harmedAt))} ms`,
    );
    expect(complaints(answers)).toEqual([]);
    expect(answers.some(({ status }) => status === 503)).toBe(true);
    expect(recoveredAfter(answers, harmedAt)).toBeLessThan(recoveryMs);
  });

  it("loses all its sessions under load, and requests are served again", async () => {
    const { answers, harmedAt } = await during(() => expect(sessions().filter(kill).length).toBeGreaterThan(0));
    console.log(`sessions killed: well after ${Math.round(recoveredAfter(answers, harmedAt))} ms`);
    expect(complaints(answers)).toEqual([]);
    expect(recoveredAfter(answers, harmedAt)).toBeLessThan(recoveryMs);
  });

  it("is killed in the middle of whole pushes: what was acknowledged is there", async () => {
    const ledger: Ledger = createLedger();
    let isOver = false;
    const pushes = Array.from({ length: 4 }, async (_, index) => {
      const pusher = { berth, ledger, repository: `outage/r${index}`, isOver: () => isOver };
      // A refused push begins again, as clients do.
      while (!isOver) await keepPushing(pusher).catch(() => pause(50));
    });
    const acknowledged = () => [...ledger.entries.values()].filter((entry) => entry.acknowledged).length;
    for (let kills = 0; kills < 3; kills++) {
      const before = acknowledged();
      for (const end = Date.now() + 10_000; acknowledged() < before + 10 && Date.now() < end; ) await pause(20);
      await killDatabase();
    }
    isOver = true;
    await Promise.all(pushes);
    const asking = startAsking(berth, { authorization, questions, clients: 1 });
    await asking.untilWell();
    await asking.stop();
    expect(await audit(berth, ledger)).toEqual([]);
    console.log(`${acknowledged()} of ${ledger.entries.size} pushes were acknowledged`);
    expect(acknowledged()).toBeGreaterThanOrEqual(30);
  });
});
