// podman: builds, pushes in both formats, pulls, runs, and makes indexes.
import { join } from "node:path";
import { beforeAll, expect, inject, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { podman } from "./setup/containers.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { greeting, makeBuildContext, mediaTypes } from "./setup/image.ts";
import { describeBerths, mountsInto } from "./setup/matrix.ts";
import { listTags } from "./setup/registry.ts";

describeBerths("podman", (stage) => {
  const run = (line: string) => stage.box.run(podman(stage.box, line));
  // Without these podman asks for more than a container that runs the tests may give.
  const runImage = "run --rm --network none --ulimit nofile=1024:1024 --ulimit nproc=1024:1024";
  beforeAll(() => makeBuildContext(join(stage.box.folder, "context"), inject("run").program));

  accessTests(stage, {
    login: ({ host, box }) => podman(box, `login --tls-verify=false -u ${user} --password-stdin ${host}`),
    pull: (_, reference, box) => podman(box, `pull -q --tls-verify=false ${reference}`),
  });

  it("pulls and runs an image that another client pushed", async () => {
    const { host } = stage;
    await run(`pull -q --tls-verify=false ${host}/seed/app:1`);
    expect((await run(`${runImage} ${host}/seed/app:1`)).stdout).toBe(`${greeting}\n`);
  });

  it("builds an image and pushes it for others", async () => {
    const { host } = stage;
    await run(`build -q --isolation chroot -t ${host}/pod/app:1 context`);
    await run(`push --tls-verify=false ${host}/pod/app:1`);
    expect((await pullElsewhere(stage, "pod/app:1", "crane")).content.mediaType).toBe(mediaTypes.manifest);
  });

  it("pushes in docker's format", async () => {
    const { host } = stage;
    await run(`push --tls-verify=false --format v2s2 ${host}/pod/app:1 ${host}/pod/app:v2s2`);
    const { content } = await pullElsewhere(stage, "pod/app:v2s2", "crane");
    expect(content.mediaType).toBe(mediaTypes.dockerManifest);
  });

  it("pulls and runs its own image again", async () => {
    const { host } = stage;
    await run("rmi -af");
    expect((await run(`${runImage} --pull always --tls-verify=false ${host}/pod/app:1`)).stdout).toBe(`${greeting}\n`);
  });

  it("pushes again, skipping what is there", async () => {
    const { host, berth } = stage;
    await run(`tag ${host}/pod/app:1 ${host}/pod/app:again`);
    const mark = await berth.mark();
    await run(`push --tls-verify=false ${host}/pod/app:again`);
    const sent = (await berth.requestsSince(mark)).filter(({ path }) => path.includes("/blobs/uploads/"));
    // Its layer is there; the configuration it always brings may be as well.
    expect(sent.reduce((sum, { bytesIn }) => sum + bytesIn, 0)).toBeLessThan(10_000);
    expect(await listTags(berth, "pod/app")).toContain("again");
  });

  it("pushes into another repository by mounting", async () => {
    const { host, berth } = stage;
    const mark = await berth.mark();
    await run(`push --tls-verify=false ${host}/pod/app:1 ${host}/pod/other:1`);
    expect(await mountsInto(stage, "pod/other", mark)).toBeGreaterThanOrEqual(1);
    await pullElsewhere(stage, "pod/other:1", "crane");
  });

  it("makes an index and pushes it with all it names", async () => {
    const { host } = stage;
    await run("manifest create both");
    await run(`manifest add --all --tls-verify=false both docker://${host}/seed/app:multi`);
    await run(`manifest add --tls-verify=false --variant v9 both docker://${host}/pod/app:1`);
    await run(`manifest push --tls-verify=false --all both docker://${host}/pod/index:1`);
    const { content } = await pullElsewhere(stage, "pod/index:1");
    expect(content.manifests).toHaveLength(3);
  });

  it("pulls its platform of an index and runs it", async () => {
    const { host } = stage;
    const reference = `${host}/seed/app:multi`;
    expect((await run(`${runImage} --pull always --tls-verify=false ${reference}`)).stdout).toBe(`${greeting}\n`);
  });

  it("lists tags", async () => {
    const listed = (await run(`search --tls-verify=false --list-tags ${stage.host}/pod/app`)).stdout;
    expect(listed).toMatch(/again[\s\S]*v2s2/);
  });
});
