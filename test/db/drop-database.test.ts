// A role that is no superuser can remove its database while the server vacuums it.
import { expect, test } from "vitest";
import { dropDatabase } from "#test/setup/drop-database.ts";
import { connect, makeFolder, start, waitUntil } from "./embedded-fixture.ts";

test("removes a database under a vacuum", async () => {
  const database = await start(makeFolder(), { fsync: "off", autovacuum_naptime: "1s" });
  const admin = connect(database, 1);
  await admin`create role maker createdb`;
  await admin`set role maker`;
  await admin`create database made`;
  const inside = connect({ connection: { ...database.connection, database: "made" } });
  // A worker comes within a second, and is hours at its work.
  await inside`create table t (text text) with (autovacuum_vacuum_insert_threshold = 1,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)`;
  await inside`insert into t select repeat('x', 500) from generate_series(1, 20000)`;
  await inside.end();
  // That it is a vacuum, this role may not see; but that it is nobody's session.
  const vacuums = () => admin`select from pg_stat_activity where datname = 'made' and usesysid is null`;
  await waitUntil(async () => (await vacuums()).length > 0);
  await dropDatabase(admin, "made");
  expect([...(await admin`select from pg_database where datname = 'made'`)]).toEqual([]);
});
