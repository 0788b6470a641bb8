// Small blobs that are kept in memory, and farther away by their digest: what is found there is believed only when it is right.
import { createHash } from "node:crypto";
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FarBytes } from "#core/cache/contents.ts";
import { createContents } from "#core/cache/contents.ts";
import type { LinkedBlob } from "#core/content/blobs.ts";
import { readSmallBlob } from "#core/content/small-blobs.ts";
import { pushBlob } from "#test/http/v2/requests.ts";
import { startTarget, type Target } from "#test/setup/target.ts";

describe("a small blob", () => {
  let berth: Target;
  let blob: LinkedBlob;
  let bytes: Uint8Array<ArrayBuffer>;
  let reads = 0;
  beforeAll(async () => {
    berth = await startTarget("fetch");
    const pushed = await pushBlob(berth, "small/blobs");
    bytes = pushed.bytes;
    const [row] = await berth.ctx.db.execute(
      sql`select b.id, b.key, b.size_bytes as "sizeBytes", b.stamp, d.algorithm, d.hex
        from blob b join blob_digest d on d.blob_id = b.id where d.hex = ${pushed.digest.slice(7)}`,
    );
    blob = row as unknown as LinkedBlob;
  });
  afterAll(() => berth.close());

  /** An empty memory before the same store; counts how often the store is read. */
  function contextWith(kept: Map<string, Uint8Array<ArrayBuffer>>) {
    reads = 0;
    const far: FarBytes = {
      get: async (digest) => kept.get(digest) ?? null,
      put: (digest, value) => void kept.set(digest, value),
    };
    const { blobs } = berth.ctx;
    const counted: typeof blobs = {
      ...blobs,
      read: (key, range) => {
        reads++;
        return blobs.read(key, range);
      },
    };
    const contents = { ...createContents({ totalBytes: 100_000, entryBytes: 10_000 }), far };
    return { ...berth.ctx, blobs: counted, contents };
  }
  const digest = () => `${blob.algorithm}:${blob.hex}`;

  it("is read from the store once, and kept near and far", async () => {
    const kept = new Map<string, Uint8Array<ArrayBuffer>>();
    const ctx = contextWith(kept);
    for (let i = 0; i < 2; i++) expect(await readSmallBlob(ctx, blob)).toEqual(bytes);
    expect(reads).toBe(1);
    expect([...kept]).toEqual([[digest(), bytes]]);
  });

  it("is taken from afar where it is kept there", async () => {
    const ctx = contextWith(new Map([[digest(), bytes]]));
    expect(await readSmallBlob(ctx, blob)).toEqual(bytes);
    expect(reads).toBe(0);
  });

  it.each([
    ["other bytes", () => new Uint8Array(createHash("sha512").update(bytes).digest())],
    ["fewer bytes", () => bytes.slice(1)],
    ["as many other bytes", () => bytes.map((byte) => byte ^ 1)],
  ])("is read from the store when %s are kept afar, which are put right", async (_, wrong) => {
    const kept = new Map([[digest(), wrong() as Uint8Array<ArrayBuffer>]]);
    const ctx = contextWith(kept);
    expect(await readSmallBlob(ctx, blob)).toEqual(bytes);
    expect(reads).toBe(1);
    expect(kept.get(digest())).toEqual(bytes);
  });
});
