// Requests that meet: whatever wins, what is answered is true, and nothing dangles.
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { imageOf, indexOf, randomContent } from "./content.ts";
import { pushBlob, pushImage, putManifest, send } from "./requests.ts";

const repo = "racing/images";

describeMatrix("requests that meet", (kind) => {
  let berth: Target;
  beforeAll(async () => {
    berth = await startTarget(kind);
    await pushImage(berth, repo);
  });
  afterAll(() => berth.close());

  const remove = (path: string) => send(berth, "DELETE", `/v2/${repo}/${path}`);
  const status = async (path: string) => (await send(berth, "HEAD", `/v2/${repo}/${path}`)).status;
  const rounds = Array.from({ length: 12 }, (_, i) => i);

  it("a manifest and the deletion of its blob: one of them wins", async () => {
    for (const _ of rounds) {
      const [config, layer] = [await pushBlob(berth, repo), await pushBlob(berth, repo)];
      const manifest = imageOf(config, [layer]);
      const [put, gone] = await Promise.all([putManifest(berth, repo, manifest), remove(`blobs/${layer.digest}`)]);
      expect([
        [201, 405],
        [400, 202],
      ]).toContainEqual([put.status, gone.status]);
      expect(await status(`blobs/${layer.digest}`)).toBe(put.status === 201 ? 200 : 404);
    }
  });

  it("an index and the deletion of its child: one of them wins", async () => {
    for (const _ of rounds) {
      const child = await pushImage(berth, repo);
      const index = indexOf([child]);
      const [put, gone] = await Promise.all([putManifest(berth, repo, index), remove(`manifests/${child.digest}`)]);
      expect([
        [201, 405],
        [400, 202],
      ]).toContainEqual([put.status, gone.status]);
      expect(await status(`manifests/${child.digest}`)).toBe(put.status === 201 ? 200 : 404);
    }
  });

  it("a tag and the deletion of its manifest: no tag is left without one", async () => {
    for (const i of rounds) {
      const image = await pushImage(berth, repo, { tag: `race-${i}` });
      const [put, gone] = await Promise.all([
        putManifest(berth, repo, image, `other-${i}`),
        remove(`manifests/${image.digest}`),
      ]);
      expect([put.status, gone.status]).toEqual([201, 202]);
      const listed = JSON.parse((await send(berth, "GET", `/v2/${repo}/tags/list`)).text).tags as string[];
      for (const tag of listed) expect([tag, await status(`manifests/${tag}`)]).toEqual([tag, 200]);
      for (const tag of listed) await remove(`manifests/${tag}`);
    }
  });

  it("a push, a mount and the deletion of the same blob: whoever was told 201 can pull", async () => {
    for (const i of rounds) {
      const blob = await pushBlob(berth, repo, randomContent(50));
      const target = `racing/target-${i}`;
      const [mount, gone, post] = await Promise.all([
        send(berth, "POST", `/v2/${target}/blobs/uploads/?mount=${blob.digest}&from=${repo}`),
        remove(`blobs/${blob.digest}`),
        send(berth, "POST", `/v2/racing/again/blobs/uploads/?digest=${blob.digest}`, { body: blob.bytes }),
      ]);
      expect([gone.status, post.status]).toEqual([202, 201]);
      expect([201, 202]).toContain(mount.status);
      const pulled = await send(berth, "GET", `/v2/racing/again/blobs/${blob.digest}`);
      expect(pulled.body).toEqual(blob.bytes);
      const mounted = await send(berth, "HEAD", `/v2/${target}/blobs/${blob.digest}`);
      expect(mounted.status).toBe(mount.status === 201 ? 200 : 404);
    }
  });

  it("the first pushes to a repository and a namespace that are not there yet: all succeed", async () => {
    const pushes = Array.from({ length: 8 }, () => pushBlob(berth, `racing-${kind}/new/repository`));
    expect(await Promise.all(pushes)).toHaveLength(8);
  });

  it("the same manifest many times under one tag and many: all succeed", async () => {
    const image = await pushImage(berth, repo);
    const puts = rounds.map((i) =>
      putManifest(berth, repo, image, i % 2 ? "same" : `${image.digest}?tag=x${i}&tag=same&tag=y${i}`),
    );
    for (const { status: code, text } of await Promise.all(puts)) expect([code, text]).toEqual([201, ""]);
  });
});
