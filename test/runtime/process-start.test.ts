import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectDatabase } from "#db/connect/server.ts";
import { adminOf, type BerthProcess, type Ended, makeFolder, runBerth, startBerth } from "./berth-process.ts";

let first: BerthProcess;
/** A data folder of a server that was stopped. */
let used: string;
let stopped: Ended;
beforeAll(async () => {
  first = await startBerth(makeFolder());
});
afterAll(async () => {
  await first.stop();
});

const ping = async (berth: BerthProcess, authorization: string) =>
  (await fetch(`${berth.url}/v2/`, { headers: { authorization } })).status;

it("starts on an empty folder and prints where it is, where the data lies, and three docker commands", async () => {
  const out = first.out();
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(out).toContain(`Data folder: ${first.dataDir}`);
  const commands = out.split("\n").filter((line) => line.trim().startsWith("docker "));
  expect(commands.map((line) => line.trim().split(" ")[1])).toEqual(["login", "tag", "push"]);
  for (const line of commands) expect(line).toContain(`127.0.0.1:${first.port}`);
  expect(first.err()).toBe("");
  expect((await fetch(`${first.url}/health`)).status).toBe(200);
});

it("keeps the generated password in a file that only its owner reads, and not in its output", async () => {
  const file = join(first.dataDir, "admin-password");
  const password = readFileSync(file, "utf8").trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(first.dataDir, "secret-key")).mode & 0o777).toBe(0o600);
  expect(password.length >= 20).toBe(true);
  expect(first.out()).toContain(`Password: in ${file}`);
  expect(first.out()).not.toContain(password);
  expect(await ping(first, adminOf(first.dataDir))).toBe(200);
});

it("refuses a data folder in use with one line that names its holder", async () => {
  const second = await runBerth(["start"], first.dataDir);
  expect(second.code).toBe(1);
  expect(second.err).toMatch(new RegExp(`^berth: [^\\n]*${first.child.pid}[^\\n]*\\n$`));
  expect(await ping(first, adminOf(first.dataDir))).toBe(200);
});

it("resets a password while the server runs, at once", async () => {
  const old = adminOf(first.dataDir);
  const reset = await runBerth(["admin", "reset-password"], first.dataDir);
  expect(reset).toMatchObject({ code: 0, err: "" });
  const [, password] = /^the new password of admin is (\S+)\n$/.exec(reset.out) ?? [];
  expect(await ping(first, adminOf("", password))).toBe(200);
  expect(await ping(first, old)).toBe(401);
  const nobody = await runBerth(["admin", "reset-password", "nobody"], first.dataDir);
  expect(nobody).toMatchObject({ code: 1, err: "berth: there is no user nobody\n" });
});

it("stops with code 0 on SIGTERM, quickly when nothing is under way", async () => {
  const since = Date.now();
  stopped = await first.stop();
  expect(stopped.code).toBe(0);
  expect(stopped.err).toBe("");
  expect(Date.now() - since < 8000).toBe(true);
  used = first.dataDir;
});

it("resets a password while the server is stopped, from standard input", async () => {
  const short = await runBerth(["admin", "reset-password", "--password-stdin"], used, {}, "short\n");
  expect(short).toMatchObject({ code: 1, err: "berth: the password must have 8 characters at least\n" });
  const given = await runBerth(["admin", "reset-password", "--password-stdin"], used, {}, "my own password\n");
  expect(given).toMatchObject({ code: 0, out: "the password of admin is changed\n" });
});

it("starts again in under 3 seconds, without naming a password; BERTH_ADMIN_PASSWORD has no effect any more", async () => {
  const since = Date.now();
  const again = await startBerth(used, { BERTH_ADMIN_PASSWORD: "not this one" });
  // The tests beside this one share the machine: three times what is promised.
  expect(Date.now() - since < 9000).toBe(true);
  expect(again.out()).not.toMatch(/Password/);
  expect(await ping(again, adminOf("", "my own password"))).toBe(200);
  expect(await ping(again, adminOf("", "not this one"))).toBe(401);
  await markNewer(used);
  await again.stop();
});

it("refuses a database that is newer than the program, untouched, with one line", async () => {
  const refused = await runBerth(["start"], used);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/^berth: the database was used by a newer Berth[^\n]*\n$/);
});

/** Leaves the trace of a migration that this version does not know. */
async function markNewer(dataDir: string): Promise<void> {
  const path = join(dataDir, "run", ".s.PGSQL.5432");
  const client = connectDatabase({ path, username: "berth", database: "berth" }, { max: 1 });
  const [table] = await client.sql<{ name: string }[]>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where tablename like '%migrations%'`;
  await client.sql.unsafe(`insert into ${table?.name} (hash, created_at) values ('new', 99999999999999)`);
  await client.close();
}
