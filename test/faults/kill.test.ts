// Berth and its database are killed in the middle of ten pushes, again and again: what was acknowledged is there, nothing else is
// half there, and the next start needs no hand.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Berth, databases, type Home, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { audit, createLedger, type Ledger } from "#test/clients/setup/ledger.ts";
import { keepPushing } from "#test/clients/setup/pusher.ts";

const kills = Number(process.env.BERTH_KILLS ?? 5);
const rounds = Array.from({ length: kills }, (_, index) => index + 1);
const pushers = 10;

describe.each(databases)("killed while pushes run, database: %s", (database) => {
  let home: Home;
  let berth: Berth;
  const ledgers: Ledger[] = [];

  beforeAll(async () => {
    // Every kill leaves sessions behind that nobody finishes; they must not be too many for one account here.
    home = await makeHome(database, { BERTH_UPLOADS_PER_CALLER: "10000" });
    berth = await startBerth(home);
  });
  afterAll(() => berth?.stop());

  it.each(rounds)("keeps what it acknowledged before kill %i", async (round) => {
    const ledger = createLedger();
    ledgers.push(ledger);
    const problems = await pushAndKill(berth, ledger, round);
    berth = await startBerth(home);
    expect(problems).toEqual([]);
    expect(await audit(berth, ledger)).toEqual([]);
    const entries = [...ledger.entries.values()];
    const acknowledged = entries.filter((entry) => entry.acknowledged).length;
    console.log(`kill ${round} (${database}): ${acknowledged} of ${entries.length} pushes were acknowledged`);
    expect(entries.length, "the kill came in the middle of pushes").toBeGreaterThan(acknowledged);
  });

  it("still serves everything that was acknowledged before any kill", async () => {
    for (const ledger of ledgers) expect(await audit(berth, ledger)).toEqual([]);
    const acknowledged = ledgers.flatMap(({ entries }) => [...entries.values()].filter((entry) => entry.acknowledged));
    expect(acknowledged.length).toBeGreaterThan(kills);
  });
});

/** Gives what went wrong before the kill; what the kill itself broke is as it should be. */
async function pushAndKill(berth: Berth, ledger: Ledger, round: number): Promise<string[]> {
  let isOver = false;
  const problems: string[] = [];
  const running = Array.from({ length: pushers }, async (_, index) => {
    const repository = `kill/r${round}-${index}`;
    await keepPushing({ berth, ledger, repository, isOver: () => isOver }).catch((error: Error) => {
      if (!isOver) problems.push(String(error.cause ?? error));
    });
  });
  // Some kills meet the first requests, some a registry that is well under way.
  await pause(300 + ((round * 370) % 1500));
  isOver = true;
  await berth.killHard();
  await Promise.all(running);
  return problems;
}
