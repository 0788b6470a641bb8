// The embedded database in good times: how it starts, what it leaves on disk, whom it refuses and what it says then.
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { connect, failToStart, listFolder, makeFolder, start } from "./embedded-fixture.ts";

const isRoot = process.getuid?.() === 0;

describe("a start", () => {
  test("makes a UTF-8 database in C order that only its user can enter", async () => {
    const dataDir = makeFolder();
    const database = await start(dataDir, {});
    const [row] = await connect(database)`
      select current_database() as name, current_user as user, pg_encoding_to_char(encoding) as encoding,
        datcollate as collate, current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses
      from pg_database where datname = current_database()`;
    expect(row).toEqual({ name: "berth", user: "berth", encoding: "UTF8", collate: "C", fsync: "on", addresses: "" });
    expect(listFolder(dataDir)).toEqual(["postgres", "postgres.log", "run"]);
    const mode = (name: string) => statSync(join(dataDir, name)).mode & 0o777;
    expect([mode("postgres"), mode("run"), mode("postgres.log")]).toEqual([0o700, 0o700, 0o600]);
  });

  test("after a stop finds what was written", async () => {
    const dataDir = makeFolder();
    const first = await start(dataDir);
    await connect(first)`create table kept as select 1 as n`;
    await first.stop();
    expect(await first.closed).toBeUndefined();
    expect(listFolder(join(dataDir, "run"))).toEqual([]);
    expect([...(await connect(await start(dataDir))`select n from kept`)]).toEqual([{ n: 1 }]);
  });

  test("makes the folders above the data folder too", async () => {
    const dataDir = join(makeFolder(), "a", "b");
    if (isRoot) chmodSync(join(dataDir, "../.."), 0o711);
    await start(dataDir);
    expect(listFolder(dataDir)).toContain("postgres");
  });

  test("puts the socket in a short folder when the data folder's path is too long, and removes it", async () => {
    const dataDir = join(makeFolder(), "long".repeat(30));
    if (isRoot) chmodSync(dirname(dataDir), 0o711);
    const database = await start(dataDir);
    expect(database.connection.path.length).toBeLessThan(100);
    expect([...(await connect(database)`select 1 as n`)]).toEqual([{ n: 1 }]);
    expect((await failToStart(dataDir)).code).toBe("IN_USE");
    await database.stop();
    expect(statSync(database.connection.host, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("sets a log over 10 MiB aside", async () => {
    const dataDir = makeFolder();
    writeFileSync(join(dataDir, "postgres.log"), Buffer.alloc(10 * 2 ** 20 + 1, "x"));
    await start(dataDir);
    expect(listFolder(dataDir)).toContain("postgres.log.1");
    expect(statSync(join(dataDir, "postgres.log")).size).toBeLessThan(10_000);
  });
});

describe("a second Berth", () => {
  test("is refused while the first one runs", async () => {
    const dataDir = makeFolder();
    await start(dataDir);
    const refusal = await failToStart(dataDir);
    expect(refusal.code).toBe("IN_USE");
    expect(refusal.message).toMatch(/^.*in use by another Berth \(process \d+\).*$/);
  });

  test("is refused while the first one is just starting", async () => {
    const dataDir = makeFolder();
    const results = await Promise.allSettled([start(dataDir), start(dataDir), start(dataDir)]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    for (const result of results) if (result.status === "rejected") expect(result.reason.code).toBe("IN_USE");
  });

  test("starts once the first one has stopped", async () => {
    const dataDir = makeFolder();
    await (await start(dataDir)).stop();
    await start(dataDir);
  });
});

describe("a start that cannot be says so in one line", () => {
  test("when the data folder cannot be made", async () => {
    const file = join(makeFolder(), "file");
    writeFileSync(file, "");
    const refusal = await failToStart(join(file, "data"));
    expect(refusal.code).toBe("NOT_WRITABLE");
    expect(refusal.message).toMatch(/^.*BERTH_DATA_DIR.*$/);
  });

  test.skipIf(!isRoot)("when PostgreSQL's user cannot reach the data folder (only root has another user)", async () => {
    const parent = makeFolder();
    chmodSync(parent, 0o700);
    const refusal = await failToStart(join(parent, "data"));
    expect(refusal.code).toBe("NOT_REACHABLE");
    expect(refusal.message).toContain(`${parent} is closed to it`);
  });

  test("when the database was made by another PostgreSQL", async () => {
    const dataDir = makeFolder();
    mkdirSync(join(dataDir, "postgres"));
    writeFileSync(join(dataDir, "postgres", "PG_VERSION"), "14\n");
    expect(await failToStart(dataDir)).toMatchObject({ code: "WRONG_VERSION" });
  });

  test("when something else lies where the database should be", async () => {
    const dataDir = makeFolder();
    mkdirSync(join(dataDir, "postgres"));
    writeFileSync(join(dataDir, "postgres", "holiday.jpg"), "");
    expect((await failToStart(dataDir)).message).toContain("holds no database");
  });

  test("when PostgreSQL refuses, with what it said", async () => {
    const refusal = await failToStart(makeFolder(), { shared_buffers: "a lot" });
    expect(refusal.code).toBe("START_FAILED");
    expect(refusal.message).toMatch(/^.*invalid value for parameter "shared_buffers".*$/);
  });
});
