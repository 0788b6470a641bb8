// Where an outage of the PostgreSQL server begins and what it does not change: a busy server is none, memory grants nothing new and
// not for ever, and the program can be stopped.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSql } from "#db/connect/server.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { getToken, pushBlob } from "#test/clients/setup/registry.ts";
import { ask, complaints, freshManifest, startAsking, summary } from "./asking.ts";
import { blobs, hang, layer, pulls, repository, startServerStage } from "./server-stage.ts";
import { startToxiproxy, type Toxiproxy } from "./toxiproxy.ts";

const nothing = summary([]);

let toxiproxy: Toxiproxy;
beforeAll(async () => {
  toxiproxy = await startToxiproxy();
});
afterAll(() => toxiproxy?.stop());

describe("a server", () => {
  it.concurrent("that is only busy is not given up: who waits for a lock is served when it is free", async () => {
    const { berth, databaseUrl, authorization } = await startServerStage(toxiproxy);
    const sql = openSql({ url: databaseUrl }, { max: 1 });
    try {
      // Twice as many pushes as there are connections wait for this.
      const locked = sql.begin(async (tx) => {
        await tx`lock table tag in access exclusive mode`;
        await pause(4_000);
      });
      await pause(300);
      const push = () => ask(berth, authorization, freshManifest(repository, { blobs, tag: "moving" }));
      const pushes = Array.from({ length: 20 }, push);
      await locked;
      const statuses = (await Promise.all(pushes)).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 201)).toEqual([]);
    } finally {
      await sql.end({ timeout: 1 });
      await berth.stop();
    }
  });

  it.concurrent("that is away for long ends even pulls of what was granted", async () => {
    const { berth, server, authorization } = await startServerStage(toxiproxy, { BERTH_STALE_ACCESS: "3" });
    const asking = startAsking(berth, { authorization, questions: pulls, clients: 2 });
    await server.refuse();
    const harmed = asking.now();
    await pause(8_000);
    const healed = asking.now();
    await server.heal();
    await asking.untilWell();
    const answers = await asking.stop();
    expect(complaints(answers)).toEqual([]);
    const early = answers.filter(({ at, ms }) => at > harmed && at + ms < harmed + 2_000);
    const late = answers.filter(({ at, ms }) => at > harmed + 6_000 && at + ms < healed);
    console.log(`stale access for 3 s: ${summary(early)}; later ${summary(late)}`);
    expect(summary(early.filter(({ status }) => status !== 200))).toBe(nothing);
    expect(summary(late.filter(({ status }) => status !== 503))).toBe(nothing);
    expect(late.length).toBeGreaterThan(5);
    await berth.stop();
  });

  it.concurrent("that is away lets nothing be granted that was not before", async () => {
    const { berth, server, authorization } = await startServerStage(toxiproxy);
    await pushBlob(berth, "outage/other", blobs[1] as Buffer);
    const other = `Bearer ${await getToken(berth, "repository:outage/other:pull")}`;
    await server.refuse();
    await pause(3_000);
    const path = `/v2/outage/other/blobs/${layer}`;
    // This token never was used before; that one is not for this repository.
    for (const token of [other, authorization, `Bearer ${"x".repeat(200)}`, ""]) {
      const { status } = await ask(berth, token, { path });
      expect([401, 503]).toContain(status);
    }
    expect((await ask(berth, authorization, pulls["pull of a blob"]())).status).toBe(200);
    await server.heal();
    await berth.stop();
  });

  it.concurrent("that hangs does not keep the program from stopping", async () => {
    const { berth, server } = await startServerStage(toxiproxy, { BERTH_DRAIN_SECONDS: "1" });
    await hang(server);
    await pause(500);
    const started = performance.now();
    await berth.stop();
    const seconds = (performance.now() - started) / 1000;
    console.log(`stopped in ${seconds.toFixed(1)} s while the database hung`);
    expect(seconds).toBeLessThan(18);
  });
});
