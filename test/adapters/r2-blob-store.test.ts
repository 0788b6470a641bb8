// Runs the suite against real local R2: workerd's, which wrangler's platform proxy brings into this process.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getPlatformProxy } from "wrangler";
import type { R2Binding } from "#adapters/blob-store/r2/bucket.ts";
import { createPartMemory } from "#adapters/blob-store/r2/part-buffer.ts";
import { createR2BlobStore } from "#adapters/blob-store/r2.ts";
import { freshSession, type UploadSession } from "#adapters/blob-store/upload-session.ts";
import type { Suspended } from "#ports/blob-store.ts";
import { describeBlobStore } from "#test/suites/blob-store.ts";
import { atStart, freshKey, patternOf } from "#test/suites/blob-store-harness.ts";

const partBytes = 5 * 1024 * 1024;

async function openBucket() {
  const folder = await mkdtemp(path.join(tmpdir(), "berth-r2-"));
  const config = path.join(folder, "wrangler.json");
  const r2_buckets = [{ binding: "BLOBS", bucket_name: "blobs" }];
  await writeFile(config, JSON.stringify({ name: "r2", compatibility_date: "2026-10-01", r2_buckets }));
  const proxy = await getPlatformProxy<{ BLOBS: R2Binding }>({ configPath: config, persist: false });
  const close = async () => {
    await proxy.dispose();
    await rm(folder, { recursive: true });
  };
  return { bucket: proxy.env.BLOBS, close };
}

/** Shared, as in an isolate. */
const memory = createPartMemory();
let opened: Awaited<ReturnType<typeof openBucket>>;
const store = () => createR2BlobStore({ bucket: opened.bucket, memory, partBytes });

beforeAll(async () => {
  opened = await openBucket();
});
afterAll(() => opened.close());

describeBlobStore("in R2", {
  open: async () => store(),
  reopen: async () => store(),
  close: async () => {},
  lacks: {
    "knows its space": "a bucket has no end",
    "holds no object in memory":
      "this process is not where a Worker's memory is: test/clients/edge-large.test.ts looks there",
    "stores objects together": "each object is a request of its own",
  },
});

describe("uploads in parts", () => {
  const names = async () => (await opened.bucket.list({ prefix: "" })).objects.map(({ key }) => key);

  it("go on in another isolate, part after part, and end as one object with nothing beside it", async () => {
    const bytes = patternOf(3 * partBytes + 12_345);
    const key = freshKey();
    let from: Suspended = atStart;
    for (const end of [1_000_000, partBytes, 2 * partBytes + 7, bytes.byteLength]) {
      const writer = await store().openWriter(key, from);
      await writer.write(bytes.subarray(from.offset, end));
      from = JSON.parse(JSON.stringify(await writer.suspend()));
      expect(from.offset).toBe(end);
    }
    const last = store();
    const sealed = await (await last.openWriter(key, from)).seal();
    await last.close();
    expect(sealed).toEqual({ sizeBytes: bytes.byteLength, stamp: (await last.stat(key))?.stamp });
    const read = await last.read(key, { start: 0, end: bytes.byteLength - 1 });
    expect(Buffer.compare(Buffer.from(await new Response(read?.body).arrayBuffer()), bytes)).toBe(0);
    expect((await names()).filter((name) => name.startsWith(key))).toEqual([key]);
  });

  it("leave nothing behind when their key is removed, not even parts that were sent", async () => {
    const key = freshKey();
    const writer = await store().openWriter(key, atStart);
    await writer.write(patternOf(2 * partBytes + 1));
    const { state } = await writer.suspend();
    expect((await names()).filter((name) => name.startsWith(key)).length).toBe(2);
    await store().remove(key);
    expect((await names()).filter((name) => name.startsWith(key))).toEqual([]);
    const { id } = (state as unknown as UploadSession).upload as { id: string };
    const gone = opened.bucket.resumeMultipartUpload(key, id).uploadPart(1, patternOf(partBytes));
    await expect(gone).rejects.toThrow(/does not exist/);
  });

  it("let no writer that lost its session replace what another has finished", async () => {
    const key = freshKey();
    const first = await store().openWriter(key, atStart);
    await first.write(patternOf(partBytes + 1, 1));
    const second = await store().openWriter(key, atStart);
    await second.write(patternOf(partBytes + 1, 2));
    const sealed = await second.seal();
    await expect(first.seal()).rejects.toMatchObject({ problem: "lost" });
    expect(await store().stat(key)).toEqual(sealed);
  });

  it("of a small object need nothing more when it was all there before", async () => {
    const key = freshKey();
    const rest = await (async () => {
      const writer = await store().openWriter(key, atStart);
      await writer.write(patternOf(1000));
      return writer.suspend();
    })();
    expect(rest.sealed).toEqual(await store().stat(key));
    expect(await (await store().openWriter(key, rest)).seal()).toEqual(rest.sealed);
    expect((await names()).filter((name) => name.startsWith(key))).toEqual([key]);
  });

  it("that are begun through the S3 API go on with the parts that it planned", async () => {
    const planned = 8 * 1024 * 1024;
    const key = freshKey();
    const upload = await opened.bucket.createMultipartUpload(key, { customMetadata: { "berth-writer": "s3" } });
    const bytes = patternOf(planned + 3);
    const { etag } = await upload.uploadPart(1, bytes.subarray(0, planned));
    const session: UploadSession = { ...freshSession, upload: { id: upload.uploadId, mark: "s3" }, etags: [etag] };
    const writer = await store().openWriter(key, { offset: planned, state: { ...session } });
    await writer.write(bytes.subarray(planned));
    expect((await writer.seal()).sizeBytes).toBe(bytes.byteLength);
  });
});
