// Many clients at once: none is kept waiting while others are served.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsBlobStore } from "#adapters/blob-store/fs.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { randomContent } from "./content.ts";
import { beginUpload, locationOf, send, withDigest } from "./requests.ts";

const clients = 20;
const sizeBytes = 4 * 1024 * 1024;

describe("twenty equal uploads at once", () => {
  let folder: string;
  let berth: Target;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "berth-fairness-"));
    berth = await startTarget("socket", { blobs: await createFsBlobStore(folder), blobFolder: folder });
  });
  afterAll(async () => {
    await berth.close();
    await rm(folder, { recursive: true });
  });

  it("take about as long, each: the slowest at most three times the median", async () => {
    const contents = Array.from({ length: clients }, () => randomContent(sizeBytes));
    const locations = await Promise.all(contents.map(() => beginUpload(berth, "fair/app")));
    const began = performance.now();
    const took = await Promise.all(
      contents.map(async ({ bytes, digest }, i) => {
        const patched = await send(berth, "PATCH", locations[i] as string, { body: new Blob([bytes]).stream() });
        const put = await send(berth, "PUT", withDigest(locationOf(patched), digest));
        expect(put.status).toBe(201);
        return performance.now() - began;
      }),
    );
    const [median, slowest] = [clients / 2, clients - 1].map((at) => took.toSorted((a, b) => a - b)[at] as number);
    expect((slowest as number) / (median as number)).toBeLessThan(3);
  });
});
