// PostgreSQL settings of a pool hold on each of its connections, and on no other.
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectDatabase } from "#db/connect/server.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it("a pool with settings has them, one without has the server's", async () => {
  const settings = { synchronous_commit: "local" };
  const client = connectDatabase(database.connection, { max: 2, settings });
  try {
    // Asleep together, so that they are on two connections.
    const ask = () =>
      client.sql`select current_setting('synchronous_commit') as is, pg_backend_pid() as pid, pg_sleep(0.3)`;
    const answers = (await Promise.all([ask(), ask()])).map(([row]) => row);
    expect(new Set(answers.map((row) => row?.pid)).size).toBe(2);
    expect(answers.map((row) => row?.is)).toEqual(["local", "local"]);
    const [other] = await database.sql`select current_setting('synchronous_commit') as is`;
    expect(other?.is).not.toBe("local");
  } finally {
    await client.close();
  }
});
