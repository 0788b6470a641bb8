// What the rules need of the place where the bytes of blobs lie.
//
// A key is fresh for every upload and is never written twice by two writers: the database names the one writer. What the
// store must guarantee:
//  - after `seal` returns, the bytes and the name under which they are found survive a power cut;
//  - after `suspend` returns, a new writer (perhaps in another process) can go on from `offset` with the `state` given;
//  - unsealed bytes may be readable, but nothing asks for them: only the database says what is visible;
//  - `remove` of a key that is not there is no error, and removes every trace of a started upload, its parts included.
import type { Digest } from "#oci/digest.ts";

/** A key as the database registers it: two hex digits, a slash, and a UUID. */
export type BlobKey = string;

/** What a store wants to be told again when writing goes on; null when nothing. */
export type StoreState = { [key: string]: unknown } | null;

/** Where a suspended writer stands. */
export interface Suspended {
  offset: number;
  state: StoreState;
}

/** How a writer was suspended. */
export interface Rest extends Suspended {
  /** What sealing would have given, where suspending did all that sealing does: nothing needs to be done to it any more. */
  sealed?: Sealed;
}

/** What is known of a finished object. */
export interface Sealed {
  sizeBytes: number;
  /** Changes when the object is changed behind our back (a file's ctime, an object's ETag); null when the store has no such thing. */
  stamp: string | null;
}

/** Part of an object that is being read. */
export interface Reading {
  body: ReadableStream<Uint8Array>;
  /** Of the whole object that the bytes come from, as it is at this moment: the caller compares before it passes bytes on. */
  sizeBytes: number;
  stamp: string | null;
}

/** Writes one object from front to back. One of suspend, seal and abort ends it. */
export interface BlobWriter {
  /** Takes the bytes; they may be reused by the caller when the promise resolves. @throws BlobStoreError */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes what was written durable enough to go on from, and closes. A store that works in parts may report less than was written. */
  suspend(): Promise<Rest>;
  /** Makes the object whole and durable, and closes. */
  seal(): Promise<Sealed>;
  /** Closes without a promise about the bytes written since the writer was opened. */
  abort(): Promise<void>;
}

/** An object that is at hand, and the digest that it is to have. */
export interface WholeObject {
  key: BlobKey;
  bytes: Uint8Array;
  digest: Digest;
}

export interface BlobStore {
  /** A word for logs and health: `file`, `memory`, `s3`. */
  readonly kind: string;
  /** The largest object that can be written; absent when only the place is a bound. */
  readonly maxObjectBytes?: number;
  /** The id that the store carries; a store that carries none takes the one given, if there is one. A database and a store belong together. */
  ensureIdentity<Id extends string | null>(id: Id): Promise<string | Id>;
  /** Opens a writer at `offset`, dropping bytes beyond it that a crashed writer may have left. @throws BlobStoreError "lost" when bytes before it are gone. */
  openWriter(key: BlobKey, from: Suspended): Promise<BlobWriter>;
  /**
   * Stores whole small objects, as writing and sealing each would, at less cost than one by one; absent where that is no
   * less. In their order: what sealing gives, null when the bytes do not have the digest (nothing is stored then), or the error.
   */
  putAll?(objects: readonly WholeObject[]): Promise<({ value: Sealed | null } | { error: BlobStoreError })[]>;
  /**
   * Streams the bytes from `start` to `end` (inclusive). An object that is shorter is "lost", at once or in the stream. Null
   * when there is no such object; a place that is itself not there (nothing is mounted) is "unavailable". The body is read or cancelled.
   */
  read(key: BlobKey, range: { start: number; end: number }): Promise<Reading | null>;
  /** An address at which whoever has it may GET this one object, ranges included, for so many seconds; absent where a store has no such thing. @throws BlobStoreError */
  presign?(key: BlobKey, options: { seconds: number }): Promise<string>;
  /** Size and stamp of an object, or null, as `read` has it. */
  stat(key: BlobKey): Promise<Sealed | null>;
  remove(key: BlobKey): Promise<void>;
  /** Free and total bytes of the place, or null where that has no meaning. */
  space(): Promise<{ freeBytes: number; totalBytes: number } | null>;
  /** The keys that are there, in no order: for reports of objects that no row names. */
  keys(): AsyncIterable<BlobKey>;
  close(): Promise<void>;
}

/** The closed set of things that go wrong in a store. */
export type BlobStoreProblem = "lost" | "full" | "too large" | "unavailable";

export class BlobStoreError extends Error {
  readonly problem: BlobStoreProblem;
  constructor(problem: BlobStoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BlobStoreError";
    this.problem = problem;
  }
}
