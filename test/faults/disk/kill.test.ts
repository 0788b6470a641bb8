// Berth is killed in the middle of everything that clients do, again and again: what it answered holds, the rest did not half happen.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, databases, type Home, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { check } from "./mixed/check.ts";
import { startClients } from "./mixed/clients.ts";
import { checkFiles } from "./mixed/files.ts";
import { createHistory } from "./mixed/history.ts";
import { finishSessions, idleSessions } from "./mixed/sessions.ts";

const kills = Number(process.env.BERTH_KILLS ?? 3);
const rounds = Array.from({ length: kills }, (_, index) => index + 1);

describe.each(databases)("killed in the middle of mixed work, database: %s", (database) => {
  const history = createHistory();
  let home: Home;
  let berth: Berth;
  beforeAll(async () => {
    // Bytes of deleted blobs may go at once, so that removing them meets the other work.
    home = await makeHome(database, { BERTH_UPLOADS_PER_CALLER: "100000", BERTH_CONDEMNED_HOLD_SECONDS: "0" });
    berth = await startBerth(home);
  });
  afterAll(() => berth?.stop());

  it.each(rounds)("kill %i: what was acknowledged holds, and sessions go on", async (round) => {
    const repositories = Array.from({ length: 8 }, (_, client) => `mixed/r${round % 10}-${client}`);
    const clients = startClients({ berth, isAlone: database === "embedded" }, history, repositories);
    await pause(300 + Math.random() * 2000);
    const [problems] = await Promise.all([clients.end(), kill(berth, round)]);
    const open = [...history.registers.values()].filter(({ tried }) => tried.length > 0).length;
    const idle = idleSessions(history, repositories);
    const said = berth.output().slice(-3000);
    berth = await startBerth(home);
    expect(problems, said).toEqual([]);
    expect(await check(berth, history, "touched")).toEqual([]);
    expect(await finishSessions(berth, history, idle)).toEqual([]);
    expect(await check(berth, history, "touched")).toEqual([]);
    expect(await checkFiles(home)).toEqual([]);
    console.log(`kill ${round} (${database}): ${open} of ${history.registers.size} names were being changed`);
  });

  it("still answers for everything as it did", async () => {
    expect(await check(berth, history)).toEqual([]);
    expect(history.registers.size).toBeGreaterThan(kills * 10);
  });
});

/** Berth alone every third time, so that its database is left over; both otherwise. */
async function kill(berth: Berth, round: number): Promise<void> {
  if (round % 3 !== 0) return berth.killHard();
  process.kill(berth.pid, "SIGKILL");
  while (isAlive(berth.pid)) await pause(5);
}

function isAlive(pid: number): boolean {
  try {
    return /^State:\s+[^ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
