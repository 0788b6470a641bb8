// Transactions and the pool: each has a connection for itself, is whole or nothing, and is lost with its connection.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { databaseFailure } from "#core/failure.ts";
import { connectDatabase, type DatabaseClient, openSql } from "#db/connect/server.ts";
import { createTestDatabase, type TestDatabase, withDatabase } from "#test/setup/test-database.ts";
import { type DatabaseProxy, startProxy } from "./proxy.ts";

let database: TestDatabase;
let proxy: DatabaseProxy;
let client: DatabaseClient;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql`create table note (text text unique)`;
});
afterAll(() => database.drop());
beforeEach(async () => {
  proxy = await startProxy(database.connection as never);
  client = connectDatabase(proxy.target, { max: 2 });
});
afterEach(async () => {
  await client.close();
  await database.sql`delete from note`;
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const notes = async () => (await database.sql`select text from note order by text`).map(({ text }) => text);
const failureOf = (work: Promise<unknown>) => work.then(() => "none", databaseFailure);

describe("a transaction", () => {
  test("is committed with what its work gives", async () => {
    const result = await client.sql.begin(async (tx) => {
      await tx`insert into note values ('one')`;
      expect(await notes()).toEqual([]);
      return tx`insert into note values ('two') returning text`;
    });
    expect([...result]).toEqual([{ text: "two" }]);
    expect(await notes()).toEqual(["one", "two"]);
  });

  test("may be read only", async () => {
    const work = client.sql.begin("read only", (tx) => tx`insert into note values ('one')`);
    await expect(work).rejects.toMatchObject({ code: "25006" });
  });

  test("is rolled back when its work throws, or when a statement failed that nobody looked at", async () => {
    const thrown = client.sql.begin(async (tx) => {
      await tx`insert into note values ('one')`;
      throw new Error("no");
    });
    await expect(thrown).rejects.toThrow("no");
    const ignored = client.sql.begin(async (tx) => {
      await tx`insert into note values ('one')`;
      await tx`insert into note values ('one')`.catch(() => {});
    });
    await expect(ignored).rejects.toMatchObject({ code: "23505" });
    const after = client.sql.begin(async (tx) => {
      await tx`insert into note values ('one'), ('one')`.catch(() => {});
      await tx`select 1`;
    });
    await expect(after).rejects.toMatchObject({ code: "23505" });
    expect(await notes()).toEqual([]);
  });

  test("goes on after a savepoint that failed", async () => {
    await client.sql.begin(async (tx) => {
      await tx`insert into note values ('one')`;
      await tx.savepoint((inner) => inner`insert into note values ('one')`).catch(() => {});
      await tx.savepoint((inner) => inner`insert into note values ('two')`);
    });
    expect(await notes()).toEqual(["one", "two"]);
  });

  test("does not wait for a moment without other statements", async () => {
    let isOver = false;
    const busy = Array.from({ length: 8 }, async () => {
      while (!isOver) await client.sql`select pg_sleep(0.005)`;
    });
    const started = performance.now();
    for (let i = 0; i < 10; i++) await client.sql.begin((tx) => tx`select 1`);
    isOver = true;
    await Promise.all(busy);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  test("shares its connection with nobody", async () => {
    const others = Array.from({ length: 20 }, () => client.sql`select pg_backend_pid() as pid`);
    const pids = await client.sql.begin(async (tx) => {
      const [own] = await tx`select pg_backend_pid() as pid`;
      const [more] = await Promise.all([tx`select pg_backend_pid() as pid`, sleep(20)]);
      const outside = await Promise.all(Array.from({ length: 20 }, () => client.sql`select pg_backend_pid() as pid`));
      return { own: own?.pid, more: more[0]?.pid, outside: outside.map(([row]) => row?.pid) };
    });
    await Promise.all(others);
    expect(pids.more).toBe(pids.own);
    expect(pids.outside).not.toContain(pids.own);
  });
});

describe("a transaction whose connection is lost", () => {
  test.each(["reset", "end"] as const)("fails, and nothing of it is done on another one (%s)", async (how) => {
    let next: Promise<unknown> = Promise.resolve();
    const work = client.sql.begin(async (tx) => {
      await tx`insert into note values ('lost')`;
      const slow = tx`select pg_sleep(5)`;
      setTimeout(() => {
        proxy.cut(how);
        next = sleep(5).then(() => client.sql.begin((other) => other`insert into note values ('kept')`));
      }, 30);
      await slow.catch(() => {});
      await sleep(100);
      // The other transaction may be under way now.
      await tx`insert into note values ('late')`;
    });
    expect(await failureOf(work)).toBe("unreachable");
    await next.catch(() => {});
    await sleep(150);
    const left = await notes();
    expect(left.filter((text) => text !== "kept")).toEqual([]);
    for (let i = 0; i < 10; i++) await client.sql.begin((tx) => tx`select 1`);
  });

  test("fails at once, also while its work waits for something else", async () => {
    const work = client.sql.begin(async (tx) => {
      await tx`select 1`;
      await sleep(3_000);
    });
    await sleep(100);
    const started = performance.now();
    client.dropConnections();
    expect(await failureOf(work)).toBe("unreachable");
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("the pool", () => {
  test("has no more connections than it may, and makes do with fewer when the server takes no more", async () => {
    const pids = await Promise.all(Array.from({ length: 300 }, () => client.sql`select pg_backend_pid() as pid`));
    expect(new Set(pids.map(([row]) => row?.pid)).size).toBe(2);
    const role = `only_one_${process.pid}`;
    await database.sql.unsafe(`create role ${role} login superuser connection limit 1`);
    await database.sql.unsafe(`alter role ${role} nosuperuser`);
    const limited = openSql(
      { ...(database.connection as { path: string; database: string }), username: role },
      { max: 5 },
    );
    try {
      await limited`select 1`;
      const answers = await Promise.all(Array.from({ length: 50 }, () => limited`select 1 as one`));
      expect(answers.every(([row]) => row?.one === 1)).toBe(true);
    } finally {
      await limited.end({ timeout: 1 });
      await database.sql.unsafe(`drop role ${role}`);
    }
  });

  test("closes connections that have no work", async () => {
    const name = `idle_${process.pid}`;
    const connection = { application_name: name };
    const sql = openSql(withDatabase(database.connection, "postgres"), { max: 3, idle_timeout: 0.5, connection });
    const count = async () =>
      (await database.sql`select count(*)::int as n from pg_stat_activity where application_name = ${name}`)[0]?.n;
    await Promise.all([sql`select pg_sleep(0.1)`, sql`select pg_sleep(0.1)`, sql`select pg_sleep(0.1)`]);
    expect(await count()).toBe(3);
    for (const end = Date.now() + 12_000; (await count()) > 0 && Date.now() < end; ) await sleep(200);
    expect(await count()).toBe(0);
    expect(await sql`select 1`).toHaveLength(1);
    await sql.end();
    await expect(sql`select 1`).rejects.toMatchObject({ code: "CONNECTION_ENDED" });
  });
});
