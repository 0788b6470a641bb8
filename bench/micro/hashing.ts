// What a digest costs: natively in the loop, natively in the pool, and with a state that can be saved.
import { createHash, randomBytes } from "node:crypto";
import { createPoolHasher } from "#adapters/compute/hasher.ts";
import { createPool } from "#adapters/compute/pool.ts";
import type { Hasher } from "#ports/hasher.ts";
import { time } from "./timing.ts";

const pieceBytes = 2 ** 20;
const pieces = 64;

export async function timeHashing() {
  const threads = createPool(2);
  const hasher = createPoolHasher(threads);
  const piece = randomBytes(pieceBytes);
  const bytes = pieceBytes * pieces;
  const inLoop = () => {
    const hash = createHash("sha256");
    for (let i = 0; i < pieces; i++) hash.update(piece);
    hash.digest("hex");
  };
  const small = randomBytes(4096);
  try {
    return [
      await time({ name: "sha256 in the loop, 64 MiB", call: inLoop, bytes }),
      await time({ name: "sha256 in the pool, 64 MiB", call: () => stream(hasher, piece, false), bytes }),
      await time({ name: "sha256 in the pool, resumable", call: () => stream(hasher, piece, true), bytes }),
      await time({ name: "sha256 of 4 KiB", call: () => hasher.digest("sha256", small), bytes: small.length }),
      await time({ name: "sha512 of 4 KiB", call: () => hasher.digest("sha512", small), bytes: small.length }),
    ];
  } finally {
    await threads.destroy();
  }
}

/** As a body comes: pieces of 1 MiB in memory that goes to the pool and comes back. */
async function stream(hasher: Hasher, piece: Buffer, resumable: boolean): Promise<void> {
  const hash = hasher.start({ algorithms: ["sha256"], resumable });
  for (let i = 0; i < pieces; i++) {
    const bytes = new Uint8Array(hasher.buffer());
    bytes.set(piece);
    await hash.update(bytes);
  }
  if ((await hash.finish()) === null) throw new Error("a thread of the pool died");
}
