// What runs inline where there are no threads gives the same as the pool: digests, saved states and password hashes change
// hands between runtimes.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createInlineCompute } from "#adapters/compute/inline.ts";
import { createInlineHasher } from "#adapters/compute/inline-hasher.ts";
import { createPool, createPoolCompute, type Pool } from "#adapters/compute/pool.ts";
import { createArgon2id } from "#adapters/compute/wasm/argon2.ts";
import { carriedModules } from "#adapters/compute/wasm/carried.ts";
import { stateMarks } from "#adapters/compute/wasm/sha2.ts";
import type { DigestAlgorithm } from "#oci/digest.ts";
import type { Compute } from "#ports/compute.ts";
import type { Hasher, HashStream, SavedHash } from "#ports/hasher.ts";

const folder = join(import.meta.dirname, "../../src/adapters/compute/wasm");
const wasmOf = (file: string) => new WebAssembly.Module(readFileSync(file));
const modules = { sha256: wasmOf(join(folder, "sha256.wasm")), sha512: wasmOf(join(folder, "sha512.wasm")) };
const argon2 = wasmOf(createRequire(import.meta.url).resolve("@phi-ag/argon2/argon2.wasm"));

const hexOf = (algorithm: DigestAlgorithm, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest("hex");
const feed = async (stream: HashStream, bytes: Uint8Array) => {
  for (let at = 0; at < bytes.byteLength; at += 50_000)
    await stream.update(new Uint8Array(bytes.subarray(at, at + 50_000)));
};

describe("the modules in the checkout", () => {
  it.each(["sha256", "sha512"] as const)(
    "%s is what the installed hash-wasm carries (else: npm run wasm)",
    (algorithm) => {
      const { bytes, mark } = carriedModules()[algorithm];
      expect(Buffer.compare(readFileSync(join(folder, `${algorithm}.wasm`)), bytes)).toBe(0);
      expect(stateMarks[algorithm]).toBe(mark);
    },
  );
});

describe("the inline hasher", () => {
  let pool: Pool;
  let hashers: [Hasher, Hasher];
  beforeAll(() => {
    pool = createPool(1);
    hashers = [createInlineHasher({ modules }), createPoolHasher(pool)];
  });
  afterAll(() => pool.destroy());

  describe.each(["sha256", "sha512"] as const)("%s", (algorithm) => {
    it.each([0, 1, 16_384, 16_385, 300_001])("digests %i bytes, resumable or not", async (size) => {
      const bytes = randomBytes(size);
      for (const resumable of [false, true]) {
        const stream = hashers[0].start({ algorithms: [algorithm], resumable });
        await feed(stream, bytes);
        expect(await stream.finish()).toEqual({ [algorithm]: hexOf(algorithm, bytes) });
      }
      expect(await hashers[0].digest(algorithm, bytes)).toBe(hexOf(algorithm, bytes));
    });

    it("goes on from what the pool saved, and the pool from what was saved here, wherever it was cut", async () => {
      const sizes = fc.array(fc.nat(120_000), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(sizes, fc.nat(1), async (cuts, first) => {
          const parts = cuts.map((size) => randomBytes(size));
          let saved: SavedHash | null = null;
          let seen = 0;
          const begin = (turn: number) =>
            (hashers[turn % 2] as Hasher).start({
              algorithms: [algorithm],
              resumable: true,
              ...(saved && { from: saved }),
            });
          for (const [i, part] of parts.entries()) {
            const stream = begin(first + i);
            await feed(stream, part);
            seen += part.byteLength;
            saved = JSON.parse(JSON.stringify(await stream.save())) as SavedHash;
            expect([saved.version, saved.offset]).toEqual([1, seen]);
          }
          const last = begin(first + parts.length);
          expect(await last.finish()).toEqual({ [algorithm]: hexOf(algorithm, Buffer.concat(parts)) });
        }),
        { numRuns: 20 },
      );
    });

    it("saves the very bytes that the pool saves", async () => {
      const bytes = randomBytes(70_001);
      const states = await Promise.all(
        hashers.map(async (hasher) => {
          const stream = hasher.start({ algorithms: [algorithm], resumable: true });
          await feed(stream, bytes);
          return stream.save();
        }),
      );
      expect(states[0]).toEqual(states[1]);
    });
  });

  it("takes a state that means nothing for a loss, not for a digest", async () => {
    for (const nonsense of [btoa("nonsense"), btoa("x".repeat(112)), "*"]) {
      const from: SavedHash = { version: 1, offset: 10, states: { sha256: nonsense } };
      const stream = hashers[0].start({ algorithms: ["sha256"], resumable: true, from });
      await feed(stream, randomBytes(100));
      expect(await stream.finish()).toBeNull();
      expect(await stream.save()).toBeNull();
    }
  });

  it("cannot save what was not begun to be saved", async () => {
    const stream = hashers[0].start({ algorithms: ["sha256"], resumable: false });
    await feed(stream, randomBytes(100));
    expect(await stream.save()).toBeNull();
    stream.discard();
  });
});

describe("passwords", () => {
  const inline = createInlineCompute(createArgon2id(argon2));
  let pool: Compute;
  beforeAll(() => {
    pool = createPoolCompute(createPool(1));
  });
  afterAll(() => pool.close());

  it.each(["secret", "Пароль mit Ümlauten 🔑", "", "x".repeat(1000)])(
    "set on either side are right on the other: %j",
    async (password) => {
      for (const [set, check] of [
        [inline, pool],
        [pool, inline],
      ] as const) {
        const hash = await set.run("hashPassword", { password });
        expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
        expect(await check.run("verifyPassword", { password, hash })).toBe(true);
        expect(await check.run("verifyPassword", { password: `${password}!`, hash })).toBe(false);
      }
    },
  );

  it("are never right for what is no hash", async () => {
    for (const hash of ["", "secret", "$argon2i$v=19$m=19456,t=2,p=1$YmVydGhiZXJ0aGJlcnRoYg$AAAA"])
      expect(await inline.run("verifyPassword", { password: "secret", hash })).toBe(false);
  });
});
