// How many statements the database is asked for whole images and warm reads: a number that only a decision may raise.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { contentOf, imageOf, type ManifestContent, randomContent } from "./content.ts";
import { beginUpload, locationOf, send, withDigest } from "./requests.ts";

describe("statements", () => {
  let folder: string;
  let berth: Target;
  let statements: string[] = [];
  let auth: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "berth-statements-"));
    const blobs = await createFsBlobStore(folder);
    berth = await startTarget("socket", {
      blobs,
      blobFolder: folder,
      onStatement: (text) => void statements.push(text),
    });
    const token = await send(berth, "GET", "/auth/token?scope=repository:counted/app:pull,push");
    auth = `Bearer ${(JSON.parse(token.text) as { token: string }).token}`;
    await pushAsDocker(randomContent(10));
  });
  afterAll(async () => {
    await berth.close();
    await rm(folder, { recursive: true });
  });

  /** POST, PATCH with a body of unknown length, PUT. */
  async function pushAsDocker(content: { bytes: Uint8Array<ArrayBuffer>; digest: string }): Promise<void> {
    const location = await beginUpload(berth, "counted/app", { auth });
    const patched = await send(berth, "PATCH", location, { body: new Blob([content.bytes]).stream(), auth });
    expect(patched.status).toBe(202);
    const put = await send(berth, "PUT", withDigest(locationOf(patched), content.digest), { auth });
    expect(put.status).toBe(201);
  }

  async function counted(work: () => Promise<unknown>): Promise<number> {
    statements = [];
    await work();
    return statements.length;
  }

  async function pushImage(tag: string): Promise<ManifestContent> {
    const layers = [randomContent(65_536), randomContent(65_536)];
    const config = contentOf(JSON.stringify({ made: crypto.randomUUID() }));
    for (const content of [...layers, config]) await pushAsDocker(content);
    const image = imageOf(config, layers);
    const headers = { "Content-Type": image.mediaType };
    const put = await send(berth, "PUT", `/v2/counted/app/manifests/${tag}`, { body: image.bytes, headers, auth });
    expect(put.status).toBe(201);
    return image;
  }

  it("are at most five for a whole small image of two layers, a configuration, a manifest and a tag", async () => {
    // The fifth registers keys for the next blobs, now and then.
    const images = 20;
    let all = 0;
    for (let i = 0; i < images; i++) {
      const made = await counted(() => pushImage(`image-${i}`));
      expect(made, statements.join("\n\n")).toBeLessThanOrEqual(5);
      all += made;
    }
    expect(all).toBeLessThanOrEqual(4 * images + 2);
  });

  it("are none for a manifest or a small blob that was read before", async () => {
    const image = await pushImage("two");
    const layer = randomContent(4096);
    await pushAsDocker(layer);
    const paths = [`manifests/two`, `manifests/${image.digest}`, `blobs/${layer.digest}`];
    const read = async () => {
      for (const method of ["GET", "HEAD"])
        for (const at of paths) expect((await send(berth, method, `/v2/counted/app/${at}`, { auth })).status).toBe(200);
    };
    await read();
    expect(await counted(read), statements.join("\n\n")).toBe(0);
  });
});
