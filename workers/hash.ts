// Hashes the bytes that come over a port, beside the request loop: natively, or with a state that can be saved.
import { createHash } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import { createSHA256, createSHA512 } from "hash-wasm";
import type { DigestAlgorithm } from "#oci/digest.ts";

/** How a hash begins. `states` are base64, by algorithm. */
export interface HashTask {
  port: MessagePort;
  algorithms: readonly DigestAlgorithm[];
  resumable: boolean;
  states?: Partial<Record<DigestAlgorithm, string>>;
}

/** Bytes of shared memory. Not a view of them: Deno looks at each of a view's elements before it sends the view. */
export interface HashPiece {
  memory: ArrayBufferLike;
  offset: number;
  length: number;
}

/** What comes over the port: a piece to hash, which is answered when it is done, or the word that ends the task. */
export type HashMessage = HashPiece | "digest" | "save";

/** What goes back at the end: hex digests, or base64 states, by algorithm. */
export type HashResult = Partial<Record<DigestAlgorithm, string>>;

interface Engine {
  update(bytes: Uint8Array): void;
  digest(): string;
  save(): string;
}

/** Runs until the port says "digest" or "save", or is closed (then the result is empty). */
export async function hash(task: HashTask): Promise<HashResult> {
  const { port, algorithms } = task;
  const engines = new Map<DigestAlgorithm, Engine>();
  for (const algorithm of algorithms) engines.set(algorithm, await start(task, algorithm));
  return new Promise((resolve) => {
    const end = (of: (engine: Engine) => string) => {
      resolve(Object.fromEntries([...engines].map(([algorithm, engine]) => [algorithm, of(engine)])));
      port.close();
    };
    port.on("message", (message: HashMessage) => {
      if (message === "digest") return end((engine) => engine.digest());
      if (message === "save") return end((engine) => engine.save());
      const bytes = new Uint8Array(message.memory, message.offset, message.length);
      for (const engine of engines.values()) engine.update(bytes);
      port.postMessage(null);
    });
    port.on("close", () => resolve({}));
  });
}

async function start(task: HashTask, algorithm: DigestAlgorithm): Promise<Engine> {
  if (!task.resumable) {
    const native = createHash(algorithm);
    return { update: (bytes) => void native.update(bytes), digest: () => native.digest("hex"), save: () => "" };
  }
  const wasm = algorithm === "sha256" ? await createSHA256() : await createSHA512();
  const state = task.states?.[algorithm];
  if (state) wasm.load(Buffer.from(state, "base64"));
  else wasm.init();
  return {
    update: (bytes) => void wasm.update(bytes),
    digest: () => wasm.digest("hex"),
    save: () => Buffer.from(wasm.save()).toString("base64"),
  };
}
