// The blob store and the hasher as a process of the model reaches them: every call waits for its turn, and is answered to the living.
import { type BlobStore, BlobStoreError, type BlobWriter } from "#ports/blob-store.ts";
import type { Hasher, HashStream } from "#ports/hasher.ts";
import type { Director } from "./director.ts";
import type { Process } from "./process.ts";

/** One process's way to what is shared. */
interface Way {
  director: Director;
  process: Process;
}

export function gateStore(way: Way, store: BlobStore): BlobStore {
  return {
    ...store,
    openWriter: (key, from) => ask(way, "openWriter", async () => gateWriter(way, await store.openWriter(key, from))),
    read: (key, range) => ask(way, "read", () => store.read(key, range)),
    stat: (key) => ask(way, "stat", () => store.stat(key)),
    remove: (key) => ask(way, "remove", () => store.remove(key)),
  };
}

function gateWriter(way: Way, writer: BlobWriter): BlobWriter {
  return {
    write: (bytes) => ask(way, "write", () => writer.write(bytes)),
    suspend: () => ask(way, "suspend", () => writer.suspend()),
    seal: () => ask(way, "seal", () => writer.seal()),
    abort: () => ask(way, "abort", () => writer.abort()),
  };
}

async function ask<T>({ director, process }: Way, label: string, work: () => Promise<T>): Promise<T> {
  await process.step(label, "store");
  requireAnswer(process);
  const answer = await underWay(director, work);
  process.moment();
  requireAnswer(process);
  return answer;
}

function requireAnswer(process: Process): void {
  if (process.fails()) throw new BlobStoreError("unavailable", "the store does not answer");
}

/** Hashing changes nothing that others see, so it waits for nobody; a process may die beside it. */
export function gateHasher(way: Way, hasher: Hasher): Hasher {
  return {
    ...hasher,
    start: (options) => gateHash(way, hasher.start(options)),
    digest: (algorithm, bytes) => hear(way, () => hasher.digest(algorithm, bytes)),
  };
}

function gateHash(way: Way, hash: HashStream): HashStream {
  return {
    update: (bytes) => hear(way, () => hash.update(bytes)),
    finish: () => hear(way, () => hash.finish()),
    save: () => hear(way, () => hash.save()),
    discard: () => hash.discard(),
  };
}

async function hear<T>({ director, process }: Way, work: () => Promise<T>): Promise<T> {
  process.moment();
  const answer = await underWay(director, work);
  process.moment();
  return answer;
}

async function underWay<T>(director: Director, work: () => Promise<T>): Promise<T> {
  const ended = director.underWay.begin("other");
  try {
    return await work();
  } finally {
    ended();
  }
}
