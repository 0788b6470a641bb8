// Periodic work that several servers and Workers on one database could do: one does it, once for each time that it is due.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createFacts } from "#core/cache/facts.ts";
import { createView } from "#core/cache/view.ts";
import type { Context } from "#core/context.ts";
import { lastDue } from "#core/jobs/cron.ts";
import { type PeriodicTask, periodicTasks } from "#core/jobs/periodic.ts";
import { listDueTasks, type RunLimits, runTask } from "#core/jobs/run.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

const noon = Date.UTC(2026, 0, 1, 12, 0, 30);
let now = noon;
let database: TestDatabase;
let reports: string[] = [];
let runs = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.sql`delete from periodic_run`;
  [now, runs, reports] = [noon, 0, []];
});

const contextOf = () =>
  ({
    db: database.db,
    facts: createFacts(createView(0)),
    clock: { now: () => new Date(now) },
    report: (_: string, message: string) => void reports.push(message),
  }) as unknown as Context;
const taskOf = (slice: () => Promise<boolean>): PeriodicTask => ({
  name: "counted",
  cron: "* * * * *",
  cost: "light",
  slice: () => {
    runs++;
    return slice();
  },
});
const limits = { runMs: 10_000 };
const run = (slice: () => Promise<boolean>, within: RunLimits = limits) => runTask(contextOf(), taskOf(slice), within);

describe("a periodic task", () => {
  it("is done once a minute, however many want to do it", async () => {
    const task = taskOf(async () => false);
    await Promise.all(Array.from({ length: 5 }, () => runTask(contextOf(), task, limits)));
    expect(runs).toBe(1);
    now += 20_000;
    await runTask(contextOf(), task, limits);
    expect(runs).toBe(1);
    now += 20_000;
    await runTask(contextOf(), task, limits);
    expect(runs).toBe(2);
  });

  it("is nobody else's while it is being done, also in the next minute", async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const first = run(() => goOn.then(() => false));
    while (runs === 0) await new Promise((later) => setTimeout(later, 5));
    now += 60_000;
    await run(async () => false);
    expect(runs).toBe(1);
    resolve();
    await first;
    await run(async () => false);
    expect(runs).toBe(2);
  });

  it("is taken over from one that was killed", async () => {
    void run(() => new Promise(() => {}));
    while (runs === 0) await new Promise((later) => setTimeout(later, 5));
    now += 121_000;
    await run(async () => false);
    expect(runs).toBe(2);
  });

  it("goes on slice by slice until nothing is left, and no longer than it may", async () => {
    let left = 3;
    await run(async () => --left > 0);
    expect(runs).toBe(3);
    now += 60_000;
    await run(async () => true, { runMs: 0 });
    expect(runs).toBe(4);
    now += 60_000;
    await run(async () => true, { runMs: 10_000, stopping: () => runs >= 6 });
    expect(runs).toBe(6);
  });

  it("that failed is reported, and tried again when it is due", async () => {
    const failing = taskOf(async () => {
      throw new Error("broken");
    });
    await runTask(contextOf(), failing, limits);
    expect(reports).toEqual(["periodic work failed; it is tried again"]);
    now += 60_000;
    await runTask(contextOf(), failing, limits);
    expect(runs).toBe(2);
  });
});

describe("what is due", () => {
  it("is everything at first, then what comes round", async () => {
    const names = async () => (await listDueTasks(contextOf())).map(({ name }) => name);
    expect((await names()).sort()).toEqual(periodicTasks.map(({ name }) => name).sort());
    for (const task of periodicTasks) await runTask(contextOf(), { ...task, slice: async () => false }, limits);
    expect(await names()).toEqual([]);
    now += 60_000;
    const everyMinute = periodicTasks.filter(({ cron }) => cron === "* * * * *").map(({ name }) => name);
    expect(await names()).toEqual(everyMinute);
  });

  it.each([
    ["* * * * *", "12:00:30", "12:00:00"],
    ["* * * * *", "12:00:00", "12:00:00"],
    ["17 * * * *", "12:16:59", "11:17:00"],
    ["17 * * * *", "12:17:00", "12:17:00"],
    ["0 * * * *", "12:59:59", "12:00:00"],
  ])("by %s at %s is what was due at %s", (cron, at, due) => {
    expect(lastDue(cron, new Date(`2026-01-01T${at}Z`))).toEqual(new Date(`2026-01-01T${due}Z`));
  });

  it.each(["*/5 * * * *", "60 * * * *", "0 0 * * *", ""])("cannot be told by %j", (cron) => {
    expect(() => lastDue(cron, new Date(noon))).toThrow(/form of cron/);
  });
});
