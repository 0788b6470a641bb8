import { createHash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool, type Pool } from "#adapters/compute/pool.ts";
import type { DigestAlgorithm } from "#oci/digest.ts";
import type { Hasher, HashStream, SavedHash } from "#ports/hasher.ts";

const hexOf = (algorithm: DigestAlgorithm, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex");
/** `update` takes the memory away, so each piece is a copy. */
const feed = async (stream: HashStream, bytes: Uint8Array, pieceBytes = 1_048_576) => {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes)
    await stream.update(new Uint8Array(bytes.subarray(at, at + pieceBytes)));
};

describe("the hasher", () => {
  let pools: Pool[];
  let hasher: Hasher;
  let elsewhere: Hasher;
  beforeAll(() => {
    pools = [createPool(1), createPool(1)];
    hasher = createPoolHasher(pools[0] as Pool);
    elsewhere = createPoolHasher(pools[1] as Pool);
  });
  afterAll(() => Promise.all(pools.map((pool) => pool.destroy())));

  describe.each(["sha256", "sha512"] as const)("%s", (algorithm) => {
    it.each([0, 1, 65_536, 65_537, 1_048_576, 5_000_001])("digests %i bytes, resumable or not", async (size) => {
      const bytes = randomBytes(size);
      for (const resumable of [false, true]) {
        const stream = hasher.start({ algorithms: [algorithm], resumable });
        await feed(stream, bytes);
        expect(await stream.finish()).toEqual({ [algorithm]: hexOf(algorithm, bytes) });
      }
      expect(await hasher.digest(algorithm, bytes)).toBe(hexOf(algorithm, bytes));
    });

    it("goes on elsewhere from a saved state, wherever it was cut", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.nat(200_000), { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          async (sizes, plain) => {
            const parts = sizes.map((size) => randomBytes(size));
            let saved: SavedHash | null = null;
            let seen = 0;
            for (const [i, part] of parts.entries()) {
              const from: { from?: SavedHash } = saved ? { from: saved } : {};
              const stream: HashStream = (i % 2 ? elsewhere : hasher).start({
                algorithms: [algorithm],
                resumable: true,
                ...from,
              });
              await feed(stream, part, 50_000);
              seen += part.byteLength;
              saved = await stream.save();
              expect([saved?.version, saved?.offset]).toEqual([1, seen]);
              // The row keeps the state as JSON.
              saved = JSON.parse(JSON.stringify(saved)) as SavedHash;
            }
            const last = elsewhere.start({ algorithms: [algorithm], resumable: !plain, from: saved as SavedHash });
            if (!plain) expect(await last.finish()).toEqual({ [algorithm]: hexOf(algorithm, Buffer.concat(parts)) });
            else last.discard();
          },
        ),
        { numRuns: 15 },
      );
    });
  });

  it("digests with both algorithms at once", async () => {
    const bytes = randomBytes(300_000);
    const stream = hasher.start({ algorithms: ["sha256", "sha512"], resumable: false });
    await feed(stream, bytes);
    expect(await stream.finish()).toEqual({ sha256: hexOf("sha256", bytes), sha512: hexOf("sha512", bytes) });
  });

  it("cannot save what was not begun to be saved", async () => {
    const stream = hasher.start({ algorithms: ["sha256"], resumable: false });
    await feed(stream, randomBytes(100_000));
    expect(await stream.save()).toBeNull();
    stream.discard();
  });

  it("takes a state that means nothing for a loss, not for a digest", async () => {
    const from: SavedHash = { version: 1, offset: 10, states: { sha256: btoa("nonsense") } };
    const stream = hasher.start({ algorithms: ["sha256"], resumable: true, from });
    await feed(stream, randomBytes(100));
    expect(await stream.finish()).toBeNull();
  });

  it("runs many streams side by side", async () => {
    const all = Array.from({ length: 40 }, () => randomBytes(200_000));
    const digests = await Promise.all(
      all.map(async (bytes) => {
        const stream = hasher.start({ algorithms: ["sha256"], resumable: false });
        await feed(stream, bytes, 30_000);
        return (await stream.finish())?.sha256;
      }),
    );
    expect(digests).toEqual(all.map((bytes) => hexOf("sha256", bytes)));
  });

  it("gives memory of 1 MiB, the same again when it came back", async () => {
    const stream = hasher.start({ algorithms: ["sha256"], resumable: false });
    for (let i = 0; i < 20; i++) await stream.update(new Uint8Array(hasher.buffer()));
    await stream.finish();
    expect(hasher.buffer().byteLength).toBe(1_048_576);
  });

  it("gives small pieces while many are out, and those that came back before new ones", () => {
    const { buffer, recycle } = createPoolHasher(pools[0] as Pool);
    const out = Array.from({ length: 60 }, buffer);
    expect(new Set(out.map(({ byteLength }) => byteLength))).toEqual(new Set([1_048_576, 65_536]));
    const small = out.filter(({ byteLength }) => byteLength === 65_536);
    small.forEach(recycle);
    expect(new Set(small.map(buffer))).toEqual(new Set(small));
    out.forEach(recycle);
    expect(new Set(out.map(buffer))).toEqual(new Set(out));
  });

  it("may be discarded at any time, also after its end", async () => {
    const fresh = hasher.start({ algorithms: ["sha256"], resumable: true });
    fresh.discard();
    const begun = hasher.start({ algorithms: ["sha256"], resumable: true });
    await feed(begun, randomBytes(100_000));
    begun.discard();
    begun.discard();
    const ended = hasher.start({ algorithms: ["sha256"], resumable: true });
    await feed(ended, randomBytes(100_000));
    await ended.finish();
    ended.discard();
  });
});
