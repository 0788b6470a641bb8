import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeFolder, runBerth } from "#test/runtime/berth-process.ts";

const secrets = {
  BERTH_ADMIN_PASSWORD: "pl4nted-admin-password",
  BERTH_SECRET_KEY: "5ec2e7".repeat(10).padEnd(64, "0"),
  BERTH_METRICS_TOKEN: "pl4nted-metrics-token",
  DATABASE_URL: "postgres://berth:pl4nted-database@db.example/berth?sslpassword=pl4nted-too",
};

it("berth config shows what is in force and where from, and no secret", async () => {
  const { code, out, err } = await runBerth(["config"], "/srv/berth", { ...secrets, BERTH_LOG_LEVEL: "debug" });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("BERTH_DATA_DIR=/srv/berth (environment)\n");
  expect(out).toContain("BERTH_LOG_LEVEL=debug (environment)\n");
  expect(out).toContain("BERTH_TOKEN_SECONDS=300 (default)\n");
  expect(out).toMatch(/^BERTH_SECRET_KEY=\(set\)/m);
  expect(out).toMatch(/^DATABASE_URL=.*db\.example/m);
  for (const secret of ["pl4nted", secrets.BERTH_SECRET_KEY]) expect(out).not.toContain(secret);
});

it("a wrong configuration stops every command with a line per problem and code 2, without its secrets", async () => {
  const wrong = {
    BERTH_LISTEN: "nowhere",
    BERTH_LOG_LEVEL: "loud",
    BERTH_SECRET_KEY: "pl4nted",
    DATABASE_URL: "mysql://root:pl4nted@db/x",
    BERTH_STORAGE: "ftp://x",
    BERTH_LISTN: "127.0.0.1:5000",
  };
  for (const verb of [["start"], ["config"]]) {
    const { code, out, err } = await runBerth(verb, "/srv/berth", wrong);
    expect(code).toBe(2);
    const lines = err.trimEnd().split("\n");
    expect(lines.length).toBe(Object.keys(wrong).length);
    for (const name of Object.keys(wrong))
      expect(lines.filter((line) => line.startsWith(`berth: ${name}`)).length).toBe(1);
    expect(out + err).not.toContain("pl4nted");
  }
});

it("refuses to be reached from elsewhere without encryption, and says how to", async () => {
  const { code, err } = await runBerth(["start"], "/srv/berth", { BERTH_LISTEN: "0.0.0.0:5000" });
  expect(code).toBe(2);
  expect(err).toMatch(
    /^berth: BERTH_LISTEN: [^\n]*BERTH_TLS_CERT[^\n]*BERTH_TRUSTED_PROXIES[^\n]*BERTH_ALLOW_HTTP=1[^\n]*\n$/,
  );
});

it("reads the file that BERTH_CONFIG names, and names the file's problems", async () => {
  const file = join(makeFolder(), "berth.json");
  writeFileSync(file, JSON.stringify({ BERTH_TOKEN_SECONDS: 600, BERTH_LISTEN: "127.0.0.1:6000" }));
  const { out } = await runBerth(["config"], "/srv/berth", { BERTH_CONFIG: file });
  expect(out).toContain("BERTH_TOKEN_SECONDS=600 (file)\n");
  writeFileSync(file, '{"BERTH_SECRET_KEY": "pl4nted"');
  const broken = await runBerth(["config"], "/srv/berth", { BERTH_CONFIG: file });
  expect(broken.code).toBe(2);
  expect(broken.err).toMatch(/^berth: BERTH_CONFIG: [^\n]* is not valid JSON\n$/);
});
