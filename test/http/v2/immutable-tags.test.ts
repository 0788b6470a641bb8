import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { indexOf } from "./content.ts";
import { changeRepository, errorCode, pushImage, pushManifest, putManifest, send } from "./requests.ts";

const repo = "frozen/images";

describeMatrix("immutable tags", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await pushImage(berth, repo);
    await changeRepository(berth, repo, { immutableTags: true });
  });
  afterAll(() => berth.close());

  const digestOf = async (tag: string) =>
    (await send(berth, "HEAD", `/v2/${repo}/manifests/${tag}`)).headers.get("docker-content-digest");

  it("stay where they are, and the refused manifest is not stored", async () => {
    const first = await pushImage(berth, repo, { tag: "v1" });
    const other = await pushImage(berth, "frozen/elsewhere");
    for (const { digest } of [other.config, other.layer])
      await send(berth, "POST", `/v2/${repo}/blobs/uploads/?mount=${digest}&from=frozen/elsewhere`);
    const refused = await putManifest(berth, repo, other, "v1");
    expect([refused.status, errorCode(refused)]).toEqual([403, "DENIED"]);
    expect(refused.text).toContain("cannot be overwritten");
    expect(await digestOf("v1")).toBe(first.digest);
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/${other.digest}`)).status).toBe(404);
    const byQuery = await putManifest(berth, repo, other, `${other.digest}?tag=fresh&tag=v1`);
    expect(byQuery.status).toBe(403);
    expect((await send(berth, "HEAD", `/v2/${repo}/manifests/fresh`)).status).toBe(404);
  });

  it("may be pushed again with the same manifest", async () => {
    const image = await pushImage(berth, repo, { tag: "same" });
    await pushManifest(berth, repo, image, "same");
    expect(await digestOf("same")).toBe(image.digest);
  });

  it("may move from a child to the index that lists it, as containerd pushes, and not to another", async () => {
    const child = await pushImage(berth, repo, { tag: "multi" });
    const stranger = await pushImage(berth, repo);
    const wrong = await putManifest(berth, repo, indexOf([stranger]), "multi");
    expect(wrong.status).toBe(403);
    const index = await pushManifest(berth, repo, indexOf([child, stranger]), "multi");
    expect(await digestOf("multi")).toBe(index.digest);
  });

  it.each([".sig", ".att", ".sbom", ""])("may move where signatures are kept: sha256-<hex>%s", async (end) => {
    const subject = await pushImage(berth, repo);
    const tag = `${subject.digest.replace(":", "-")}${end}`;
    await pushImage(berth, repo, { tag });
    const second = await pushImage(berth, repo, { tag });
    expect(await digestOf(tag)).toBe(second.digest);
  });
});
