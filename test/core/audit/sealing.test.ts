// Events that are sealed: whatever is done to them by SQL afterwards is found.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyring, type Keyring } from "#core/access/keyring.ts";
import { dropOldEvents } from "#core/audit/retention.ts";
import { sealEvents } from "#core/audit/seal.ts";
import { verifyEvents } from "#core/audit/verify.ts";
import { readTail } from "#db/queries/audit/checkpoints.ts";
import { insertEvent, insertEvents } from "#db/queries/events.ts";
import { writeSetting } from "#db/queries/installation.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

describe("sealed events", () => {
  let database: TestDatabase;
  let keys: Keyring;
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  beforeEach(async () => {
    ahead = 0;
    database = await createTestDatabase();
    keys = createKeyring({ db: database.db, clock, secretKey: new Uint8Array(32).fill(7) });
    for (let batch = 0; batch < 3; batch++) {
      await happen(...[0, 1, 2, 3].map((i) => `o${batch}${i}`));
      await seal();
    }
  });
  afterEach(() => database.drop());

  const context = () => ({ db: database.db, keys, clock });
  /** In one transaction. */
  const happen = (...objects: string[]) =>
    insertEvents(
      database.db,
      objects.map((object) => ({
        at: clock.now(),
        type: "repository.update",
        actorId: crypto.randomUUID(),
        actorName: "Zoë",
        credential: "password",
        address: "203.0.113.7",
        repositoryId: crypto.randomUUID(),
        object,
        detail: { before: { b: 1, a: [2] }, a: null },
      })),
    );
  const verify = () => verifyEvents(context());
  /** Until nothing is left: a transaction of another test, on the same server, makes it wait. */
  const seal = async () => {
    const untilMs = Date.now() + 10_000;
    do {
      while (await sealEvents(context()));
      if (Date.now() > untilMs) throw new Error("events were not sealed");
    } while ((await readTail(database.db)).count > 0);
  };
  const idOf = async (object: string) => {
    const [row] = await database.sql`select id from event where object = ${object}`;
    return Number((row as unknown as { id: unknown }).id);
  };

  it("are right as long as nobody changes them, in whatever time zone they are looked at", async () => {
    const { checkpoints, events, broken, unsealed, last } = await verify();
    expect([checkpoints, events, broken, unsealed.count]).toEqual([3, 12, null, 0]);
    expect(last).toEqual({ id: 3, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await database.db.transaction(async (tx) => {
      const { sql } = await import("drizzle-orm/sql");
      await tx.execute(sql`set local time zone 'Asia/Tokyo'`);
      await tx.execute(sql`set local datestyle = 'German'`);
      expect((await verifyEvents({ ...context(), db: tx as never })).broken).toBeNull();
    });
  });

  it("are counted while they are not sealed", async () => {
    await happen("late");
    const { broken, unsealed } = await verify();
    expect([broken, unsealed.count]).toEqual([null, 1]);
    expect(unsealed.oldest?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await seal();
    expect((await verify()).unsealed).toEqual({ count: 0, oldest: null });
  });

  it.each([
    ["changed", "the event was changed", "update event set object = 'another' where id = $1"],
    ["changed in its detail", "the event was changed", `update event set detail = '{"a": 1}' where id = $1`],
    ["given to another", "the event was changed", "update event set actor_name = 'eve' where id = $1"],
    ["moved in time", "the event was changed", "update event set at = at - interval '1 microsecond' where id = $1"],
    ["removed", "the event was removed", "delete from event where id = $1"],
    ["moved to the end", "the event was removed", "update event set transaction = '9000000000' where id = $1"],
  ])("are named when one is %s", async (_, problem, statement) => {
    const id = await idOf("o12");
    await database.sql.unsafe(statement, [id]);
    expect(await verify()).toMatchObject({ checkpoints: 1, broken: { checkpoint: 2, event: id, problem } });
  });

  it("are named when one is added among them", async () => {
    await database.sql`insert into event (at, type, object, transaction)
      select at, type, 'forged', transaction from event where object = 'o11'`;
    const event = await idOf("forged");
    expect((await verify()).broken).toEqual({ checkpoint: 2, event, problem: "the event was added later" });
  });

  it.each([
    ["removed", "delete from event_checkpoint where id = 2", "it is missing"],
    ["changed", "update event_checkpoint set count = 3 where id = 2", "its row does not say what was signed"],
    [
      "given other hashes",
      "update event_checkpoint set row_hashes = (select row_hashes from event_checkpoint where id = 1) where id = 2",
      "the hashes of its events are not those that were signed",
    ],
    [
      "said to be dropped",
      "update event_checkpoint set row_hashes = null, dropped_at = now() where id = 2",
      "its events were dropped before older ones",
    ],
    [
      "put in another's place",
      "update event_checkpoint c set (signed, row_hashes) = (select signed, row_hashes from event_checkpoint where id = 1) where id = 2",
      "its row does not say what was signed",
    ],
  ])("are named by their checkpoint when that is %s", async (_, statement, problem) => {
    await database.sql.unsafe(statement);
    expect((await verify()).broken).toEqual({ checkpoint: 2, event: null, problem });
  });

  it("are named when the last checkpoint that was kept elsewhere is gone, or another", async () => {
    const { last } = await verify();
    await database.sql`delete from event_checkpoint where id = 3`;
    expect((await verifyEvents(context(), last)).broken).toEqual({
      checkpoint: 3,
      event: null,
      problem: "it is missing",
    });
    await database.sql`update event set object = 'x' where object = 'o21'`;
    await seal();
    expect((await verify()).broken).toBeNull();
    expect((await verifyEvents(context(), last)).broken?.problem).toBe("it is not the one that was kept");
  });

  it("are not signed by a key that somebody put into the database", async () => {
    await database.sql`delete from event_checkpoint`;
    await database.sql`delete from checkpoint_key`;
    await database.sql`delete from signing_key`;
    const forger = createKeyring({ db: database.db, clock, secretKey: new Uint8Array(32).fill(8) });
    while (await sealEvents({ ...context(), keys: forger }));
    expect((await verify()).broken?.problem).toBe("its signature is not this installation's");
  });

  it("stay right when the signing key is gone", async () => {
    ahead = 31 * 86_400_000;
    await keys.rotate();
    await happen("by the next key");
    await seal();
    ahead += 31 * 86_400_000;
    await keys.rotate();
    await keys.rotate();
    expect(await database.sql`select 1 from signing_key`).toHaveLength(2);
    expect(await verify()).toMatchObject({ checkpoints: 4, events: 13, broken: null });
  });

  it("are dropped when they are older than a setting says, the oldest first, and their checkpoints stay", async () => {
    expect(await dropOldEvents(context())).toBe(false);
    expect((await verify()).events).toBe(12);
    await writeSetting(database.db, "eventMonths", 1, clock.now());
    ahead = 40 * 86_400_000;
    await happen("young");
    await seal();
    await dropOldEvents(context());
    expect((await database.sql`select object from event`).map(({ object }) => object)).toEqual(["young"]);
    expect(await verify()).toMatchObject({ checkpoints: 4, dropped: 3, broken: null });
    await database.sql`insert into event (at, type, object, transaction)
      select now(), 'repository.update', 'forged', from_transaction from event_checkpoint where id = 2`;
    const event = await idOf("forged");
    expect((await verify()).broken).toEqual({
      checkpoint: 2,
      event,
      problem: "there are events where they were dropped",
    });
  });

  it("are sealed once by however many do it at once, and not before a transaction that may still add to them ends", async () => {
    const { promise: goOn, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: hasBegun } = Promise.withResolvers<void>();
    const slow = database.db.transaction(async (tx) => {
      await insertEvent(tx, {
        at: clock.now(),
        type: "repository.update",
        actorId: null,
        repositoryId: null,
        object: "slow",
      });
      hasBegun();
      await goOn;
    });
    await begun;
    await happen("behind it");
    await sealEvents(context());
    expect((await verify()).unsealed.count).toBe(1);
    resolve();
    await slow;
    await Promise.all([seal(), seal(), seal()]);
    expect(await verify()).toMatchObject({ events: 14, broken: null, unsealed: { count: 0 } });
  });

  it("of one large transaction are in one checkpoint", async () => {
    await database.sql`insert into event (at, type, object) select now(), 'repository.update', 'many' from generate_series(1, 5500)`;
    await happen("after", "after", "after");
    await seal();
    expect(await verify()).toMatchObject({ checkpoints: 5, events: 12 + 5503, broken: null, unsealed: { count: 0 } });
    const counts = await database.sql`select count from event_checkpoint order by id`;
    expect(counts.map(({ count }) => Number(count))).toEqual([4, 4, 4, 5500, 3]);
  });
});
