// The embedded database in bad times: kills at every moment, names of dead processes, a server that dies under us.
import { spawn } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as fixture from "./embedded-fixture.ts";
import {
  connect,
  failToStart,
  isAlive,
  killHard,
  logged,
  makeFolder,
  postmasterPid,
  start,
} from "./embedded-fixture.ts";

const isReady = (output: string) => output.includes("ready");

test("replaces the server that a killed Berth left running", async () => {
  const dataDir = makeFolder();
  const other = await fixture.startElsewhere(dataDir, isReady);
  expect((await failToStart(dataDir)).message).toContain(`process ${other.pid}`);
  await killHard(other);
  const left = postmasterPid(dataDir);
  expect(isAlive(left)).toBe(true);
  const database = await start(dataDir);
  expect(isAlive(left)).toBe(false);
  expect(logged).toContain("stopped the PostgreSQL that an earlier Berth had left running");
  expect([...(await connect(database)`select 1 as n`)]).toEqual([{ n: 1 }]);
});

test("recovers when Berth and its server were killed together", async () => {
  const dataDir = makeFolder();
  const other = await fixture.startElsewhere(dataDir, isReady);
  const server = postmasterPid(dataDir);
  process.kill(server, "SIGKILL");
  await killHard(other);
  await start(dataDir);
  expect(postmasterPid(dataDir)).not.toBe(server);
});

test("starts after a kill in the middle of initdb", async () => {
  const dataDir = makeFolder();
  const halfMade = () => fixture.listFolder(dataDir).some((name) => name.startsWith("postgres.new-"));
  await killHard(await fixture.startElsewhere(dataDir, halfMade));
  const database = await start(dataDir);
  expect([...(await connect(database)`select 1 as n`)]).toEqual([{ n: 1 }]);
});

test("starts after a kill in the middle of the server's first start", async () => {
  const dataDir = makeFolder();
  const appeared = () => statSync(join(dataDir, "postgres", "postmaster.pid"), { throwIfNoEntry: false }) !== undefined;
  await killHard(await fixture.startElsewhere(dataDir, appeared));
  const database = await start(dataDir);
  expect([...(await connect(database)`select 1 as n`)]).toEqual([{ n: 1 }]);
});

test("is not stopped by a postmaster.pid whose number another process has now", async () => {
  const dataDir = makeFolder();
  await (await start(dataDir)).stop();
  const { uid, gid } = statSync(join(dataDir, "postgres"));
  const stranger = spawn("sleep", ["60"], process.getuid?.() === 0 ? { uid, gid } : {});
  try {
    const lines = [stranger.pid, join(dataDir, "postgres"), 1_700_000_000, 5432, join(dataDir, "run"), "", "", "ready"];
    writeFileSync(join(dataDir, "postgres", "postmaster.pid"), `${lines.join("\n")}\n`, { mode: 0o644 });
    await start(dataDir);
    expect(stranger.exitCode).toBeNull();
  } finally {
    await killHard(stranger);
  }
});

test("restarts a server that dies, and the pool finds it again", async () => {
  const dataDir = makeFolder();
  const database = await start(dataDir);
  const sql = connect(database);
  await sql`create table kept as select 1 as n`;
  process.kill(postmasterPid(dataDir), "SIGKILL");
  await fixture.waitUntil(() => logged.includes("the embedded PostgreSQL runs again"));
  await fixture.waitUntil(() =>
    sql`select n from kept`.then(
      () => true,
      () => false,
    ),
  );
  expect((await failToStart(dataDir)).code).toBe("IN_USE");
});

test("takes the lock again when only its session was ended", async () => {
  const database = await start(makeFolder());
  const holders = async () => {
    const rows = await connect(database)<
      { pid: number }[]
    >`select pid from pg_locks where locktype = 'advisory' and granted`;
    return rows.map((row) => row.pid);
  };
  const [first] = await holders();
  await connect(database)`select pg_terminate_backend(${first ?? 0})`.catch(() => {});
  await fixture.waitUntil(() => logged.includes("the embedded PostgreSQL runs again"));
  expect(await holders()).toHaveLength(1);
});

test("stops while it is being restarted", async () => {
  const dataDir = makeFolder();
  const database = await start(dataDir);
  const server = postmasterPid(dataDir);
  process.kill(server, "SIGKILL");
  await fixture.waitUntil(() => !isAlive(server));
  await database.stop();
  expect(await database.closed).toBeUndefined();
  await start(dataDir);
});
