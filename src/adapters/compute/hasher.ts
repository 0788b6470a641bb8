// Computes digests in the pool while bytes pass; small bodies are hashed where they are, which is cheaper than a message.
//
// Threads share the memory of the pieces. Measured: transferring it to and fro counts as new memory each time, and V8 then
// collected all garbage every 64 MiB, which cost more than hashing.
import { createHash } from "node:crypto";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { DigestAlgorithm } from "#oci/digest.ts";
import type { Hasher, HashStream, SavedHash } from "#ports/hasher.ts";
import type { HashMessage, HashResult, HashTask } from "#workers/hash.ts";
import type { Pool } from "./pool.ts";
import { createSlabs } from "./slabs.ts";

/** A body up to this size is hashed in the request loop. */
const inlineBytes = 64 * 1024;
/** Pieces of one body that may be under way: enough to keep a thread busy, few enough to bound memory. */
const maxUnderWay = 4;

type Options = Parameters<Hasher["start"]>[0];

export function createPoolHasher(pool: Pool): Hasher {
  const slabs = createSlabs();
  return {
    start: (options) => startStream(pool, options, slabs.give),
    digest: async (algorithm, bytes) => createHash(algorithm).update(bytes).digest("hex"),
    buffer: slabs.take,
    recycle: slabs.give,
  };
}

function startStream(pool: Pool, options: Options, keep: (buffer: ArrayBufferLike) => void): HashStream {
  let held: Uint8Array | null = null;
  let task: RunningTask | null = null;
  let seen = options.from?.offset ?? 0;
  const begin = () => {
    task ??= runTask(pool, options, keep);
    if (held) task.send(held);
    held = null;
    return task;
  };
  return {
    async update(bytes) {
      seen += bytes.byteLength;
      const first = task === null && held === null && options.from === undefined && !options.resumable;
      if (first && bytes.byteLength <= inlineBytes) {
        held = bytes;
        return;
      }
      const running = begin();
      running.send(bytes);
      await running.room();
    },
    async finish() {
      if (task || options.from) return begin().end("digest", options.algorithms);
      const digests = Object.fromEntries(
        options.algorithms.map((algorithm) => [
          algorithm,
          createHash(algorithm)
            .update(held ?? new Uint8Array())
            .digest("hex"),
        ]),
      );
      if (held) keep(held.buffer);
      held = null;
      return digests;
    },
    async save(): Promise<SavedHash | null> {
      if (!options.resumable) return null;
      const states = await begin().end("save", options.algorithms);
      return states && { version: 1, offset: seen, states };
    },
    discard() {
      if (held) keep(held.buffer);
      held = null;
      task?.discard();
    },
  };
}

interface RunningTask {
  send(bytes: Uint8Array): void;
  /** Resolves when more may be sent. */
  room(): Promise<void>;
  /** The task's result, or null when its thread died. */
  end(how: "digest" | "save", algorithms: readonly DigestAlgorithm[]): Promise<HashResult | null>;
  discard(): void;
}

function runTask(pool: Pool, options: Options, keep: (buffer: ArrayBufferLike) => void): RunningTask {
  const { port1, port2 } = new MessageChannel();
  /** The pieces under way, in their order. */
  const underWay: ArrayBufferLike[] = [];
  let lost = false;
  let wake: (() => void) | null = null;
  const waken = () => {
    wake?.();
    wake = null;
  };
  const forget = () => underWay.splice(0).forEach(keep);
  port1.on("message", () => {
    const done = underWay.shift();
    if (done) keep(done);
    waken();
  });
  const task: HashTask = {
    port: port2 as MessagePort,
    algorithms: options.algorithms,
    resumable: options.resumable,
    ...(options.from ? { states: options.from.states } : {}),
  };
  const result: Promise<HashResult | null> = pool
    .run(task, { name: "hash", transferList: [port2] as never })
    .catch(() => {
      lost = true;
      port1.close();
      forget();
      waken();
      return null;
    });
  const post = (message: HashMessage) => {
    if (!lost) port1.postMessage(message);
  };
  return {
    send(bytes) {
      if (lost) return keep(bytes.buffer);
      underWay.push(bytes.buffer);
      post({ memory: bytes.buffer, offset: bytes.byteOffset, length: bytes.byteLength });
    },
    async room() {
      while (underWay.length > maxUnderWay && !lost) await new Promise<void>((resolve) => (wake = resolve));
    },
    async end(how, algorithms) {
      post(how);
      const values = await result;
      port1.close();
      return values && algorithms.every((algorithm) => values[algorithm]) ? values : null;
    },
    discard() {
      port1.close();
      forget();
    },
  };
}
