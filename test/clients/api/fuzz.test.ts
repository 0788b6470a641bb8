// What our own OpenAPI documents promise, tried with thousands of made-up requests: the same ones each time, and few enough to be
// over in two minutes.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { password as adminPassword, type Berth, makeHome, startBerth } from "../setup/berth.ts";
import { request } from "../setup/registry.ts";
import { run } from "../setup/run.ts";
import { schemathesis } from "../setup/tools.ts";
import { pushTinyImage } from "./setup/tiny-image.ts";

// Not that Allow has the methods of the path alone: `/accounts/language` is also the path of an account of that name.
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "unsupported_method",
].join(",");
const bounds = ["--seed", "20160517", "--max-examples", "8", "--no-shrink"];
const manner = ["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off"];

const people = { tom: "correct horse battery staple", admin: adminPassword };

describe("made-up requests", () => {
  let berth: Berth;
  let names: Record<string, string>;
  beforeAll(async () => {
    berth = await startBerth(await makeHome("embedded"));
    names = await settle(berth);
  });
  afterAll(() => berth?.stop());

  // What is there is asked for without DELETE, so that it stays; then anything, by anybody who may do anything.
  it.each([
    ["tom", "api", "what is there"],
    ["tom", "enzi", "what is there"],
    ["admin", "api", "what is there"],
    ["admin", "enzi", "what is there"],
    ["admin", "api", "anything"],
    ["admin", "enzi", "anything"],
  ] as const)(
    "by %s on /%s/v0, about %s, are answered as the document says",
    async (who, base, about) => {
      const folder = join(inject("run").folder, `fuzz-${who}-${base}-${about.length}`);
      mkdirSync(folder);
      const lines = Object.entries(names).map(([name, value]) => `"path.${name}" = "${value}"`);
      writeFileSync(
        join(folder, "names.toml"),
        ["[parameters]", ...(about === "anything" ? [] : lines), ""].join("\n"),
      );
      const only = about === "anything" ? [] : ["--exclude-method", "DELETE"];
      const mark = await berth.mark();
      // Every boundary of every schema once, which takes longest; to the others, requests at random.
      const phases = who === "admin" && about !== "anything" ? "coverage,fuzzing" : "fuzzing";
      const words = [
        schemathesis,
        "--config-file",
        "names.toml",
        "run",
        `http://${berth.host}/${base}/v0/openapi.json`,
      ];
      const auth = ["--auth", `${who}:${people[who]}`];
      const command = [...words, ...auth, "--checks", checks, ...bounds, "--phases", phases, ...manner, ...only];
      const ran = await run(command, {
        cwd: folder,
        env: { PATH: "/usr/bin:/bin", HOME: folder },
        timeoutSeconds: 300,
      });
      expect(ran.code, ran.all.slice(-20_000)).toBe(0);
      const statuses = (await berth.requestsSince(mark)).map(({ status }) => status);
      expect(statuses.filter((status) => status >= 500)).toEqual([]);
      // Else it was shut out, and learned nothing.
      expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(about === "anything" ? 5 : 30);
      expect(statuses.filter((status) => status === 401 || status === 429).length).toBeLessThan(10);
    },
    320_000,
  );
});

/** A user who owns an organization with a team and a repository. @returns what to put in for the parameters of paths */
async function settle(berth: Berth): Promise<Record<string, string>> {
  const ask = async (method: string, path: string, body: unknown) => {
    const headers = { "content-type": "application/json" };
    const answer = await request(berth, path, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  await ask("POST", "/enzi/v0/accounts", { name: "tom", password: people.tom });
  await ask("POST", "/enzi/v0/accounts", { name: "acme", isOrg: true });
  await ask("PUT", "/enzi/v0/accounts/acme/members/tom", { isAdmin: true });
  const team = await ask("POST", "/enzi/v0/accounts/acme/teams", { name: "crew" });
  await ask("PUT", "/enzi/v0/accounts/acme/teams/crew/members/tom", { isAdmin: true });
  await ask("POST", "/api/v0/repositories/acme", { name: "app", visibility: "private" });
  await ask("POST", "/api/v0/accounts/acme/serviceAccounts", { name: "bot" });
  await pushTinyImage(berth, "acme/app", "v1");
  // A team may be renamed: its id stays.
  const account = { account: "acme", namespace: "acme", orgname: "acme", team: team.id, teamname: team.id };
  return {
    ...account,
    member: "tom",
    username: "tom",
    grantee: "tom",
    name: "bot",
    reponame: "app",
    tag: "v1",
    reference: "v1",
  };
}
