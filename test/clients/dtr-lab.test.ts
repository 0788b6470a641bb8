// The lab that DTR's users learned permissions with, by real docker: four people, two teams, two private repositories; first with
// the global roles of DTR 1.x, then with nothing but what teams were granted.
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { user as admin, password } from "./setup/berth.ts";
import { type Box, makeBox } from "./setup/box.ts";
import { dockerOf, useDocker } from "./setup/docker.ts";
import { makeBuildContext } from "./setup/image.ts";
import { describeBerths, type Stage } from "./setup/matrix.ts";
import { request } from "./setup/registry.ts";

const people = ["gordon", "orca", "moby", "ahab"] as const;
type Person = (typeof people)[number];

const engine = useDocker("old");
/** What docker shows its user. */
const noLogin = "unauthorized: authentication required";
const noRight = "unauthorized: access to the requested resource is not authorized";

describeBerths("DTR's lab", (stage) => {
  const boxes = {} as Record<Person | "nobody", Box>;
  const must = (method: string, path: string, body?: object) => askAs(stage, admin, method, path, body);
  const docker = (who: Person | "nobody", line: string) => boxes[who].run(`${engine.command} ${line}`);
  const refused = (who: Person | "nobody", line: string) => boxes[who].fail(`${engine.command} ${line}`);
  const at = (name: string) => `${stage.host}/engineering/${name}`;
  const push = async (who: Person, reference: string) => {
    await docker(who, `tag lab:1 ${reference}`);
    await docker(who, `push ${reference}`);
  };
  const refusedPush = async (who: Person | "nobody", reference: string) => {
    await docker(who, `tag lab:1 ${reference}`);
    return refused(who, `push ${reference}`);
  };

  beforeAll(async () => {
    const context = join(stage.box.folder, "lab");
    await makeBuildContext(context, inject("run").program);
    await dockerOf(stage, engine)("build -q --network none -t lab:1 lab", { env: { DOCKER_BUILDKIT: "0" } });
    for (const name of people) await must("POST", "/enzi/v0/accounts", { name, password });
    await must("PATCH", "/enzi/v0/accounts/gordon", { isAdmin: true });
    await must("PATCH", "/enzi/v0/accounts/orca", { globalRole: "read-write" });
    await must("PATCH", "/enzi/v0/accounts/moby", { globalRole: "read-only" });
    await must("POST", "/enzi/v0/accounts", { name: "engineering", isOrg: true });
    const teams = { core: ["gordon", "orca"], frontend: ["gordon", "moby", "ahab"] };
    for (const [name, members] of Object.entries(teams)) {
      await must("POST", "/enzi/v0/accounts/engineering/teams", { name });
      for (const member of members)
        await must("PUT", `/enzi/v0/accounts/engineering/teams/${name}/members/${member}`, {});
    }
    for (const name of ["barca", "madrid"])
      await must("POST", "/api/v0/repositories/engineering", { name, visibility: "private" });
    await grant("barca", "core", "read-only");
    await grant("madrid", "frontend", "read-write");
    for (const who of people) {
      boxes[who] = makeBox();
      await boxes[who].run(`${engine.command} login -u ${who} --password-stdin ${stage.host}`, { stdin: password });
    }
    boxes.nobody = makeBox();
  });

  const grant = (repository: string, team: string, accessLevel: string) =>
    must("PUT", `/api/v0/repositories/engineering/${repository}/teamAccess/${team}`, { accessLevel });
  const take = (repository: string, team: string) =>
    must("DELETE", `/api/v0/repositories/engineering/${repository}/teamAccess/${team}`);

  describe("with global roles", () => {
    it("orca, who may write everywhere, pushes barca:lona", () => push("orca", at("barca:lona")));

    it("moby, who may read everywhere, pulls it, and may not push barca:latest", async () => {
      await docker("moby", `pull ${at("barca:lona")}`);
      expect(await refusedPush("moby", at("barca:latest"))).toContain(noRight);
    });

    it("ahab pushes and pulls madrid:latest", async () => {
      await push("ahab", at("madrid:latest"));
      await docker("ahab", `pull ${at("madrid:latest")}`);
    });

    it("ahab can neither pull nor push barca, nor learn that it is there", async () => {
      expect(await refused("ahab", `pull ${at("barca:lona")}`)).toContain(noRight);
      expect(await refusedPush("ahab", at("barca:lona"))).toContain(noRight);
      expect(await refused("ahab", `pull ${at("sevilla:1")}`)).toContain(noRight);
      expect(await namesFor(stage, "ahab")).toEqual(["engineering/madrid"]);
      expect(await catalogFor(stage, "ahab")).toEqual(["engineering/madrid"]);
      expect(await eventsFor(stage, "ahab")).toEqual(["engineering/madrid"]);
      expect(await eventsFor(stage, admin)).toEqual(
        expect.arrayContaining(["engineering/barca", "engineering/madrid"]),
      );
      const { stdout } = await docker("ahab", `search ${stage.host}/engineering`);
      expect([stdout.includes("engineering/madrid"), stdout.includes("barca")], stdout).toEqual([true, false]);
    });

    it("gordon, a system admin, does everything", async () => {
      for (const name of ["barca:gordon", "madrid:gordon"]) {
        await push("gordon", at(name));
        await docker("gordon", `pull ${at(name)}`);
      }
      expect(await namesFor(stage, "gordon")).toEqual(
        expect.arrayContaining(["engineering/barca", "engineering/madrid"]),
      );
    });

    it("nobody without a login, who is told to log in", async () => {
      expect(await refused("nobody", `pull ${at("barca:lona")}`)).toContain(noLogin);
      expect(await refusedPush("nobody", at("barca:lona"))).toMatch(
        /unauthorized: authentication required|no basic auth/,
      );
    });
  });

  describe("with team grants alone", () => {
    beforeAll(async () => {
      for (const name of ["orca", "moby"]) await must("PATCH", `/enzi/v0/accounts/${name}`, { globalRole: "none" });
    });

    it("orca reads barca, by her team, and writes no longer", async () => {
      await docker("orca", `pull ${at("barca:lona")}`);
      expect(await refusedPush("orca", at("barca:lona"))).toContain(noRight);
      expect(await refused("orca", `pull ${at("madrid:latest")}`)).toContain(noRight);
    });

    it("moby writes madrid, by his team, and does not see barca any more", async () => {
      await push("moby", at("madrid:moby"));
      expect(await refused("moby", `pull ${at("barca:lona")}`)).toContain(noRight);
      expect(await namesFor(stage, "moby")).toEqual(["engineering/madrid"]);
    });

    it("what a team is granted on the whole namespace holds in every repository", async () => {
      await must("PUT", "/api/v0/repositoryNamespaces/engineering/teamAccess/core", { accessLevel: "admin" });
      await push("orca", at("valencia:1"));
      await push("orca", at("madrid:orca"));
      await must("DELETE", "/api/v0/repositoryNamespaces/engineering/teamAccess/core");
      expect(await refusedPush("orca", at("madrid:orca"))).toContain(noRight);
      await docker("orca", `pull ${at("barca:lona")}`);
    });

    it("each grant that is taken away is gone at the next command", async () => {
      await take("barca", "core");
      expect(await refused("orca", `pull ${at("barca:lona")}`)).toContain(noRight);
      await grant("madrid", "frontend", "read-only");
      expect(await refusedPush("moby", at("madrid:moby"))).toContain(noRight);
      await docker("moby", `pull ${at("madrid:moby")}`);
      await must("DELETE", "/enzi/v0/accounts/engineering/teams/frontend/members/moby");
      expect(await refused("moby", `pull ${at("madrid:moby")}`)).toContain(noRight);
      await must("DELETE", "/enzi/v0/accounts/engineering/members/ahab");
      expect(await refused("ahab", `pull ${at("madrid:latest")}`)).toContain(noRight);
      await must("PATCH", "/enzi/v0/accounts/gordon", { isAdmin: false, isActive: false });
      expect(await refused("gordon", `pull ${at("madrid:latest")}`)).toMatch(/unauthorized/);
    });
  });

  it("a machine logs in with an access token, and is out when that ends", async () => {
    const made = await askAs(stage, "ahab", "POST", "/api/v0/api_tokens", { tokenLabel: "ci" });
    const { token, hashedToken } = (await made.json()) as { token: string; hashedToken: string };
    const machine = makeBox();
    const own = `${stage.host}/ahab/ci:1`;
    await machine.run(`${engine.command} login -u ahab --password-stdin ${stage.host}`, { stdin: token });
    await machine.run(`${engine.command} tag lab:1 ${own}`);
    await machine.run(`${engine.command} push ${own}`);
    await askAs(stage, "ahab", "DELETE", `/api/v0/api_tokens/${hashedToken}`);
    expect(await machine.fail(`${engine.command} push ${own}`)).toMatch(/unauthorized/);
    expect(stage.berth.output()).not.toContain(token);
  });

  it("a public repository is pulled by who has not logged in, and pushed to by nobody who was not granted it", async () => {
    await must("PATCH", "/api/v0/repositories/engineering/barca", { visibility: "public" });
    await docker("nobody", `pull ${at("barca:lona")}`);
    expect(await refusedPush("ahab", at("barca:lona"))).toContain(noRight);
  });

  it("a personal repository is seen by its owner and by system admins alone", async () => {
    const own = `${stage.host}/ahab/own:1`;
    await push("ahab", own);
    expect(await refused("moby", `pull ${own}`)).toContain(noRight);
    expect(await namesFor(stage, "moby")).not.toContain("ahab/own");
    expect(await namesFor(stage, "ahab")).toContain("ahab/own");
    expect(await namesFor(stage, admin)).toContain("ahab/own");
  });
});

/** @throws with what was answered, unless it went well. */
async function askAs(stage: Stage, who: string, method: string, path: string, body?: object): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${who}:${password}`).toString("base64")}`;
  const headers = { "content-type": "application/json", authorization };
  const answer = await request(stage.berth, path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (answer.ok) return answer;
  throw new Error(`${who}: ${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** The names that a list gives him, but those that are there for other tests. */
async function namesFor(stage: Stage, who: string): Promise<string[]> {
  const answer = await askAs(stage, who, "GET", "/api/v0/repositories?pageSize=100");
  const { repositories } = (await answer.json()) as { repositories: { namespace: string; name: string }[] };
  return repositories.map(({ namespace, name }) => `${namespace}/${name}`).filter((path) => !path.startsWith("seed/"));
}

async function catalogFor(stage: Stage, who: string): Promise<string[]> {
  const { repositories } = (await (await askAs(stage, who, "GET", "/v2/_catalog")).json()) as {
    repositories: string[];
  };
  return repositories.filter((path) => !path.startsWith("seed/"));
}

/** The repositories that events tell him of. */
async function eventsFor(stage: Stage, who: string): Promise<string[]> {
  const answer = await askAs(stage, who, "GET", "/api/v0/events?pageSize=1000&excludePull=true");
  const { events } = (await answer.json()) as { events: { repository: string }[] };
  const paths = new Set(events.map(({ repository }) => repository).filter((path) => path && !path.startsWith("seed/")));
  return [...paths].sort();
}
