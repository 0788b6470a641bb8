// notation: signs an image, lists and verifies the signature it finds through the referrers.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { password, user } from "./setup/berth.ts";
import { describeBerths } from "./setup/matrix.ts";
import { listReferrers, publish, pushImage } from "./setup/registry.ts";

const policy = {
  name: "test",
  registryScopes: ["*"],
  signatureVerification: { level: "strict" },
  trustStores: ["ca:test.local"],
  trustedIdentities: ["*"],
};

describeBerths("notation", (stage) => {
  const image = (repository: string) => `${stage.host}/${repository}@${stage.seed.digest}`;
  const login = { NOTATION_USERNAME: user, NOTATION_PASSWORD: password };
  const run = (line: string) => stage.box.run(`notation ${line}`, { env: login });

  beforeAll(async () => {
    const { berth, box, seed } = stage;
    await pushImage(berth, "not/app", { tag: "1", image: seed });
    writeFileSync(join(box.folder, "policy.json"), JSON.stringify({ version: "1.0", trustPolicies: [policy] }));
    await run("cert generate-test --default test.local");
    await run("policy import --force policy.json");
  });

  it("refuses a wrong password and says so", async () => {
    const env = { ...login, NOTATION_PASSWORD: "wrong-password" };
    const said = await stage.box.fail(`notation ls --insecure-registry ${image("not/app")}`, { env });
    expect(said).toMatch(/401|unauthorized/i);
  });

  it("finds no signature before there is one", async () => {
    const command = `notation verify --insecure-registry ${image("not/app")}`;
    expect(await stage.box.fail(command, { env: login })).toMatch(/no signature/i);
  });

  it("signs an image", async () => {
    await run(`sign --insecure-registry ${image("not/app")}`);
    const [signature, ...more] = await listReferrers(stage.berth, "not/app", stage.seed.digest);
    expect(more).toEqual([]);
    expect(signature?.artifactType).toBe("application/vnd.cncf.notary.signature");
  });

  it("lists the signature", async () => {
    const [signature] = await listReferrers(stage.berth, "not/app", stage.seed.digest);
    expect((await run(`ls --insecure-registry ${image("not/app")}`)).stdout).toContain(signature?.digest);
    expect((await run(`inspect --insecure-registry ${image("not/app")}`)).stdout).toContain(signature?.digest);
  });

  it("verifies the signature", async () => {
    expect((await run(`verify --insecure-registry ${image("not/app")}`)).all).toContain("Successfully verified");
  });

  it("is refused a private image without a login, and gets it when it is public", async () => {
    const command = `notation verify --insecure-registry ${image("not/app")}`;
    expect(await stage.box.fail(command)).toMatch(/401|unauthorized|credential/i);
    await publish(stage.berth, "not/app");
    expect((await stage.box.run(command)).all).toContain("Successfully verified");
  });
});
