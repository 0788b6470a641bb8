// What keeps a Worker from serving, and what it says then.
import { afterEach, describe, expect, it } from "vitest";
import { type EdgeWorker, startEdgeWorker } from "#test/setup/edge-worker.ts";

describe("a Worker that cannot serve", () => {
  let edge: EdgeWorker;
  afterEach(() => edge.close());

  /** The answer to a client, to a load balancer, and whether the log says it too. */
  async function told(): Promise<string> {
    const answer = await edge.fetch("/v2/");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
    expect(errors[0]?.code).toBe("UNAVAILABLE");
    const health = await edge.fetch("/health");
    expect([health.status, await health.json()]).toEqual([503, { Error: errors[0]?.message, Healthy: false }]);
    expect((await edge.fetch("/live")).status).toBe(200);
    return errors[0]?.message as string;
  }

  it("says that the database is of a newer version, and serves when it is not any more", async () => {
    edge = await startEdgeWorker({
      prepare: ({ sql }) =>
        sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 9999999999999)`,
    });
    expect(await told()).toMatch(/newer Berth .* deploy that version's Worker/);
    await edge.database.sql`delete from drizzle.__drizzle_migrations where hash = 'later'`;
    expect((await edge.fetch("/v2/")).status).toBe(401);
  });

  it("says that the database is of an older version, and what to run", async () => {
    edge = await startEdgeWorker({
      prepare: ({ sql }) =>
        sql`delete from drizzle.__drizzle_migrations
          where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`,
    });
    expect(await told()).toMatch(/older than this Worker: run `berth migrate`/);
  });

  it("says that the database was never migrated", async () => {
    edge = await startEdgeWorker({ prepare: ({ sql }) => sql`drop schema drizzle cascade` });
    expect(await told()).toMatch(/no schema of Berth's: run `berth migrate`/);
  });

  it("says in its log, and there alone, which settings are missing or mean nothing to it", async () => {
    edge = await startEdgeWorker({
      settings: { BERTH_SECRET_KEY: "too short", BERTH_LISTEN: ":5000", BERTH_TOKEN_SECOND: "1" },
    });
    expect(await told()).toBe("the registry is not set up: its log says what is missing");
    const log = edge.lines.map((line) => (JSON.parse(line) as { msg: string }).msg).join("\n");
    expect(log).toMatch(/BERTH_SECRET_KEY: the value is not allowed, it must be 32 bytes/);
    expect(log).toMatch(/BERTH_LISTEN means nothing to a Worker/);
    expect(log).toMatch(/BERTH_TOKEN_SECOND is not a variable of Berth; did you mean BERTH_TOKEN_SECONDS\?/);
    expect(log).not.toMatch(/too short/);
  });

  it("does not take a bucket for its own when its database knows blobs that are not in it", async () => {
    edge = await startEdgeWorker({
      prepare: ({ sql }) =>
        sql`with b as (insert into blob (key, size_bytes, state, created_at) values ('aa/aa000000-0000-4000-8000-000000000000', 1, 'live', now()) returning id)
          select id from b`,
    });
    expect(await told()).toMatch(/storage is empty.*the database .* knows blobs/);
  });
});
