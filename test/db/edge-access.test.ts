// The way by TCP to an embedded database, for a Worker on the same machine: one account, with its password, and rows alone.
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EdgeAccess, edgeAccessSettings, openEdgeAccess } from "#db/connect/embedded/edge-access.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#db/connect/embedded.ts";
import { migrateDatabase } from "#db/connect/migrate.ts";
import { scratchFolder } from "#test/setup/scratch.ts";

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

describe("the way by TCP to the embedded database", () => {
  let dataDir: string;
  let database: EmbeddedDatabase;
  let access: EdgeAccess;
  beforeAll(async () => {
    dataDir = await mkdtemp(join(scratchFolder(), "berth-edge-"));
    const settings = { ...edgeAccessSettings(dataDir), fsync: "off" };
    database = await startEmbeddedDatabase({ dataDir, log: quiet, settings });
    await migrateDatabase(database.connection, join(import.meta.dirname, "../../db/migrations"));
    access = await openEdgeAccess(database.connection);
  });
  afterAll(async () => {
    await access?.close();
    await database?.stop();
    await rm(dataDir, { recursive: true });
  });

  async function asking<T>(change: (url: URL) => void, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const url = new URL(access.url);
    change(url);
    const sql = postgres(url.href, { max: 1, fetch_types: false, connect_timeout: 5 });
    try {
      return await work(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }
  const same = () => {};

  it("is on this machine alone", () => {
    expect(new URL(access.url).hostname).toBe("127.0.0.1");
  });

  it("lets its account read and write rows, and change no table", async () => {
    await asking(same, async (sql) => {
      await sql`insert into setting (name, value, updated_at) values ('edge', 'true', now())`;
      expect((await sql`select name from setting`).map(({ name }) => name)).toEqual(["edge"]);
      await sql`delete from setting`;
      await expect(sql`drop table setting`).rejects.toThrow(/must be owner/);
      await expect(sql`create table more (a int)`).rejects.toThrow(/permission denied/);
      expect((await sql`select max(created_at) as newest from drizzle.__drizzle_migrations`)[0]?.newest).toBeTruthy();
    });
  });

  it("turns away whoever has no or another password", async () => {
    for (const password of ["", "wrong"]) {
      const wrong = asking(
        (url) => {
          url.password = password;
        },
        (sql) => sql`select 1`,
      );
      await expect(wrong).rejects.toThrow(/password/);
    }
  });

  it("turns away every other account, also the one that is asked for no password on the socket", async () => {
    const owner = asking(
      (url) => {
        url.username = "berth";
      },
      (sql) => sql`select 1`,
    );
    await expect(owner).rejects.toThrow(/only berth_edge may connect by TCP/);
  });

  it("turns away what is no client of PostgreSQL, and goes on", async () => {
    const { port } = new URL(access.url);
    for (const bytes of ["GET / HTTP/1.1\r\n\r\n", "\0\0\0\x08\0\0\0\0", ""]) {
      const socket = connect({ host: "127.0.0.1", port: Number(port) });
      const ended = new Promise((resolve) => socket.once("close", resolve));
      socket.on("error", () => {});
      socket.on("data", () => {});
      socket.end(bytes);
      await ended;
    }
    await asking(same, async (sql) => expect((await sql`select 1 as one`)[0]?.one).toBe(1));
  });

  it("is opened again with another password", async () => {
    const before = access.url;
    await access.close();
    access = await openEdgeAccess(database.connection);
    expect(new URL(access.url).password).not.toBe(new URL(before).password);
    await asking(same, async (sql) => expect((await sql`select 1 as one`)[0]?.one).toBe(1));
  });
});
