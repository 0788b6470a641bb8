import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { adminOf, makeFolder, runBerth, startBerth } from "./berth-process.ts";

const certificates = join(import.meta.dirname, "certificates");

/** A data folder of a server that was stopped. */
const used = makeFolder();
beforeAll(async () => {
  const berth = await startBerth(used, { BERTH_ADMIN_PASSWORD: "a password of mine" });
  const answer = await fetch(`${berth.url}/v2/`, { headers: { authorization: adminOf(used, "a password of mine") } });
  expect(answer.status).toBe(200);
  await berth.stop();
});

it("BERTH_ADMIN_PASSWORD sets the first password, and no file holds it", () => {
  expect(() => readFileSync(join(used, "admin-password"))).toThrow();
});

it("refuses a port in use with one line", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as { port: number };
  const refused = await runBerth(["start"], used, { BERTH_LISTEN: `127.0.0.1:${port}` });
  holder.close();
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(new RegExp(`^berth: BERTH_LISTEN: 127\\.0\\.0\\.1:${port} is in use[^\\n]*\\n$`));
});

it.each(["/sys/berth", "FILE/data"])(
  "refuses the data folder %s, where nothing can be written, with one line",
  async (where) => {
    const file = join(makeFolder(), "file");
    writeFileSync(file, "");
    const folder = where.replace("FILE", file);
    const refused = await runBerth(["start"], folder);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^berth: [^\n]+\n$/);
    expect(refused.err).toContain(folder);
  },
);

it("refuses a certificate that cannot be used with one line", async () => {
  const broken = join(makeFolder(), "broken.crt");
  writeFileSync(broken, "not a certificate");
  const names = { BERTH_TLS_KEY: join(certificates, "first.key"), BERTH_TLS_CERT: broken };
  const refused = await runBerth(["start"], used, names);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/^berth: the certificate or key named by BERTH_TLS_CERT and BERTH_TLS_KEY [^\n]*\n$/);
  const absent = await runBerth(["start"], used, { ...names, BERTH_TLS_CERT: "/nowhere.crt" });
  expect(absent.code).toBe(1);
  expect(absent.err).toMatch(/^berth: [^\n]*\/nowhere\.crt[^\n]*\n$/);
});

it.each([
  [`${"0".repeat(64)}\n`, /^berth: the secret key \([^\n]*\) does not open the keys in this database\n$/],
  ["words\n", /^berth: [^\n]*secret-key does not hold a key of 64 hexadecimal digits[^\n]*\n$/],
])("refuses the secret-key file %j with one line", async (text, line) => {
  const copy = makeFolder(used);
  writeFileSync(join(copy, "secret-key"), text);
  const refused = await runBerth(["start"], copy);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(line);
});

it("refuses a database server that does not answer with one line, and does not show its password", async () => {
  const variables = { DATABASE_URL: "postgres://berth:pl4nted@127.0.0.1:1/berth", BERTH_SECRET_KEY: "ab".repeat(32) };
  const refused = await runBerth(["start"], makeFolder(), variables);
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(/^berth: the database named by DATABASE_URL: [^\n]+\n$/);
  expect(refused.out + refused.err).not.toContain("pl4nted");
});
