// buildah: builds on an image from the registry, pushes, pulls, and makes indexes.
import { join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { buildah } from "./setup/containers.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { makeBuildContext, mediaTypes } from "./setup/image.ts";
import { describeBerths } from "./setup/matrix.ts";
import { getManifest, listTags } from "./setup/registry.ts";

describeBerths("buildah", (stage) => {
  const run = (line: string) => stage.box.run(buildah(stage.box, line));
  beforeAll(() => makeBuildContext(join(stage.box.folder, "context"), inject("run").program, 'RUN ["/hello"]'));

  accessTests(stage, {
    login: ({ host, box }) => buildah(box, `login --tls-verify=false -u ${user} --password-stdin ${host}`),
    pull: (_, reference, box) => buildah(box, `pull -q --tls-verify=false ${reference}`),
  });

  it("builds an image and pushes it for others", async () => {
    const { host } = stage;
    await run(`bud -q --isolation chroot -t ${host}/bah/app:1 context`);
    await run(`push -q --tls-verify=false ${host}/bah/app:1`);
    expect((await pullElsewhere(stage, "bah/app:1", "crane")).content.mediaType).toBe(mediaTypes.manifest);
  });

  it("pushes in docker's format", async () => {
    const { host } = stage;
    await run(`push -q --tls-verify=false --format v2s2 ${host}/bah/app:1 docker://${host}/bah/app:v2s2`);
    const { content } = await pullElsewhere(stage, "bah/app:v2s2", "crane");
    expect(content.mediaType).toBe(mediaTypes.dockerManifest);
  });

  it("pushes again under another tag", async () => {
    const { host, berth } = stage;
    await run(`push -q --tls-verify=false ${host}/bah/app:1 docker://${host}/bah/app:again`);
    const [first, again] = [await getManifest(berth, "bah/app", "1"), await getManifest(berth, "bah/app", "again")];
    expect(again.digest).toBe(first.digest);
    expect(await listTags(berth, "bah/app")).toEqual(["1", "again", "v2s2"]);
  });

  it("builds on an image that another client pushed", async () => {
    const { host, box, seed } = stage;
    const container = (await run(`from --pull-always --tls-verify=false ${host}/seed/app:1`)).stdout.trim();
    await run(`config --label a=b ${container}`);
    await run(`commit -q ${container} ${host}/bah/based:1`);
    await run(`push -q --tls-verify=false ${host}/bah/based:1`);
    const { content } = await pullElsewhere(stage, "bah/based:1", "crane");
    const below = JSON.parse(seed.manifest.toString()).layers.length;
    expect(content.layers?.length).toBeGreaterThanOrEqual(below);
    expect((await box.run(`crane config ${host}/bah/based:1`)).stdout).toContain('"a":"b"');
  });

  it("makes an index, pushes it with all it names, and pulls it", async () => {
    const { host } = stage;
    await run("manifest create both");
    await run(`manifest add --all --tls-verify=false both docker://${host}/seed/app:multi`);
    await run(`manifest push --tls-verify=false --all both docker://${host}/bah/index:1`);
    expect((await pullElsewhere(stage, "bah/index:1")).content.manifests).toHaveLength(2);
    await run(`pull -q --tls-verify=false ${host}/bah/index:1`);
  });
});
