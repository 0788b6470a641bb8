// Whatever was changed in a stored object, and however its bytes come in chunks: a hashing stream ends cleanly with the right bytes,
// or it does not end cleanly.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Where } from "#core/content/where.ts";
import type { BlobRow } from "#db/queries/blobs.ts";
import type { Content } from "#test/http/v2/content.ts";
import { createDamageableStore } from "./damageable-store.ts";
import { createScene, madeContent, readBlob, type Scene } from "./scene.ts";

const sizes = [0, 1, 1000, 1024 * 1024, 1024 * 1024 + 1, 2_500_000];
const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 60);

type Damage = (bytes: Uint8Array) => Uint8Array;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.constant<Damage>((bytes) => bytes),
  fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, mask]) => (bytes: Uint8Array) => {
    const copy = bytes.slice();
    const index = Math.min(copy.byteLength - 1, Math.floor(at * copy.byteLength));
    if (index >= 0) copy[index] = (copy[index] as number) ^ mask;
    return copy;
  }),
  place.map((at) => (bytes: Uint8Array) => bytes.slice(0, Math.floor(at * bytes.byteLength))),
  fc
    .uint8Array({ minLength: 1, maxLength: 5 })
    .map((more) => (bytes: Uint8Array) => Uint8Array.from([...bytes, ...more])),
  fc.tuple(place, place).map(([from, to]) => (bytes: Uint8Array) => {
    const copy = bytes.slice();
    const size = bytes.byteLength;
    return copy.fill(0, Math.floor(Math.min(from, to) * size), Math.floor(Math.max(from, to) * size));
  }),
);

describe("a hashing stream", () => {
  const store = createDamageableStore();
  let scene: Scene;
  let where: Where;
  const contents: Content[] = [];
  beforeAll(async () => {
    scene = await createScene(store);
    where = await scene.repository("stream");
    for (const size of sizes) {
      const content = madeContent(size);
      contents.push(content);
      await scene.push(where, content);
    }
  });
  afterAll(() => scene.close());

  it("never comes to a clean end with wrong bytes, and always with right ones", async () => {
    const input = fc.record({
      of: fc.nat({ max: sizes.length - 1 }),
      damage: damages,
      chunkBytes: fc.constantFrom(1 << 16, 99_991, 1 << 18, 1 << 20, 3_000_000),
    });
    const property = fc.asyncProperty(input, async ({ of, damage, chunkBytes }) => {
      const content = contents[of] as Content;
      const blob = (await scene.find(where, content)) as BlobRow;
      store.chunkBytes = chunkBytes;
      store.change(blob.key, damage);
      const isRight = Buffer.compare(store.objects.get(blob.key)?.bytes as Uint8Array, content.bytes) === 0;
      const { bytes, ended } = await readBlob(scene, { ...blob });
      if (isRight) {
        expect(ended).toBe("clean");
        expect(Buffer.compare(bytes, content.bytes)).toBe(0);
      } else {
        expect(ended).not.toBe("clean");
        expect(bytes.byteLength).toBeLessThan(Math.max(1, content.bytes.byteLength));
        // The next push heals it, for the next run too.
        expect(await scene.find(where, content)).toBeNull();
        await scene.push(where, content);
      }
      expect(await scene.find(where, content)).not.toBeNull();
    });
    await fc.assert(property, { numRuns: runs });
  }, 120_000);
});
