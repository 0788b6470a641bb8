// Drives the WebAssembly of @phi-ag/argon2 without its wrapper, which counts letters where bytes are meant.
import type { Argon2id } from "#adapters/compute/password-hash.ts";

interface Exports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(sizeBytes: number): number;
  free(at: number): void;
  argon2_hash(...input: number[]): number;
}

/** As the reference implementation numbers them. */
const argon2idType = 2;
const version13 = 19;

/** One instance for all passwords of an isolate, which come one after the other: its memory is 20 MiB from the first on. */
export function createArgon2id(module: WebAssembly.Module): Argon2id {
  let argon2: Exports | null = null;
  return ({ password, nonce, memory, passes, parallelism, tagLength }) => {
    argon2 ??= instantiate(module);
    const taken: number[] = [];
    const { malloc, free, argon2_hash } = argon2;
    const room = (sizeBytes: number) => {
      // Of no byte it would give nothing.
      const at = malloc(Math.max(1, sizeBytes));
      taken.push(at);
      if (at === 0) throw new Error("no memory for argon2id");
      return at;
    };
    const put = (bytes: Uint8Array) => {
      const at = room(bytes.byteLength);
      new Uint8Array((argon2 as Exports).memory.buffer).set(bytes, at);
      return at;
    };
    try {
      const [passwordAt, nonceAt, tagAt] = [put(password), put(nonce), room(tagLength)];
      const costs = [passes, memory, parallelism];
      const input = [passwordAt, password.byteLength, nonceAt, nonce.byteLength];
      const failed = argon2_hash(...costs, ...input, tagAt, tagLength, 0, 0, argon2idType, version13);
      if (failed !== 0) throw new Error(`argon2id failed (${failed})`);
      // Its memory may have grown meanwhile.
      return new Uint8Array(argon2.memory.buffer).slice(tagAt, tagAt + tagLength);
    } finally {
      for (const at of taken) free(at);
    }
  };
}

function instantiate(module: WebAssembly.Module): Exports {
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  exports._initialize();
  return exports;
}
