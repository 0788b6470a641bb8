// regctl of regclient: images, indexes, blobs, artifacts with referrers, and deletion by tag and by digest.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { sha256 } from "./setup/image.ts";
import { describeBerths, mountsInto, uploadsSince } from "./setup/matrix.ts";
import { listReferrers, listTags, request, statusOf } from "./setup/registry.ts";

describeBerths("regctl", (stage) => {
  beforeAll(async () => {
    await stage.box.run(`regctl registry set --tls disabled ${stage.host}`);
    writeFileSync(join(stage.box.folder, "f.txt"), "an artifact\n");
  });

  accessTests(stage, {
    login: ({ host }) => `regctl registry login --pass-stdin -u ${user} ${host}`,
    prepare: ({ host }, box) => box.run(`regctl registry set --tls disabled ${host}`),
    pull: (_, reference, box) => `regctl image export ${reference} ${box.folder}/image.tar`,
  });

  it("reads a digest by HEAD", async () => {
    const { host, box, seed } = stage;
    expect((await box.run(`regctl manifest head ${host}/seed/app:1`)).stdout.trim()).toBe(seed.digest);
  });

  it("copies an index into another repository by mounting", async () => {
    const { host, box, berth, index } = stage;
    const mark = await berth.mark();
    await box.run(`regctl image copy ${host}/seed/app:multi ${host}/reg/copied:multi`);
    expect(await mountsInto(stage, "reg/copied", mark)).toBeGreaterThanOrEqual(5);
    expect((await pullElsewhere(stage, "reg/copied:multi")).digest).toBe(index);
  });

  it("pushes again without sending a blob", async () => {
    const { host, box, berth, seed } = stage;
    const mark = await berth.mark();
    await box.run(`regctl image copy ${host}/seed/app:1 ${host}/reg/copied:1`);
    expect(await uploadsSince(stage, mark)).toEqual([]);
    expect((await pullElsewhere(stage, "reg/copied:1", "crane")).digest).toBe(seed.digest);
  });

  it("exports an image and imports it under another name", async () => {
    const { host, box, seed } = stage;
    await box.run(`regctl image export ${host}/seed/app:1 image.tar`);
    await box.run(`regctl image import ${host}/reg/imported:1 image.tar`);
    expect((await pullElsewhere(stage, "reg/imported:1")).digest).toBe(seed.digest);
  });

  it("changes an image and pushes the result", async () => {
    const { host, box } = stage;
    await box.run(`regctl image mod --label-to-annotation --annotation a=b ${host}/reg/imported:1 --create modified`);
    const { bytes } = await pullElsewhere(stage, "reg/imported:modified");
    expect(JSON.parse(bytes.toString()).annotations).toMatchObject({ a: "b" });
  });

  it("puts a blob", async () => {
    const { host, box, berth } = stage;
    const said = await box.run(`regctl blob put ${host}/reg/copied`, { stdin: "only a blob" });
    expect(said.stdout).toContain(sha256("only a blob"));
    const answer = await request(berth, `/v2/reg/copied/blobs/${sha256("only a blob")}`);
    expect(await answer.text()).toBe("only a blob");
  });

  it("puts an artifact and gets it back", async () => {
    const { host, box, berth } = stage;
    await box.run(`regctl artifact put --artifact-type application/x.test -f f.txt ${host}/reg/copied:artifact`);
    expect((await box.run(`regctl artifact get ${host}/reg/copied:artifact`)).stdout).toBe("an artifact\n");
    expect(await listTags(berth, "reg/copied")).toEqual(["1", "artifact", "multi"]);
  });

  it("puts an artifact about an image and finds it by its subject", async () => {
    const { host, box, berth, seed } = stage;
    const put = "regctl artifact put --artifact-type application/x.about -f f.txt";
    await box.run(`${put} --subject ${host}/reg/copied:1`);
    const referrers = await listReferrers(berth, "reg/copied", seed.digest);
    expect(referrers.map(({ artifactType }) => artifactType)).toEqual(["application/x.about"]);
    const [digest] = referrers.map(({ digest }) => digest);
    expect((await box.run(`regctl artifact list ${host}/reg/copied:1`)).stdout).toContain(digest);
    expect((await box.run(`regctl artifact tree ${host}/reg/copied:1`)).stdout).toContain("application/x.about");
  });

  it("copies an image with its referrers", async () => {
    const { host, box, berth, seed } = stage;
    await box.run(`regctl image copy --referrers ${host}/reg/copied:1 ${host}/reg/whole:1`);
    expect(await listReferrers(berth, "reg/whole", seed.digest)).toHaveLength(1);
  });

  it("lists and removes tags, leaving what they named", async () => {
    const { host, box, berth, seed } = stage;
    expect((await box.run(`regctl tag ls ${host}/reg/copied`)).stdout.trim().split("\n")).toContain("1");
    await box.run(`regctl tag rm ${host}/reg/copied:1`);
    expect(await listTags(berth, "reg/copied")).toEqual(["artifact", "multi"]);
    expect(await statusOf(berth, "reg/copied", seed.digest)).toBe(200);
  });

  it("deletes a manifest", async () => {
    const { host, box, berth, index } = stage;
    await box.run(`regctl manifest delete ${host}/reg/copied@${index}`);
    expect(await statusOf(berth, "reg/copied", "multi")).toBe(404);
    await box.fail(`regctl manifest head ${host}/reg/copied:multi`);
  });
});
