// cosign: signs and attests an image in both of its storage forms, and verifies what it finds in the registry.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { loginTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { makeBox } from "./setup/box.ts";
import { describeBerths } from "./setup/matrix.ts";
import { listReferrers, listTags, pushImage } from "./setup/registry.ts";

describeBerths("cosign", (stage) => {
  const insecure = "--allow-insecure-registry --allow-http-registry";
  const sign = `--key cosign.key ${insecure} --yes`;
  const verify = `--key cosign.pub --insecure-ignore-tlog ${insecure}`;
  const offline = "--signing-config sc.json --trusted-root tr.json";
  const asTag = "--use-signing-config=false --new-bundle-format=false --tlog-upload=false";
  const image = (repository: string) => `${stage.host}/${repository}@${stage.seed.digest}`;
  const run = (line: string) => stage.box.run(`cosign ${line}`, { env: { COSIGN_PASSWORD: "" } });

  beforeAll(async () => {
    const { berth, box, seed } = stage;
    for (const repository of ["cos/app", "cos/old", "cos/bare"])
      await pushImage(berth, repository, { tag: "1", image: seed });
    await run("generate-key-pair");
    writeFileSync(join(box.folder, "sc.json"), (await run("signing-config create")).stdout);
    await run("trusted-root create --out tr.json");
    writeFileSync(join(box.folder, "predicate.json"), '{"built":"here"}');
  });

  loginTests(stage, {
    login: ({ host }, password) => `cosign login -u ${user} -p ${password} ${host}`,
    firstUse: () => `cosign verify ${verify} ${image("cos/app")}`,
  });

  it("signs an image by a referrer", async () => {
    await run(`sign ${sign} ${offline} ${image("cos/app")}`);
    expect(await listReferrers(stage.berth, "cos/app", stage.seed.digest)).toHaveLength(1);
  });

  it("verifies that signature", async () => {
    const said = await run(`verify ${verify} --trusted-root tr.json ${stage.host}/cos/app:1`);
    expect(said.stdout).toContain(stage.seed.digest);
  });

  it("signs an image by a tag, and verifies it", async () => {
    await run(`sign ${sign} ${asTag} ${image("cos/old")}`);
    expect(await listTags(stage.berth, "cos/old")).toContain(`${stage.seed.digest.replace(":", "-")}.sig`);
    const said = await run(`verify ${verify} --new-bundle-format=false ${image("cos/old")}`);
    expect(said.stdout).toContain(stage.seed.digest);
  });

  it("attests, and verifies the attestation", async () => {
    const predicate = "--predicate predicate.json --type custom";
    await run(`attest ${sign} ${offline} ${predicate} ${image("cos/app")}`);
    const said = await run(`verify-attestation ${verify} --trusted-root tr.json --type custom ${image("cos/app")}`);
    expect(said.stdout).toContain("payload");
    expect(await listReferrers(stage.berth, "cos/app", stage.seed.digest)).toHaveLength(2);
  });

  it("shows what belongs to an image", async () => {
    const tree = (await run(`tree ${insecure} ${image("cos/old")}`)).all;
    expect(tree).toContain(".sig");
  });

  it("finds no signature where there is none", async () => {
    const command = `cosign verify ${verify} --trusted-root tr.json ${image("cos/bare")}`;
    expect(await stage.box.fail(command)).toMatch(/no signatures found|no matching/i);
  });

  it("copies an image with its signature", async () => {
    await run(`copy ${insecure} --only=sig ${image("cos/old")} ${stage.host}/cos/copied:1`);
    expect(await listTags(stage.berth, "cos/copied")).toContain(`${stage.seed.digest.replace(":", "-")}.sig`);
  });

  it("is refused a private image without a login", async () => {
    const { folder } = stage.box;
    const command = `cosign verify ${verify} --trusted-root tr.json ${image("cos/app")}`;
    expect(await makeBox().fail(command, { cwd: folder })).toMatch(/unauthorized|401|denied/i);
  });
});
