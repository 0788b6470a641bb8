// skopeo: copies between registries and layouts in both manifest formats, inspects, syncs and deletes.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { accessTests } from "./setup/access.ts";
import { user } from "./setup/berth.ts";
import { skopeo } from "./setup/containers.ts";
import { pullElsewhere } from "./setup/elsewhere.ts";
import { mediaTypes, sha256 } from "./setup/image.ts";
import { describeBerths, mountsInto, uploadsSince } from "./setup/matrix.ts";
import { listTags, statusOf } from "./setup/registry.ts";

describeBerths("skopeo", (stage) => {
  const run = (line: string) => stage.box.run(skopeo(stage.box, line));
  const copy = "copy -q --src-tls-verify=false --dest-tls-verify=false";

  accessTests(stage, {
    login: ({ host, box }) => skopeo(box, `login --tls-verify=false -u ${user} --password-stdin ${host}`),
    pull: (_, reference, box) => skopeo(box, `${copy} docker://${reference} oci:${box.folder}/layout:1`),
  });

  it("inspects an image", async () => {
    const { host, seed } = stage;
    const inspected = JSON.parse((await run(`inspect --tls-verify=false docker://${host}/seed/app:1`)).stdout);
    expect(inspected).toMatchObject({ Digest: seed.digest, Architecture: "amd64", RepoTags: ["1", "multi"] });
  });

  it("reads an index as it is", async () => {
    const { host, index } = stage;
    const raw = (await run(`inspect --raw --tls-verify=false docker://${host}/seed/app:multi`)).stdout;
    expect(sha256(raw)).toBe(index);
  });

  it("copies an index to a layout and from there into the registry", async () => {
    const { host, box, index } = stage;
    await run(`${copy} --all docker://${host}/seed/app:multi oci:${box.folder}/layout:multi`);
    await run(`${copy} --all oci:${box.folder}/layout:multi docker://${host}/sko/app:multi`);
    expect((await pullElsewhere(stage, "sko/app:multi", "crane")).digest).toBe(index);
  });

  it("copies into another repository by mounting", async () => {
    const { host, berth, seed } = stage;
    const mark = await berth.mark();
    await run(`${copy} docker://${host}/seed/app:1 docker://${host}/sko/mounted:1`);
    expect(await mountsInto(stage, "sko/mounted", mark)).toBeGreaterThanOrEqual(2);
    expect((await pullElsewhere(stage, "sko/mounted:1", "crane")).digest).toBe(seed.digest);
  });

  it("pushes again without sending a blob", async () => {
    const { host, berth } = stage;
    const mark = await berth.mark();
    await run(`${copy} docker://${host}/seed/app:1 docker://${host}/sko/mounted:again`);
    expect(await uploadsSince(stage, mark)).toEqual([]);
    expect(await listTags(berth, "sko/mounted")).toEqual(["1", "again"]);
  });

  it("converts an image to docker's format", async () => {
    const { host } = stage;
    await run(`${copy} --format v2s2 docker://${host}/seed/app:1 docker://${host}/sko/app:v2s2`);
    const { content } = await pullElsewhere(stage, "sko/app:v2s2", "crane");
    expect(content.mediaType).toBe(mediaTypes.dockerManifest);
  });

  it("lists tags", async () => {
    const listed = JSON.parse((await run(`list-tags --tls-verify=false docker://${stage.host}/sko/app`)).stdout);
    expect(listed.Tags).toEqual(["multi", "v2s2"]);
  });

  it("syncs a repository to a folder", async () => {
    const { host, box, seed } = stage;
    await run(`sync --src docker --dest dir --src-tls-verify=false ${host}/sko/mounted ${box.folder}/sync`);
    expect(sha256(readFileSync(`${box.folder}/sync/mounted:1/manifest.json`))).toBe(seed.digest);
  });

  it("deletes by tag", async () => {
    const { host, berth, seed } = stage;
    await run(`delete --tls-verify=false docker://${host}/sko/mounted:1`);
    expect(await statusOf(berth, "sko/mounted", seed.digest)).toBe(404);
    expect(await listTags(berth, "sko/mounted")).toEqual([]);
  });
});
