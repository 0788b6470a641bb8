// The S3 store on two real servers: the suite of all stores, what only parts and tails bring, and what a bucket lacks.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createS3BlobStore } from "#adapters/blob-store/s3.ts";
import type { BlobStore, Suspended } from "#ports/blob-store.ts";
import { createNodeTransport } from "#runtime/node/s3/transport.ts";
import { describeBlobStore } from "#test/suites/blob-store.ts";
import { atStart, freshKey, patternOf, readAll } from "#test/suites/blob-store-harness.ts";
import { accessKey, type Bucket, bucketName, bucketServers, secretKey, startBucket } from "./setup/buckets.ts";

const mebibyte = 1024 * 1024;

interface Changes {
  prefix?: string;
  bucket?: string;
  secret?: string;
  access?: string;
  endpoint?: string;
  encryption?: "aws:kms";
  storageClass?: string;
}

const { transport, close } = createNodeTransport();
afterAll(close);

function open(bucket: Bucket, changes: Changes = {}): Promise<BlobStore> {
  const keys = {
    accessKeyId: changes.access ?? accessKey,
    secretAccessKey: changes.secret ?? secretKey,
    sessionToken: null,
  };
  return createS3BlobStore({
    place: {
      bucket: changes.bucket ?? bucketName,
      prefix: changes.prefix ?? "unit/blobs",
      region: "us-east-1",
      endpoint: changes.endpoint ?? bucket.endpoint,
      style: "path",
      encryption: changes.encryption ?? null,
      kmsKey: null,
      storageClass: changes.storageClass ?? null,
    },
    credentials: async () => keys,
    transport,
    startHash: null,
    budgetBytes: 256 * mebibyte,
  });
}

describe.each(bucketServers)("s3 on %s", (server) => {
  let bucket: Bucket;
  beforeAll(async () => {
    bucket = await startBucket(server);
  });
  afterAll(() => bucket.stop());

  describeBlobStore(`in a bucket of ${server}`, {
    open: () => open(bucket, { prefix: "suite" }),
    reopen: () => open(bucket, { prefix: "suite" }),
    close: async () => {},
    lacks: {
      "knows its space": "a bucket has no end that could be asked for",
      "stores objects together": "each object is a request of its own",
    },
  });

  describe("parts and tails", () => {
    let store: BlobStore;
    let other: BlobStore;
    beforeAll(async () => {
      store = await open(bucket);
      other = await open(bucket);
    });
    afterAll(() => Promise.all([store.close(), other.close()]));

    const pieces: Uint8Array[] = [];
    const piece = (number: number) => {
      pieces[number] ??= patternOf(mebibyte, number);
      return pieces[number];
    };
    const writePieces = async (to: BlobStore, key: string, from: Suspended, count: number): Promise<Suspended> => {
      const writer = await to.openWriter(key, from);
      for (let i = 0; i < count; i++) await writer.write(piece(from.offset / mebibyte + i));
      return writer.suspend();
    };
    const expectPieces = async (key: string, count: number) => {
      expect((await store.stat(key))?.sizeBytes).toBe(count * mebibyte);
      const bytes = await readAll(await store.read(key, { start: 0, end: count * mebibyte - 1 }));
      for (let i = 0; i < count; i++)
        expect(Buffer.compare(bytes.subarray(i * mebibyte, (i + 1) * mebibyte), piece(i))).toBe(0);
    };
    const namesOf = async (key: string) => {
      const listed = await (await bucket.ask(`?list-type=2&prefix=unit/blobs/${key}`)).text();
      return [...listed.matchAll(/<Key>unit\/blobs\/([^<]+)<\/Key>/g)].map(([, name]) => name);
    };
    const unfinished = async (key: string) => {
      const listed = await (await bucket.ask(`?uploads&prefix=unit/blobs/${key}`)).text();
      return [...listed.matchAll(/<UploadId>([^<]+)</g)].length;
    };

    it.each([8, 9, 16, 17, 40])("seals an object of %i MiB", async (count) => {
      const key = freshKey();
      const writer = await store.openWriter(key, atStart);
      for (let i = 0; i < count; i++) await writer.write(piece(i));
      const sealed = await writer.seal();
      expect(sealed).toEqual(await store.stat(key));
      await expectPieces(key, count);
      expect([await namesOf(key), await unfinished(key)]).toEqual([[key], 0]);
    });

    it("goes on with an upload in chunks of any size, each by another instance", async () => {
      const key = freshKey();
      let from: Suspended = atStart;
      for (const [turn, count] of [1, 7, 3, 9, 12, 1].entries()) {
        from = await writePieces(turn % 2 ? other : store, key, JSON.parse(JSON.stringify(from)), count);
        expect(from.offset % mebibyte).toBe(0);
        expect(JSON.stringify(from.state).length).toBeLessThan(1000);
      }
      const writer = await other.openWriter(key, from);
      await writer.seal();
      await other.close();
      await expectPieces(key, 33);
      expect([await namesOf(key), await unfinished(key)]).toEqual([[key], 0]);
    });

    it("keeps the bytes that are short of a part in a tail", async () => {
      const key = freshKey();
      const small = await writePieces(store, key, atStart, 3);
      expect([await namesOf(key), await unfinished(key)]).toEqual([[`${key}.tail`], 0]);
      const large = await writePieces(store, key, small, 6);
      expect(await unfinished(key)).toBe(1);
      expect(large.offset).toBe(9 * mebibyte);
      // What the database knew before is there until it knows more.
      expect((await writePieces(other, key, small, 0)).offset).toBe(3 * mebibyte);
      await store.remove(key);
      expect([await namesOf(key), await unfinished(key)]).toEqual([[], 0]);
    });

    it("goes on from the state before when the next one was lost", async () => {
      const key = freshKey();
      const saved = await writePieces(store, key, atStart, 9);
      await writePieces(store, key, saved, 1);
      const crashed = await store.openWriter(key, saved);
      for (let i = 0; i < 20; i++) await crashed.write(piece(99));
      await crashed.abort();
      const writer = await other.openWriter(key, await writePieces(other, key, saved, 8));
      await writer.seal();
      await expectPieces(key, 17);
    });

    it("gives the same answer when it is sealed again from the same state", async () => {
      for (const count of [2, 8, 16, 17]) {
        const key = freshKey();
        const saved = await writePieces(store, key, atStart, count);
        const first = await (await store.openWriter(key, saved)).seal();
        await store.close();
        expect((await (await other.openWriter(key, saved)).seal()).stamp).toBe(first.stamp);
        await expectPieces(key, count);
      }
    });

    it("does not let a writer that lost its session change what another has sealed", async () => {
      for (const count of [1, 9]) {
        const key = freshKey();
        const late = await store.openWriter(key, atStart);
        for (let i = 0; i < count; i++) await late.write(piece(99));
        const writer = await other.openWriter(key, atStart);
        for (let i = 0; i < count; i++) await writer.write(piece(i));
        await writer.seal();
        await expect(late.seal()).rejects.toMatchObject({ problem: "lost" });
        await late.abort();
        await expectPieces(key, count);
      }
    });

    it("removes every trace of an upload that is under way", async () => {
      const key = freshKey();
      const writer = await store.openWriter(key, await writePieces(store, key, atStart, 20));
      for (let i = 0; i < 20; i++) await writer.write(piece(i));
      expect(await Array.fromAsync(store.keys())).toContain(key);
      await other.remove(key);
      await expect(writer.seal()).rejects.toMatchObject({ problem: "lost" });
      await other.remove(key);
      expect([await namesOf(key), await unfinished(key)]).toEqual([[], 0]);
    });

    it("leaves nothing of an upload that was aborted", async () => {
      const key = freshKey();
      const writer = await store.openWriter(key, atStart);
      for (let i = 0; i < 20; i++) await writer.write(piece(i));
      await writer.abort();
      expect([await namesOf(key), await unfinished(key)]).toEqual([[], 0]);
    });
  });

  describe("an address for others", () => {
    let store: BlobStore;
    const keys = [freshKey(), freshKey()] as [string, string];
    const bytes = patternOf(100_000);
    beforeAll(async () => {
      store = await open(bucket, { prefix: "for/others" });
      for (const key of keys) {
        const writer = await store.openWriter(key, atStart);
        await writer.write(bytes);
        await writer.seal();
      }
    });
    afterAll(() => store.close());
    const presign = async (seconds = 60) => (await store.presign?.(keys[0], { seconds })) as string;

    it("gives the object, whole or a range of it, to whoever has it", async () => {
      const url = await presign();
      const whole = await fetch(url);
      expect(Buffer.compare(new Uint8Array(await whole.arrayBuffer()), bytes)).toBe(0);
      const part = await fetch(url, { headers: { range: "bytes=10-19" } });
      expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 10-19/100000"]);
      expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
    });

    it("is of no use for another object, nor for anything but reading", async () => {
      const url = await presign();
      expect((await fetch(url.replace(keys[0], keys[1]))).status).toBe(403);
      for (const method of ["PUT", "DELETE"]) expect((await fetch(url, { method })).status).toBe(403);
      expect(await store.stat(keys[0])).not.toBeNull();
    });

    it("is of no use later", async () => {
      const url = await presign(1);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await fetch(url)).status).toBe(403);
    });
  });

  describe("a bucket that cannot be used", () => {
    it.each<[string, Changes, RegExp]>([
      ["that is not there", { bucket: "not-there" }, /there is no bucket not-there: create it/],
      ["with a wrong secret key", { secret: "not-the-secret" }, /BERTH_S3_SECRET_KEY is wrong/],
      ["with a wrong access key", { access: "nobody" }, /access key is not known there/],
    ])("%s is refused in one line", async (_, changes, line) => {
      const error = await open(bucket, changes).catch((thrown) => thrown);
      expect(error.message).toMatch(line);
      expect(error.message).toMatch(/^the bucket [^\n]{20,300}$/);
      expect(JSON.stringify([error.message, String(error.cause)])).not.toContain(changes.secret ?? secretKey);
    });
  });
});
