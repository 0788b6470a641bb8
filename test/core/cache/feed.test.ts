// The feed as two processes on one database read it.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFacts } from "#core/cache/facts.ts";
import { createFeed } from "#core/cache/feed.ts";
import { createView } from "#core/cache/view.ts";
import { insertEvent } from "#db/queries/events.ts";
import type { Database } from "#db/queries/rows.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

const repositoryId = crypto.randomUUID();
const tagEvent = (tag: string) => ({
  at: new Date(),
  type: "tag.delete" as const,
  actorId: null,
  repositoryId,
  object: "ns/repo",
  detail: { tag },
});

describe("the feed of changes", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  async function follow(db: Database) {
    const view = createView(0);
    const facts = createFacts(view);
    const feed = createFeed({ db, facts, view });
    await feed.read();
    const has = async (tag: string) => {
      const found = await facts.get(repositoryId, `t ${tag}`, async () => ({ read: "again" }));
      return found?.read !== "again";
    };
    const learn = (tag: string) => facts.get(repositoryId, `t ${tag}`, async () => ({ read: "before" }));
    return { feed, has, learn, view };
  }

  it("tells what was changed after it was last read, and nothing twice", async () => {
    const { feed, has, learn } = await follow(database.db);
    await learn("1");
    await insertEvent(database.db, tagEvent("1"));
    expect(await has("1")).toBe(true);
    await feed.read();
    expect(await has("1")).toBe(false);
    await learn("2");
    await feed.read();
    expect(await has("2")).toBe(true);
  });

  it("tells a change whose transaction began before the last reading and ended after it", async () => {
    const { feed, has, learn } = await follow(database.db);
    await learn("1");
    const written = Promise.withResolvers<void>();
    const readOnce = Promise.withResolvers<void>();
    const slow = database.db.transaction(async (tx) => {
      await insertEvent(tx, tagEvent("1"));
      written.resolve();
      await readOnce.promise;
    });
    await written.promise;
    await feed.read();
    expect(await has("1")).toBe(true);
    readOnce.resolve();
    await slow;
    await feed.read();
    expect(await has("1")).toBe(false);
  });

  it("does not wait for a long transaction elsewhere", async () => {
    const { feed, has, learn } = await follow(database.db);
    await learn("1");
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const long = database.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_current_xact_id()`);
      begun.resolve();
      await end.promise;
    });
    await begun.promise;
    await insertEvent(database.db, tagEvent("1"));
    await feed.read();
    expect(await has("1")).toBe(false);
    end.resolve();
    await long;
  });

  it("says by the view when it cannot be read", async () => {
    const closed = await createTestDatabase();
    const { feed, view } = await follow(closed.db);
    expect(view.state()).toBe("fresh");
    await closed.drop();
    await expect(feed.read()).rejects.toThrow();
    expect(view.state()).toBe("fresh");
  });
});
