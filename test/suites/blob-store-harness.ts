// What the suite of blob stores stands on: the harness that an adapter gives, and the store in use.
import { it } from "vitest";
import type { BlobKey, BlobStore, BlobWriter, Reading } from "#ports/blob-store.ts";

/** Things that a store may lack. */
export type BlobStoreCapability =
  /** A sealed object can be opened and sealed again: a crash between seal and commit costs nothing. */
  | "reopens sealed objects"
  /** The stamp changes when the object is changed behind our back. */
  | "stamps objects"
  /** Another instance on the same place sees the same objects and the same identity. */
  | "outlives its instance"
  /** Large objects pass through, they are never held. */
  | "holds no object in memory"
  /** It knows how much room there is. */
  | "knows its space"
  /** Many small objects are stored in one call. */
  | "stores objects together";

export interface BlobStoreHarness {
  open(): Promise<BlobStore>;
  /** Another instance on the same place, as after a restart; not asked of a store that does not outlive its instance. */
  reopen(): Promise<BlobStore>;
  /** Removes the place. */
  close(): Promise<void>;
  /** Why a capability is missing. */
  lacks: Partial<Record<BlobStoreCapability, string>>;
}

/** Where a new object begins. */
export const atStart = { offset: 0, state: null };

/** A key as the database registers them. */
export function freshKey(): BlobKey {
  const id = crypto.randomUUID();
  return `${id.slice(0, 2)}/${id}`;
}

/** Bytes that differ at every place and by seed. */
export function patternOf(sizeBytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8) * 7 + seed * 13) & 0xff);
}

/** Reads what a store gives, to its end. */
export async function readAll(reading: Reading | null): Promise<Uint8Array> {
  return new Uint8Array(await new Response(reading?.body ?? null).arrayBuffer());
}

/** What a store gives of an object that must be there. */
export async function readerOf(reading: Promise<Reading | null>): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  return ((await reading) as Reading).body.getReader();
}

/** A store under test, and what the tests do with it again and again. */
export interface StoreInUse {
  store: BlobStore;
  /** Opens a writer at the start and writes. */
  write(key: BlobKey, ...pieces: Uint8Array[]): Promise<BlobWriter>;
  /** Stores an object under a fresh key. */
  stored(bytes: Uint8Array): Promise<BlobKey>;
  read(key: BlobKey, from: number, to: number): Promise<Uint8Array>;
  allKeys(): Promise<BlobKey[]>;
}

/** Opens a harness's store. */
export async function useStore(harness: BlobStoreHarness): Promise<StoreInUse> {
  const store = await harness.open();
  const write: StoreInUse["write"] = async (key, ...pieces) => {
    const writer = await store.openWriter(key, atStart);
    for (const piece of pieces) await writer.write(piece);
    return writer;
  };
  return {
    store,
    write,
    async stored(bytes) {
      const key = freshKey();
      await (await write(key, bytes)).seal();
      return key;
    },
    read: async (key, from, to) => readAll(await store.read(key, { start: from, end: to })),
    allKeys: () => Array.fromAsync(store.keys()),
  };
}

/** A test of what not every store can do: where it is missing, the reason stands in the report. */
export function itNeeds(harness: BlobStoreHarness) {
  return (capability: BlobStoreCapability, title: string, test: () => Promise<void>) => {
    const reason = harness.lacks[capability];
    if (reason === undefined) it(title, test);
    else it.skip(`${title} [${capability}: ${reason}]`, test);
  };
}
