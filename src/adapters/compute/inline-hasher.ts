// Computes digests where there are no threads: natively while the bytes of one request pass, and by WebAssembly where the state
// has to be saved.
import { type DigestAlgorithm, hexOf } from "#oci/digest.ts";
import type { Hasher, HashStream, HexDigests, SavedHash } from "#ports/hasher.ts";
import { fromBase64, toBase64 } from "./base64.ts";
import { type Sha2Modules, startSha2 } from "./wasm/sha2.ts";

/** What the runtime has. */
export interface InlineHashing {
  modules: Sha2Modules;
  /** A hash of the runtime's own, which can neither be saved nor paused; absent: WebAssembly does it all. */
  startNative?: (algorithm: DigestAlgorithm) => NativeHash;
}

export interface NativeHash {
  update(bytes: Uint8Array): Promise<void>;
  /** In hex. */
  digest(): Promise<string>;
  discard(): void;
}

/** Small enough for an isolate with many requests, large enough to make calls into the runtime rare. */
const pieceBytes = 256 * 1024;
const sparePieces = 4;

type Options = Parameters<Hasher["start"]>[0];

export function createInlineHasher(hashing: InlineHashing): Hasher {
  const spare: ArrayBufferLike[] = [];
  const recycle = (memory: ArrayBufferLike) => {
    if (memory.byteLength === pieceBytes && spare.length < sparePieces) spare.push(memory);
  };
  return {
    start: (options) => startStream(hashing, options, recycle),
    async digest(algorithm, bytes) {
      const name = algorithm === "sha256" ? "SHA-256" : "SHA-512";
      return hexOf(new Uint8Array(await crypto.subtle.digest(name, bytes as Uint8Array<ArrayBuffer>)));
    },
    buffer: () => spare.pop() ?? new ArrayBuffer(pieceBytes),
    recycle,
  };
}

function startStream(hashing: InlineHashing, options: Options, recycle: (memory: ArrayBufferLike) => void): HashStream {
  const { algorithms, resumable, from } = options;
  const isSaved = resumable || from !== undefined;
  const hashes = isSaved ? startAll(hashing.modules, algorithms, from) : startNatives(hashing, algorithms);
  let seen = from?.offset ?? 0;
  return {
    async update(bytes) {
      seen += bytes.byteLength;
      for (const hash of hashes?.values() ?? []) await hash.update(bytes);
      recycle(bytes.buffer);
    },
    async finish() {
      if (!hashes) return null;
      const digests: HexDigests = {};
      for (const [algorithm, hash] of hashes) digests[algorithm] = await hash.digest();
      return digests;
    },
    async save(): Promise<SavedHash | null> {
      if (!resumable || !hashes) return null;
      const states: SavedHash["states"] = {};
      for (const [algorithm, { save }] of hashes) states[algorithm] = toBase64((save as () => Uint8Array)());
      return { version: 1, offset: seen, states };
    },
    discard() {
      for (const hash of hashes?.values() ?? []) hash.discard();
    },
  };
}

/** A hash in progress, of either kind. */
interface Running extends NativeHash {
  save?(): Uint8Array;
}

/** Null when a state cannot be gone on from: whoever asks reads the bytes again. */
function startAll(
  modules: Sha2Modules,
  algorithms: readonly DigestAlgorithm[],
  from: SavedHash | undefined,
): Map<DigestAlgorithm, Running> | null {
  try {
    return new Map(algorithms.map((algorithm) => [algorithm, start(modules, algorithm, from)]));
  } catch {
    return null;
  }
}

function start(modules: Sha2Modules, algorithm: DigestAlgorithm, from: SavedHash | undefined): Running {
  const state = from ? fromBase64(from.states[algorithm] ?? "") : null;
  const hash = startSha2(modules, algorithm, state);
  return {
    update: async (bytes) => hash.update(bytes),
    digest: async () => hash.digest(),
    save: hash.save,
    discard: () => {},
  };
}

function startNatives(
  { modules, startNative }: InlineHashing,
  algorithms: readonly DigestAlgorithm[],
): Map<DigestAlgorithm, Running> | null {
  if (!startNative) return startAll(modules, algorithms, undefined);
  return new Map(algorithms.map((algorithm) => [algorithm, startNative(algorithm)]));
}
