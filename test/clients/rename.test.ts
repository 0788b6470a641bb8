// Real docker and skopeo go on with the names that they know, when repositories and organizations get others.
import { join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { user as admin, password } from "./setup/berth.ts";
import { type Box, makeBox } from "./setup/box.ts";
import { skopeo } from "./setup/containers.ts";
import { dockerOf, useDocker } from "./setup/docker.ts";
import { makeBuildContext } from "./setup/image.ts";
import { describeBerths } from "./setup/matrix.ts";
import { getToken, listTags, request } from "./setup/registry.ts";

const engine = useDocker("old");
const noRight = "unauthorized: access to the requested resource is not authorized";

describeBerths("renames", (stage) => {
  const boxes = {} as Record<string, Box>;
  const at = (name: string) => `${stage.host}/${name}`;
  const docker = (who: string, line: string) => (boxes[who] as Box).run(`${engine.command} ${line}`);
  const refused = (who: string, line: string) => (boxes[who] as Box).fail(`${engine.command} ${line}`);
  const push = async (who: string, reference: string) => {
    await docker(who, `tag named:1 ${reference}`);
    return digestIn((await docker(who, `push ${reference}`)).stdout);
  };
  /** Pulls what is not there. @returns the digest. */
  const pull = async (who: string, reference: string) => {
    await (boxes[who] as Box).run(`${engine.command} rmi -f ${reference}`).catch(() => {});
    return digestIn((await docker(who, `pull ${reference}`)).stdout);
  };
  const digestIn = (said: string) => /sha256:[0-9a-f]{64}/.exec(said)?.[0];
  const ask = async (who: string, method: string, path: string, body?: object) => {
    const headers = {
      authorization: `Basic ${btoa(`${who}:${password}`)}`,
      ...(body && { "content-type": "application/json" }),
    };
    const answer = await request(stage.berth, path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, text: await answer.text() };
  };
  const must = async (who: string, method: string, path: string, body?: object) => {
    const { status, text } = await ask(who, method, path, body);
    expect(status, text).toBeLessThan(300);
    return text === "" ? {} : JSON.parse(text);
  };
  const logIn = async (who: string, secret = password) => {
    boxes[who] = makeBox();
    await boxes[who].run(`${engine.command} login -u ${who} --password-stdin ${stage.host}`, { stdin: secret });
  };

  beforeAll(async () => {
    const context = join(stage.box.folder, "named");
    await makeBuildContext(context, inject("run").program);
    await dockerOf(stage, engine)("build -q --network none -t named:1 named", { env: { DOCKER_BUILDKIT: "0" } });
    for (const name of ["olga", "gus"]) await must(admin, "POST", "/enzi/v0/accounts", { name, password });
    for (const [name, owner] of [
      ["acme", "olga"],
      ["globex", "gus"],
    ]) {
      await must(admin, "POST", "/enzi/v0/accounts", { name, isOrg: true });
      await must(admin, "PUT", `/enzi/v0/accounts/${name}/members/${owner}`, { isAdmin: true });
    }
    await must("olga", "POST", "/api/v0/repositories/acme", { name: "web", visibility: "private" });
    const robots = "/api/v0/accounts/acme/serviceAccounts";
    await must("olga", "POST", robots, { name: "ci" });
    await must("olga", "PUT", `${robots}/ci/namespaceAccess`, { accessLevel: "read-write" });
    const { token } = await must("olga", "POST", `${robots}/ci/secrets`, { tokenLabel: "builds" });
    for (const who of ["olga", "gus"]) await logIn(who);
    await logIn("acme+ci", token);
  });

  it("a renamed repository is pulled and pushed to by its old name", async () => {
    const digest = await push("olga", at("acme/web:1"));
    await must("olga", "POST", "/api/v0/repositories/acme/web/rename", { name: "shop" });
    for (const name of ["web", "shop"]) expect(await pull("olga", at(`acme/${name}:1`))).toBe(digest);
    await push("olga", at("acme/web:2"));
    expect(await listTags(stage.berth, "acme/shop")).toEqual(["1", "2"]);
    expect(await pull("acme+ci", at("acme/shop:2"))).toBe(digest);
  });

  it("skopeo lists and copies by the old name", async () => {
    const { box } = stage;
    await box.run(skopeo(box, `login --tls-verify=false -u olga --password-stdin ${stage.host}`), { stdin: password });
    const listed = await box.run(skopeo(box, `list-tags --tls-verify=false docker://${at("acme/web")}`));
    expect(JSON.parse(listed.stdout).Tags).toEqual(["1", "2"]);
    const copy = `copy -q --src-tls-verify=false --dest-tls-verify=false`;
    await box.run(skopeo(box, `${copy} docker://${at("acme/web:1")} docker://${at("acme/web:3")}`));
    expect(await listTags(stage.berth, "acme/shop")).toEqual(["1", "2", "3"]);
  });

  it("the old name cannot be created", async () => {
    const made = await ask("olga", "POST", "/api/v0/repositories/acme", { name: "web" });
    expect([made.status, made.text]).toEqual([400, expect.stringContaining("renamed to acme/shop")]);
  });

  it("a renamed organization is reached by all names, by who had logged in before and with what was given before", async () => {
    const token = await getToken(stage.berth, "repository:acme/shop:pull");
    await must("olga", "POST", "/api/v0/accounts/acme/rename", { name: "initech" });
    const names = ["acme/web", "acme/shop", "initech/web", "initech/shop"];
    for (const name of names)
      for (const who of ["olga", "acme+ci"]) expect(await pull(who, at(`${name}:1`))).toBeDefined();
    for (const name of names) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await request(stage.berth, `/v2/${name}/manifests/1`, { headers })).status).toBe(200);
    }
    await push("acme+ci", at("acme/web:robot"));
    expect(await listTags(stage.berth, "initech/shop")).toContain("robot");
  });

  it("a push to a new name in the old namespace creates it where that is now", async () => {
    await push("olga", at("acme/later:1"));
    expect(await listTags(stage.berth, "initech/later")).toEqual(["1"]);
  });

  it("a transferred repository is its new owner's, by the old name, too", async () => {
    await must(admin, "POST", "/api/v0/repositories/initech/shop/rename", { namespace: "globex" });
    for (const name of ["acme/web", "initech/shop", "globex/shop"]) {
      expect(await pull("gus", at(`${name}:1`))).toBeDefined();
      for (const who of ["olga", "acme+ci"]) expect(await refused(who, `pull ${at(`${name}:1`)}`)).toContain(noRight);
    }
    await push("gus", at("acme/web:gus"));
    expect(await listTags(stage.berth, "globex/shop")).toContain("gus");
  });

  it("a released name leads nowhere, and is its next owner's", async () => {
    await must("olga", "DELETE", "/api/v0/repositoryNamespaces/initech/aliases/web");
    expect(await refused("gus", `pull ${at("acme/web:1")}`)).toContain(noRight);
    expect(await pull("gus", at("initech/shop:1"))).toBeDefined();
    await must("olga", "POST", "/api/v0/repositories/initech", { name: "web", visibility: "private" });
    await push("olga", at("acme/web:new"));
    expect(await listTags(stage.berth, "initech/web")).toEqual(["new"]);
    await must("olga", "DELETE", "/api/v0/accounts/initech/aliases/acme");
    expect(await refused("olga", `pull ${at("acme/web:new")}`)).toContain(noRight);
    expect(await pull("olga", at("initech/web:new"))).toBeDefined();
  });
});
