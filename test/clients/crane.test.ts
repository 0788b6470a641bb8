// crane of go-containerregistry: every verb it has for images, indexes and tags.
import { expect, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { describeBerths, mountsInto, uploadsSince } from "./setup/matrix.ts";
import { listTags, statusOf } from "./setup/registry.ts";

describeBerths("crane", (stage) => {
  accessTests(stage, {
    login: ({ host }) => `crane auth login -u ${user} --password-stdin ${host}`,
    firstUse: ({ host }) => `crane digest ${host}/seed/app:1`,
    pull: (_, reference, box) => `crane pull ${reference} ${box.folder}/image.tar`,
  });

  it("reads digest, manifest and configuration", async () => {
    const { host, box, seed } = stage;
    expect((await box.run(`crane digest ${host}/seed/app:1`)).stdout.trim()).toBe(seed.digest);
    expect((await box.run(`crane manifest ${host}/seed/app:1`)).stdout.trim()).toBe(seed.manifest.toString());
    expect((await box.run(`crane config ${host}/seed/app:1`)).stdout).toContain("/hello");
  });

  it("copies an index into another repository by mounting", async () => {
    const { host, box, berth, index } = stage;
    const mark = await berth.mark();
    await box.run(`crane copy ${host}/seed/app:multi ${host}/crane/copied:multi`);
    expect(await mountsInto(stage, "crane/copied", mark)).toBeGreaterThanOrEqual(5);
    expect((await pullElsewhere(stage, "crane/copied:multi")).digest).toBe(index);
  });

  it("pulls a tarball and pushes it again", async () => {
    const { host, box, seed } = stage;
    await box.run(`crane pull ${host}/seed/app:1 image.tar`);
    await box.run(`crane push image.tar ${host}/crane/pushed:1`);
    const { content } = await pullElsewhere(stage, "crane/pushed:1");
    const layers = JSON.parse(seed.manifest.toString()).layers as { digest: string }[];
    expect(content.layers?.map(({ digest }) => digest)).toEqual(layers.map(({ digest }) => digest));
  });

  it("pushes again without sending a blob", async () => {
    const { host, box, berth } = stage;
    const mark = await berth.mark();
    await box.run(`crane push image.tar ${host}/crane/pushed:2`);
    expect(await uploadsSince(stage, mark)).toEqual([]);
    expect(await listTags(berth, "crane/pushed")).toEqual(["1", "2"]);
  });

  it("pushes an OCI layout with an index as it is", async () => {
    const { host, box, index } = stage;
    await box.run(`crane pull --format=oci ${host}/seed/app:multi layout`);
    await box.run(`crane push --index layout/ ${host}/crane/layout:1`);
    const { content } = await pullElsewhere(stage, "crane/layout:1", "crane");
    expect(content.manifests?.map(({ digest }) => digest)).toContain(index);
  });

  it("tags, and lists tags", async () => {
    const { host, box } = stage;
    await box.run(`crane tag ${host}/crane/pushed:1 newest`);
    const listed = (await box.run(`crane ls ${host}/crane/pushed`)).stdout.trim().split("\n");
    expect(listed).toEqual(["1", "2", "newest"]);
  });

  it("changes an image and pushes the result", async () => {
    const { host, box } = stage;
    await box.run(`crane mutate --label a=b ${host}/crane/pushed:1 -t ${host}/crane/pushed:mutated`);
    expect((await box.run(`crane config ${host}/crane/pushed:mutated`)).stdout).toContain('"Labels":{"a":"b"}');
    await pullElsewhere(stage, "crane/pushed:mutated");
  });

  it("makes an index of two images", async () => {
    const { host, box, berth } = stage;
    const images = `-m ${host}/crane/pushed:1 -m ${host}/crane/pushed:mutated`;
    await box.run(`crane index append ${images} -t ${host}/crane/pushed:both`);
    const { content } = await pullElsewhere(stage, "crane/pushed:both", "crane");
    expect(content.manifests).toHaveLength(2);
    expect(await listTags(berth, "crane/pushed")).toContain("both");
  });

  it("finds a remote image valid", async () => {
    const { host, box } = stage;
    expect((await box.run(`crane validate --remote ${host}/crane/copied:multi`)).all).toContain("PASS");
  });

  it("deletes by digest", async () => {
    const { host, box, berth } = stage;
    const digest = (await box.run(`crane digest ${host}/crane/copied:multi`)).stdout.trim();
    await box.run(`crane delete ${host}/crane/copied@${digest}`);
    expect(await statusOf(berth, "crane/copied", digest)).toBe(404);
    expect(await listTags(berth, "crane/copied")).toEqual([]);
  });
});
