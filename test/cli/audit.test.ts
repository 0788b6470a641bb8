// `berth audit verify` beside a server that runs: what was sealed is right until somebody changes it.
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { connectDatabase } from "#db/connect/server.ts";
import { adminOf, type BerthProcess, makeFolder, runBerth, startBerth } from "#test/runtime/berth-process.ts";

describe("berth audit verify", { timeout: 60_000 }, () => {
  let berth: BerthProcess;
  beforeAll(async () => {
    berth = await startBerth(makeFolder());
    const answer = await fetch(`${berth.url}/api/v0/repositories/admin`, {
      method: "POST",
      headers: { authorization: adminOf(berth.dataDir), "content-type": "application/json" },
      body: JSON.stringify({ name: "app" }),
    });
    expect(answer.status).toBe(201);
  });
  const verify = (...options: string[]) => runBerth(["audit", "verify", ...options], berth.dataDir);

  it("finds what the server sealed within seconds, and what was changed since, with status 1", async () => {
    const ready =
      /^\d+ events in \d+ checkpoints are as they were sealed; 0 events are not sealed yet\nlast checkpoint\t(\d+:\w{64})\n$/;
    await expect.poll(async () => (await verify()).out, { timeout: 20_000, interval: 500 }).toMatch(ready);
    const { code, out } = await verify();
    expect(code).toBe(0);
    const [, last = ""] = ready.exec(out) ?? [];
    expect((await verify("--checkpoint", last)).code).toBe(0);
    const other = await verify(
      "--checkpoint",
      last.replace(/:./, (start) => (start === ":0" ? ":1" : ":0")),
    );
    expect([other.code, other.out]).toEqual([1, expect.stringContaining("it is not the one that was kept")]);

    const exported = await runBerth(["audit", "export"], berth.dataDir);
    const lines = exported.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(["account.create", "repository.create"]));
    const rest = await runBerth(["audit", "export", "--after", lines.at(-2).position], berth.dataDir);
    // A login may have been written meanwhile.
    expect(rest.out.split("\n")[0]).toBe(JSON.stringify(lines.at(-1)));

    const path = join(berth.dataDir, "run", ".s.PGSQL.5432");
    const client = connectDatabase({ path, username: "berth", database: "berth" }, { max: 1 });
    const [event] =
      await client.sql`update event set object = 'admin/other' where type = 'repository.create' returning id`;
    await client.close();
    const changed = await verify();
    expect([changed.code, changed.out]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^broken\tcheckpoint \\d+, event ${event?.id}\tthe event was changed\n`)),
    ]);
  });
});
