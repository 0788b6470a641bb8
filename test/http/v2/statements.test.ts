// How many statements the database is asked for whole images and warm reads: a number that only a decision may raise.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { type Content, randomContent } from "./content.ts";
import { pushBlobAsDocker, pushImageAsDocker, send } from "./requests.ts";

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

  const pushAsDocker = (content: Content) => pushBlobAsDocker(berth, "counted/app", content, auth);
  const pushImage = (tag: string) => pushImageAsDocker(berth, "counted/app", tag, auth);

  async function counted(work: () => Promise<unknown>): Promise<number> {
    statements = [];
    await work();
    return statements.length;
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

  it("are none for what was read before by a former name", async () => {
    const { digest } = await pushImage("former");
    const token = await send(berth, "GET", "/auth/token?scope=repository:counted/app:pull");
    const auth = `Bearer ${(JSON.parse(token.text) as { token: string }).token}`;
    const path = "/api/v0/repositories/counted/app/rename";
    const headers = { authorization: berth.admin, "content-type": "application/json" };
    const renamed = await berth.fetch(path, { method: "POST", headers, body: '{"name":"renamed"}' });
    expect(renamed.status).toBe(200);
    const read = async () => {
      for (const at of ["manifests/former", `manifests/${digest}`])
        expect((await send(berth, "GET", `/v2/counted/app/${at}`, { auth })).status).toBe(200);
    };
    await read();
    expect(await counted(read), statements.join("\n\n")).toBe(0);
  });
});
