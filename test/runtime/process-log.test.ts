import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectDatabase } from "#db/connect/server.ts";
import { adminOf, type BerthProcess, makeFolder, startBerth } from "./berth-process.ts";

const planted = "pl4nted-s3cret";
const password = "pl4nted-right-password";

let berth: BerthProcess;
beforeAll(async () => {
  berth = await startBerth(makeFolder(), {
    BERTH_LOG_LEVEL: "trace",
    BERTH_ADMIN_PASSWORD: password,
    BERTH_METRICS_TOKEN: "pl4nted-metrics-token",
  });
});
afterAll(() => berth.stop());

const form = (fields: Record<string, string>): RequestInit => ({ method: "POST", body: new URLSearchParams(fields) });
const admin = { authorization: adminOf("", password) };

it("no secret of a request reaches the log, at its most talkative, also when the server fails", async () => {
  const secrets = new Set([
    planted,
    password,
    "pl4nted-metrics-token",
    admin.authorization.slice(6),
    btoa(`x:${planted}`),
  ]);
  const ask = (path: string, init: RequestInit = {}) => fetch(`${berth.url}${path}`, init);
  const offline = await ask("/auth/token?offline_token=true&scope=repository:admin/app:*", { headers: admin });
  const given = (await offline.json()) as { token: string; refresh_token: string };
  secrets.add(given.token).add(given.refresh_token);
  const everything = [
    () => ask("/v2/", { headers: admin }),
    () => ask("/v2/", { headers: { authorization: `Basic ${btoa(`x:${planted}`)}` } }),
    () => ask("/v2/", { headers: { authorization: `Bearer ${given.token}` } }),
    () => ask("/v2/", { headers: { authorization: `Bearer ${planted}` } }),
    () =>
      ask("/v2/", {
        headers: { cookie: `session=${planted}`, "user-agent": planted, referer: `http://x/?t=${planted}` },
      }),
    () => ask(`/auth/token?refresh_token=${given.refresh_token}&password=${planted}&scope=${planted}`),
    () => ask("/auth/token", form({ grant_type: "refresh_token", refresh_token: given.refresh_token })),
    () => ask("/auth/token", form({ grant_type: "refresh_token", refresh_token: planted })),
    () => ask("/auth/token", form({ grant_type: "password", username: "admin", password, access_type: "offline" })),
    () => ask("/auth/token", form({ grant_type: "password", username: planted, password: planted })),
    () => ask(`/v2/_catalog?n=${planted}&token=${planted}`, { headers: admin }),
    () => ask(`/v2/admin/app/blobs/uploads/?digest=${planted}&secret=${planted}`, { method: "POST", headers: admin }),
    () => ask(`/api/v0/repositories?refresh_token=${given.refresh_token}&pageSize=${planted}`, { headers: admin }),
    () => ask("/metrics", { headers: { authorization: "Bearer pl4nted-metrics-token" } }),
    () => ask("/metrics", { headers: { authorization: `Bearer ${planted}` } }),
  ];
  for (const one of everything) await (await one()).text();
  await breakTable("account", "name", "renamed");
  await breakTable("refresh_token", "hash", "renamed");
  for (const one of everything) await (await one()).text();
  const failed = await ask("/auth/token", form({ grant_type: "refresh_token", refresh_token: given.refresh_token }));
  expect(failed.status).toBe(500);

  // Killed at this moment: what failed last is in the log all the same.
  berth.child.kill("SIGKILL");
  await berth.ended;
  const log = berth.out() + berth.err();
  expect(log).toContain(failed.headers.get("x-request-id"));
  expect(log).toMatch(/"route":"\/auth\/token"/);
  expect(log).toMatch(/failed statement/);
  expect([...secrets].filter((secret) => log.includes(secret))).toEqual([]);
});

/** Makes every statement that names the column fail. */
async function breakTable(table: string, column: string, to: string): Promise<void> {
  const path = join(berth.dataDir, "run", ".s.PGSQL.5432");
  const client = connectDatabase({ path, username: "berth", database: "berth" }, { max: 1 });
  await client.sql`alter table ${client.sql(table)} rename column ${client.sql(column)} to ${client.sql(to)}`;
  await client.close();
}
