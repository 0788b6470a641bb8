// The memory of uploads to a bucket: slow clients neither hold it for ever nor make it grow, and lose nothing by that.
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { BlobStore, BlobWriter } from "#ports/blob-store.ts";
import { atStart, freshKey, patternOf, readAll } from "#test/suites/blob-store-harness.ts";
import { collect } from "#workers/garbage.ts";
import { createFakeBucket, type FakeBucket, type FakeRequest, refuse } from "./s3-fake.ts";

const mebibyte = 1024 * 1024;
/** The least that may be set: fourteen parts, and places for sixteen small uploads. */
const budgetBytes = 128 * mebibyte;
const heldByParts = 14;
/** In memory that threads share, as the bytes of requests are. */
const pieces = Array.from({ length: 24 }, (_, i) => {
  const piece = new Uint8Array(new SharedArrayBuffer(mebibyte));
  piece.set(patternOf(mebibyte, i));
  return piece;
});
const timeout = 120_000;

let bucket: FakeBucket;
let store: BlobStore;
beforeEach(async () => {
  bucket = createFakeBucket();
  store = await bucket.open({ budgetBytes, place: { endpoint: "http://s3.example.com" } });
});

interface Upload {
  key: string;
  writer: BlobWriter;
  written: number;
}

async function begin(): Promise<Upload> {
  const key = freshKey();
  return { key, writer: await store.openWriter(key, atStart), written: 0 };
}

async function bring(upload: Upload, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await upload.writer.write(pieces[upload.written++] as Uint8Array);
}

async function expectWhole({ key, written }: Upload): Promise<void> {
  const bytes = await readAll(await store.read(key, { start: 0, end: written * mebibyte - 1 }));
  const expected = createHash("sha256");
  for (const piece of pieces.slice(0, written)) expected.update(piece);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(expected.digest("hex"));
}

const stashed = () => [...bucket.objects.keys()].filter((name) => name.includes(".stash-"));
const isStash = ({ method, name }: FakeRequest) => method === "PUT" && name.includes(".stash-");
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** As many uploads as can have a part's memory, each with two pieces in it, whose clients then say nothing. */
async function fillMemory(): Promise<Upload[]> {
  const slow = await Promise.all(Array.from({ length: heldByParts }, begin));
  await Promise.all(slow.map((upload) => bring(upload, 2)));
  return slow;
}

describe("slow uploads", () => {
  it("of a hundred clients let a fast one by, and come to their end", { timeout }, async () => {
    const before = await memoryBytes();
    const slow = await Promise.all(Array.from({ length: 100 }, begin));
    const begun = Promise.all(slow.map((upload) => bring(upload, 3)));
    const fast = await begin();
    await bring(fast, 24);
    await fast.writer.seal();
    await expectWhole(fast);
    await begun;
    expect((await memoryBytes()) - before - bucketBytes()).toBeLessThan(budgetBytes + 16 * mebibyte);
    expect(stashed().length).toBeGreaterThan(80);
    const ending = slow.filter((_, i) => i % 10 === 0);
    await Promise.all(ending.map((upload) => bring(upload, 7).then(() => upload.writer.seal())));
    for (const upload of ending) await expectWhole(upload);
    await Promise.all(slow.filter((upload) => !ending.includes(upload)).map(({ writer }) => writer.abort()));
    await store.close();
    expect([stashed(), bucket.uploads.size]).toEqual([[], 0]);
  });

  it("keep their memory while nobody else needs it", async () => {
    const [upload] = (await fillMemory()) as [Upload];
    await pause(1_500);
    expect(stashed()).toEqual([]);
    await bring(upload, 1);
    await upload.writer.seal();
    await expectWhole(upload);
  });

  it("go on after a part that lay in the bucket, and can be suspended in one", { timeout }, async () => {
    const [first, second] = (await fillMemory()) as [Upload, Upload];
    const others = await Promise.all([begin(), begin()]);
    await Promise.all(others.map((upload) => bring(upload, 9)));
    for (const { key } of [first, second]) expect(stashed().some((name) => name.startsWith(key))).toBe(true);
    await bring(first, 22);
    await first.writer.seal();
    await expectWhole(first);
    await bring(second, 3);
    const from = await second.writer.suspend();
    expect(from.offset).toBe(5 * mebibyte);
    const writer = await store.openWriter(second.key, JSON.parse(JSON.stringify(from)));
    const resumed = { ...second, writer };
    await bring(resumed, 6);
    await writer.seal();
    await expectWhole(resumed);
    await store.close();
    expect([...bucket.objects.keys()].filter((name) => name.startsWith(second.key))).toEqual([second.key]);
  });

  it("are not kept in more pieces than need be, however small the bytes come", { timeout }, async () => {
    const [first] = (await fillMemory()) as [Upload];
    const others = await Promise.all(Array.from({ length: heldByParts }, begin));
    await Promise.all(others.map((upload) => bring(upload, 2)));
    const before = bucket.log.filter((line) => line.includes(".stash-")).length;
    for (let i = 0; i < 5; i++) {
      const piece = pieces[first.written++] as Uint8Array;
      for (let at = 0; at < mebibyte; at += 65_536) await first.writer.write(piece.subarray(at, at + 65_536));
    }
    expect(bucket.log.filter((line) => line.includes(".stash-")).length - before).toBeLessThan(7);
    await bring(first, 3);
    await first.writer.seal();
    await expectWhole(first);
  });

  it("lose nothing when the bucket does not take their bytes, and give their memory back later", {
    timeout,
  }, async () => {
    const slow = await fillMemory();
    let refused = 0;
    bucket.faults.push((request) => {
      if (!isStash(request) || refused >= 20) return null;
      refused++;
      return refuse(403, "AccessDenied");
    });
    const fast = await begin();
    await bring(fast, 9);
    expect(refused).toBe(20);
    for (const upload of [fast, ...slow]) {
      await bring(upload, 1);
      await upload.writer.seal();
      await expectWhole(upload);
    }
  });

  it("leave nothing behind when they are broken off", { timeout }, async () => {
    const slow = await fillMemory();
    const fast = await begin();
    await bring(fast, 9);
    await Promise.all([...slow, fast].map(({ writer }) => writer.abort()));
    await store.close();
    expect([[...bucket.objects.keys()], bucket.uploads.size]).toEqual([[], 0]);
  });

  it("whose process was killed leave nothing behind once the upload ends elsewhere, or is removed", async () => {
    for (const end of ["seal", "remove"] as const) {
      const key = freshKey();
      const from = await (await store.openWriter(key, atStart)).suspend();
      bucket.objects.set(`${key}.stash-0123abcd-0`, { bytes: new Uint8Array(1), etag: "a", mark: null });
      const first = { key, writer: await store.openWriter(key, from), written: 0 };
      await bring(first, 2);
      const saved = await first.writer.suspend();
      const writer = await store.openWriter(key, saved);
      if (end === "seal") await writer.seal();
      else {
        await writer.abort();
        await store.remove(key);
      }
      await store.close();
      const left = [...bucket.objects.keys()].filter((name) => name.startsWith(key));
      expect(left).toEqual(end === "seal" ? [key] : []);
    }
  });
});

function bucketBytes(): number {
  const parts = [...bucket.uploads.values()].flatMap((upload) => [...upload.parts.values()]);
  return [...bucket.objects.values(), ...parts].reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

/** What all arrays hold, without those that nobody uses any more. */
async function memoryBytes(): Promise<number> {
  // What a collection finds is given back beside it, not in it.
  for (let i = 0; i < 2; i++) {
    collect.all();
    await pause(50);
  }
  return process.memoryUsage().arrayBuffers;
}
