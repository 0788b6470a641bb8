import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { algorithms, indexOf, unknownDigest } from "./content.ts";
import { errorCode, pushImage, pushManifest, send } from "./requests.ts";

const repo = "deleting/manifests";

describeMatrix("deleting manifests", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await pushImage(berth, repo, { tag: "stays" });
  });
  afterAll(() => berth.close());

  const remove = (reference: string, auth = berth.admin) =>
    send(berth, "DELETE", `/v2/${repo}/manifests/${reference}`, { auth });
  const status = async (reference: string) => (await send(berth, "HEAD", `/v2/${repo}/manifests/${reference}`)).status;
  const tags = async () => JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text).tags as string[];

  it("deletes a tag alone", async () => {
    const image = await pushImage(berth, repo, { tag: "one" });
    await pushManifest(berth, repo, image, "two");
    const before = await tags();
    const answer = await remove("one");
    expect([answer.status, answer.body.byteLength]).toEqual([202, 0]);
    expect(await status("one")).toBe(404);
    expect([await status("two"), await status(image.digest)]).toEqual([200, 200]);
    expect(await tags()).toEqual(before.filter((tag) => tag !== "one"));
    const again = await remove("one");
    expect([again.status, errorCode(again)]).toEqual([404, "MANIFEST_UNKNOWN"]);
  });

  describe.each(algorithms)("%s", (algorithm) => {
    it("deletes a manifest with all its tags", async () => {
      const before = await tags();
      const image = await pushImage(berth, repo, { algorithm });
      const query = `${image.digest}?tag=${algorithm}-a&tag=${algorithm}-b`;
      await pushManifest(berth, repo, image, query);
      expect((await remove(image.digest)).status).toBe(202);
      for (const reference of [image.digest, `${algorithm}-a`, `${algorithm}-b`])
        expect(await status(reference)).toBe(404);
      expect(await tags()).toEqual(before);
      const again = await remove(image.digest);
      expect([again.status, errorCode(again)]).toEqual([404, "MANIFEST_UNKNOWN"]);
    });

    it("keeps a manifest that an index lists, until the index is deleted", async () => {
      const image = await pushImage(berth, repo, { algorithm });
      const index = await pushManifest(berth, repo, indexOf([image], {}, algorithm));
      const refused = await remove(image.digest);
      expect([refused.status, errorCode(refused)]).toEqual([405, "UNSUPPORTED"]);
      expect(refused.text).toContain(index.digest);
      expect(await status(image.digest)).toBe(200);
      expect((await remove(index.digest)).status).toBe(202);
      expect((await remove(image.digest)).status).toBe(202);
    });

    it("answers 404 to a digest that is not there", async () => {
      const digest = unknownDigest(algorithm);
      const answer = await remove(digest);
      expect([answer.status, errorCode(answer)]).toEqual([404, "MANIFEST_UNKNOWN"]);
      expect(JSON.parse(answer.text).errors[0].detail).toEqual({ Revision: digest });
    });
  });

  it("keeps the same manifest in another repository", async () => {
    const image = await pushImage(berth, repo);
    for (const digest of [image.config.digest, image.layer.digest])
      await send(berth, "POST", `/v2/deleting/kept/blobs/uploads/?mount=${digest}&from=${repo}`);
    await pushManifest(berth, "deleting/kept", image);
    expect((await remove(image.digest)).status).toBe(202);
    const got = await send(berth, "GET", `/v2/deleting/kept/manifests/${image.digest}`);
    expect(Buffer.compare(got.body, image.bytes)).toBe(0);
  });

  it("lets a deleted manifest be pushed again", async () => {
    const image = await pushImage(berth, repo, { tag: "again" });
    await remove(image.digest);
    await pushManifest(berth, repo, image, "again");
    expect(await status("again")).toBe(200);
    await remove("again");
  });

  it("deletes a manifest that a list once held, after the list took another", async () => {
    const [first, second] = [await pushImage(berth, repo), await pushImage(berth, repo)];
    const index = await pushManifest(berth, repo, indexOf([first]), "moving");
    await pushManifest(berth, repo, indexOf([second]), "moving");
    expect((await remove(first.digest)).status).toBe(405);
    await remove(index.digest);
    expect((await remove(first.digest)).status).toBe(202);
    expect(await status("moving")).toBe(200);
    await remove("moving");
  });

  it("answers 400 to a malformed digest and 404 in an unknown repository", async () => {
    const malformed = await remove("sha256:totallywrong");
    expect([malformed.status, errorCode(malformed)]).toEqual([400, "DIGEST_INVALID"]);
    const nowhere = await send(berth, "DELETE", "/v2/deleting/nowhere/manifests/latest");
    expect([nowhere.status, errorCode(nowhere)]).toEqual([404, "NAME_UNKNOWN"]);
  });

  it("tells who may not see the repository no more than who asks for one that is not there", async () => {
    const stranger = await berth.addUser("stranger");
    const here = await remove("stays", stranger);
    const nowhere = await send(berth, "DELETE", "/v2/deleting/nowhere/manifests/stays", { auth: stranger });
    expect([here.status, here.text]).toEqual([nowhere.status, nowhere.text]);
    expect(here.status).toBe(401);
    expect(await status("stays")).toBe(200);
  });
});
