// oras: artifacts pushed, attached, discovered, copied with all that belongs to them, and deleted.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { describeBerths, mountsInto, uploadsSince } from "./setup/matrix.ts";
import { getManifest, listReferrers, listTags, request, statusOf } from "./setup/registry.ts";

describeBerths("oras", (stage) => {
  const file = () => join(stage.box.folder, "f.txt");
  beforeAll(() => writeFileSync(file(), "an artifact\n"));

  accessTests(stage, {
    login: ({ host }) => `oras login --plain-http -u ${user} --password-stdin ${host}`,
    pull: (_, reference, box) => `oras copy --from-plain-http --to-oci-layout ${reference} ${box.folder}/layout:1`,
  });

  it("pushes an artifact and pulls it", async () => {
    const { host, box } = stage;
    await box.run(`oras push --plain-http --artifact-type a/b ${host}/oras/one:1 f.txt:text/plain`);
    mkdirSync(join(box.folder, "out"));
    await box.run(`oras pull --plain-http -o out ${host}/oras/one:1`);
    expect(readFileSync(join(box.folder, "out/f.txt"), "utf8")).toBe("an artifact\n");
    expect((await pullElsewhere(stage, "oras/one:1", "crane")).content.artifactType).toBe("a/b");
  });

  it("pushes again without sending a blob", async () => {
    const { host, box, berth } = stage;
    const mark = await berth.mark();
    await box.run(`oras push --plain-http --artifact-type a/b ${host}/oras/one:2 f.txt:text/plain`);
    expect(await uploadsSince(stage, mark)).toEqual([]);
    expect(await listTags(berth, "oras/one")).toEqual(["1", "2"]);
  });

  it("attaches an artifact to another and discovers it", async () => {
    const { host, box, berth } = stage;
    await box.run(`oras attach --plain-http --artifact-type about/it ${host}/oras/one:1 f.txt:text/plain`);
    const { digest } = await getManifest(berth, "oras/one", "1");
    const referrers = await listReferrers(berth, "oras/one", digest);
    expect(referrers.map(({ artifactType }) => artifactType)).toEqual(["about/it"]);
    const tree = (await box.run(`oras discover --plain-http ${host}/oras/one:1`)).stdout;
    expect(tree).toContain(referrers[0]?.digest);
  });

  it("copies an artifact with what is attached to it, by mounting", async () => {
    const { host, box, berth } = stage;
    const mark = await berth.mark();
    await box.run(`oras cp --from-plain-http --to-plain-http -r ${host}/oras/one:1 ${host}/oras/two:1`);
    expect(await mountsInto(stage, "oras/two", mark)).toBeGreaterThanOrEqual(1);
    const { digest } = await pullElsewhere(stage, "oras/two:1", "crane");
    expect(await listReferrers(berth, "oras/two", digest)).toHaveLength(1);
  });

  it("copies an index of images", async () => {
    const { host, box, index } = stage;
    await box.run(`oras cp --from-plain-http --to-plain-http ${host}/seed/app:multi ${host}/oras/image:multi`);
    expect((await pullElsewhere(stage, "oras/image:multi")).digest).toBe(index);
  });

  it("makes an index of two images", async () => {
    const { host, box, seed } = stage;
    await box.run(`oras cp --from-plain-http --to-plain-http ${host}/seed/app:1 ${host}/oras/image:1`);
    await box.run(`oras manifest index create --plain-http ${host}/oras/image:made 1 multi`);
    const { content } = await pullElsewhere(stage, "oras/image:made", "crane");
    expect(content.manifests?.map(({ digest }) => digest)).toContain(seed.digest);
  });

  it("lists tags, and tags", async () => {
    const { host, box } = stage;
    await box.run(`oras tag --plain-http ${host}/oras/one:1 latest`);
    const tags = (await box.run(`oras repo tags --plain-http ${host}/oras/one`)).stdout.trim().split("\n");
    expect(tags).toEqual(["1", "2", "latest"]);
  });

  it("pushes and fetches a blob", async () => {
    const { host, box } = stage;
    const said = await box.run(`oras blob push --plain-http ${host}/oras/one f.txt`);
    const digest = /sha256:[0-9a-f]{64}/.exec(said.all)?.[0];
    const fetched = await box.run(`oras blob fetch --plain-http --output - ${host}/oras/one@${digest}`);
    expect(fetched.stdout).toBe("an artifact\n");
  });

  it("deletes a manifest", async () => {
    const { host, box, berth } = stage;
    const { digest } = await getManifest(berth, "oras/two", "1");
    await box.run(`oras manifest delete --plain-http -f ${host}/oras/two@${digest}`);
    expect(await statusOf(berth, "oras/two", digest)).toBe(404);
  });

  it("deletes a blob", async () => {
    const { host, box, berth } = stage;
    writeFileSync(file(), "to be deleted\n");
    const said = await box.run(`oras blob push --plain-http ${host}/oras/blobs f.txt`);
    const digest = /sha256:[0-9a-f]{64}/.exec(said.all)?.[0];
    await box.run(`oras blob delete --plain-http -f ${host}/oras/blobs@${digest}`);
    expect((await request(berth, `/v2/oras/blobs/blobs/${digest}`)).status).toBe(404);
    writeFileSync(file(), "an artifact\n");
  });
});
