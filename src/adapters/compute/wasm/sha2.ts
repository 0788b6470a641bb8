// Drives the WebAssembly of hash-wasm without its wrapper, which compiles at run time. States that are saved here are those that
// hash-wasm saves, byte for byte, so that a session may change between runtimes.
import { type DigestAlgorithm, hexOf } from "#oci/digest.ts";

/** The modules, as a runtime has loaded them. */
export type Sha2Modules = Record<DigestAlgorithm, WebAssembly.Module>;

/** A hash whose state can be saved. */
export interface Sha2 {
  update(bytes: Uint8Array): void;
  /** In hex. Ends the hash. */
  digest(): string;
  save(): Uint8Array;
}

/** What a state begins with: it is of this very module. */
export const stateMarks: Record<DigestAlgorithm, string> = { sha256: "8ed695a3", sha512: "922e1bd0" };

const bits = { sha256: 256, sha512: 512 };
const markBytes = 4;
/** The module's room for input. */
const inputBytes = 16 * 1024;

interface Exports {
  memory: WebAssembly.Memory;
  STATE_SIZE: number | WebAssembly.Global;
  Hash_GetBuffer(): number;
  Hash_GetState(): number;
  Hash_Init(bits: number): void;
  Hash_Update(length: number): void;
  Hash_Final(padding: number | null): void;
}

/** Begins a hash, or goes on from a state. @throws when the state is not of this module. */
export function startSha2(modules: Sha2Modules, algorithm: DigestAlgorithm, state: Uint8Array | null): Sha2 {
  const module = new WebAssembly.Instance(modules[algorithm]).exports as unknown as Exports;
  const input = new Uint8Array(module.memory.buffer, module.Hash_GetBuffer(), inputBytes);
  module.Hash_Init(bits[algorithm]);
  const held = stateOf(module);
  if (state) held.set(requireState(state, algorithm, held.byteLength));
  return {
    update(bytes) {
      for (let at = 0; at < bytes.byteLength; at += inputBytes) {
        const piece = bytes.subarray(at, at + inputBytes);
        input.set(piece);
        module.Hash_Update(piece.byteLength);
      }
    },
    digest() {
      module.Hash_Final(null);
      return hexOf(input.subarray(0, bits[algorithm] / 8));
    },
    save() {
      const saved = new Uint8Array(markBytes + held.byteLength);
      saved.set(fromHex(stateMarks[algorithm]));
      saved.set(held, markBytes);
      return saved;
    },
  };
}

/** The memory in which the module keeps what it has seen. */
function stateOf({ memory, STATE_SIZE, Hash_GetState }: Exports): Uint8Array {
  const at = typeof STATE_SIZE === "number" ? STATE_SIZE : STATE_SIZE.value;
  const sizeBytes = new DataView(memory.buffer).getUint32(at, true);
  return new Uint8Array(memory.buffer, Hash_GetState(), sizeBytes);
}

function requireState(state: Uint8Array, algorithm: DigestAlgorithm, sizeBytes: number): Uint8Array {
  const isOurs = hexOf(state.subarray(0, markBytes)) === stateMarks[algorithm];
  if (!isOurs || state.byteLength !== markBytes + sizeBytes) throw new Error("the state is of another hash");
  return state.subarray(markBytes);
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
