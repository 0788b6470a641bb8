// What clients see of a blob whose stored bytes are damaged: it is missing, until it is pushed again.
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createDamageableStore, flipped } from "#test/core/integrity/damageable-store.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { type Content, imageOf, type ManifestContent, randomContent } from "./content.ts";
import { errorCode, pushBlob, pushManifest, putManifest, send } from "./requests.ts";

describeMatrix(
  "a damaged blob",
  (kind) => {
    const store = createDamageableStore();
    let berth: Target;
    let layer: Content;
    let image: ManifestContent;
    beforeAll(async () => {
      store.chunkBytes = 100_000;
      berth = await startTarget(kind, { blobs: store });
    });
    afterAll(() => berth.close());
    beforeEach(async () => {
      // Too large to be kept in memory, where nothing is damaged.
      layer = await pushBlob(berth, "admin/app", randomContent(300_000));
      await pushBlob(berth, "admin/copy", layer);
      const config = await pushBlob(berth, "admin/app", randomContent(50));
      image = await pushManifest(berth, "admin/app", imageOf(config, [layer]), "latest");
    });

    const path = (repository = "admin/app") => `/v2/${repository}/blobs/${layer.digest}`;
    const damage = (how = flipped) => {
      // By its size: every push makes one live object, the spare ones are alike.
      for (const [key, { bytes }] of store.objects) if (bytes.byteLength === 300_000) store.change(key, how);
    };
    const get = (range?: string) => send(berth, "GET", path(), { headers: range ? { Range: range } : {} });

    it.each(["whole", "bytes=5-9", "bytes=0-1,299998-299999"])(
      "is found by a GET and is missing from then on: %s",
      async (range) => {
        damage();
        expect((await send(berth, "HEAD", path())).status).toBe(200);
        const first = await get(range === "whole" ? undefined : range).catch((error: Error) => error);
        // Many parts are one answer that has begun: it breaks.
        if (!range.includes(","))
          expect([(first as { status: number }).status, errorCode(first as never)]).toEqual([404, "BLOB_UNKNOWN"]);
        for (const repository of ["admin/app", "admin/copy"])
          for (const method of ["HEAD", "GET"]) expect((await send(berth, method, path(repository))).status).toBe(404);
      },
    );

    it("cannot be named by a manifest, nor mounted", async () => {
      damage();
      await get();
      const again = await putManifest(berth, "admin/app", image, "again");
      expect([again.status, errorCode(again)]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
      const mount = `/v2/admin/other/blobs/uploads/?mount=${layer.digest}&from=admin/app`;
      expect((await send(berth, "POST", mount, { headers: { "Content-Length": "0" } })).status).toBe(202);
    });

    it("is whole again in every repository after a push into one, and its manifests go on", async () => {
      damage((bytes) => bytes.slice(1));
      expect((await get()).status).toBe(404);
      await pushBlob(berth, "admin/copy", layer);
      for (const repository of ["admin/app", "admin/copy"]) {
        expect((await send(berth, "HEAD", path(repository))).status).toBe(200);
        const whole = await send(berth, "GET", path(repository));
        expect([whole.status, Buffer.compare(whole.body, layer.bytes)]).toEqual([200, 0]);
      }
      expect((await send(berth, "GET", "/v2/admin/app/manifests/latest")).status).toBe(200);
      await pushManifest(berth, "admin/app", image, "again");
    });

    it("that a client has already does not come to a clean end when its last bytes are wrong", async () => {
      layer = await pushBlob(berth, "admin/app", randomContent(3_000_000));
      for (const [key, { bytes }] of store.objects)
        if (bytes.byteLength === 3_000_000) store.change(key, (b) => flipped(b, b.length - 1));
      const taken = async () => (await berth.fetch(path(), { headers: { Authorization: berth.admin } })).arrayBuffer();
      await expect(taken()).rejects.toThrow();
      expect((await send(berth, "HEAD", path())).status).toBe(404);
    });
  },
  "a store of the test's",
);
