import { sql } from "drizzle-orm/sql";
// A database that goes away and comes back: statements fail soon instead of waiting, and the pool recovers by itself.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { databaseFailure } from "#core/failure.ts";
import { connectDatabase, type DatabaseClient } from "#db/connect/server.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";
import { waitUntil } from "./embedded-fixture.ts";
import { type DatabaseProxy, startProxy } from "./proxy.ts";

let database: TestDatabase;
let proxy: DatabaseProxy;
let client: DatabaseClient;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  proxy = await startProxy(database.connection as never);
  client = connectDatabase(proxy.target, { max: 4 });
});
afterEach(() => client.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How each of `count` statements ends: "ok" or what the failure means to a caller, with how many there are, and the longest wait. */
async function ask(count: number, statement = () => client.sql`select 1`) {
  const started = performance.now();
  const ends = await Promise.all(
    Array.from({ length: count }, () =>
      statement().then(
        () => "ok",
        (error: unknown) => databaseFailure(error) ?? String(error),
      ),
    ),
  );
  const counts: Record<string, number> = {};
  for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
  return { counts, ms: performance.now() - started };
}

/** Asks until it is answered; gives the milliseconds. */
async function recover(): Promise<number> {
  const started = performance.now();
  while (!((await ask(1)).counts.ok === 1)) {
    if (performance.now() - started > 10_000) throw new Error("it did not recover");
    await sleep(20);
  }
  return performance.now() - started;
}

describe("a server that refuses connections", () => {
  test("fails any number of statements at once, and answers again when it is back", async () => {
    await ask(8);
    await proxy.set("refuse");
    await sleep(50);
    const { counts, ms } = await ask(500);
    expect(counts).toEqual({ unreachable: 500 });
    expect(ms).toBeLessThan(1_500);
    expect((await ask(500)).ms).toBeLessThan(500);
    await proxy.set("pass");
    expect(await recover()).toBeLessThan(1_500);
    expect((await ask(100)).counts).toEqual({ ok: 100 });
  });
});

describe("a server that takes connections and does not answer", () => {
  test("fails any number of statements within 4 s, and then at once", async () => {
    await proxy.set("hang");
    const first = await ask(500);
    expect(first.counts).toEqual({ unreachable: 500 });
    expect(first.ms).toBeLessThan(4_000);
    expect((await ask(100)).ms).toBeLessThan(500);
    await proxy.set("pass");
    expect(await recover()).toBeLessThan(4_500);
  });

  test("keeps nobody waiting for a connection longer than 5 s", async () => {
    await ask(1);
    // Every connection is in a transaction that hangs.
    const held = Array.from({ length: 4 }, () => client.sql.begin((tx) => tx`select pg_sleep(0.3)`));
    await sleep(150);
    await proxy.set("hang");
    const { counts, ms } = await ask(50);
    expect(counts).toEqual({ unreachable: 50 });
    expect(ms).toBeLessThan(5_000);
    client.dropConnections();
    const ends = await Promise.allSettled(held);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
  });

  test("is dropped: what is under way and what waits fails at once", async () => {
    await ask(8);
    await proxy.set("hang");
    const asked = ask(600);
    await sleep(300);
    client.dropConnections();
    const { counts, ms } = await asked;
    expect(counts).toEqual({ unreachable: 600 });
    expect(ms).toBeLessThan(1_000);
    await waitUntil(() => proxy.count().open === 0);
    await proxy.set("pass");
    expect(await recover()).toBeLessThan(1_500);
  });

  test("does not keep the client from closing", async () => {
    await ask(8);
    await proxy.set("hang");
    const asked = ask(8);
    const started = performance.now();
    await client.close();
    expect(performance.now() - started).toBeLessThan(6_500);
    expect((await asked).counts).toEqual({ unreachable: 8 });
    await waitUntil(() => proxy.count().open === 0);
  });
});

describe("a server that is only busy", () => {
  test("answers aside of all others", async () => {
    const slow = Array.from({ length: 4 }, () => client.sql.begin((tx) => tx`select pg_sleep(0.6)`));
    const waiting = ask(300);
    await sleep(100);
    const started = performance.now();
    await client.aside.execute(sql`select 1`);
    expect(performance.now() - started).toBeLessThan(300);
    await Promise.all(slow);
    expect((await waiting).counts).toEqual({ ok: 300 });
  });
});

describe("a server that closes every connection without a word", () => {
  test("fails statements at once, and is not asked without a pause", async () => {
    await proxy.set("close");
    const { counts, ms } = await ask(200);
    expect(counts).toEqual({ unreachable: 200 });
    expect(ms).toBeLessThan(1_000);
    const before = proxy.count().made;
    for (const end = Date.now() + 1_000; Date.now() < end; await sleep(5)) await ask(1);
    expect(proxy.count().made - before).toBeLessThan(6);
    await proxy.set("pass");
    expect(await recover()).toBeLessThan(1_500);
  });
});

describe("connections that are cut", () => {
  test.each(["reset", "end"] as const)("fail what is under way, never harm what comes after (%s)", async (how) => {
    for (let round = 0; round < 40; round++) {
      const asked = ask(30, () => client.sql`select pg_sleep(0.01)`);
      await sleep(round % 12);
      proxy.cut(how);
      // Statements in every phase of the loop while the sockets close.
      const after = [ask(3), new Promise(setImmediate).then(() => ask(3)), sleep(0).then(() => ask(3))];
      const ends = (await Promise.all([asked, ...after])).flatMap(({ counts }) => Object.keys(counts));
      expect(ends.filter((end) => end !== "ok" && end !== "unreachable")).toEqual([]);
    }
    await recover();
    const { counts, ms } = await ask(200);
    expect(counts).toEqual({ ok: 200 });
    expect(ms).toBeLessThan(1_000);
  });
});
