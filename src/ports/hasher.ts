// What the rules need to compute digests while bytes pass.
import type { DigestAlgorithm } from "#oci/digest.ts";

/** Hex digests by algorithm. */
export type HexDigests = Partial<Record<DigestAlgorithm, string>>;

/** The state of a hash that can go on elsewhere. `version` names the format; other formats are ignored, which costs a re-read. */
export interface SavedHash {
  version: 1;
  /** Bytes that the state has seen. */
  offset: number;
  /** Base64 by algorithm. */
  states: Partial<Record<DigestAlgorithm, string>>;
}

/** One hash in progress. */
export interface HashStream {
  /** Takes ownership of the bytes and of their whole buffer, one of `buffer()`; resolves when more may be given. */
  update(bytes: Uint8Array): Promise<void>;
  /** The digests of all bytes, or null when they were lost (a worker died): the caller reads the bytes again. */
  finish(): Promise<HexDigests | null>;
  /** The state to go on from, or null when this stream cannot be saved. Ends the stream. */
  save(): Promise<SavedHash | null>;
  /** Ends the stream without a result. Harmless after the others. */
  discard(): void;
}

export interface Hasher {
  /** Starts a hash. `resumable` asks for one that can be saved, which is slower; `from` goes on from a saved state. */
  start(options: { algorithms: readonly DigestAlgorithm[]; resumable: boolean; from?: SavedHash }): HashStream;
  /** The digest of bytes at hand: for manifests and small bodies. */
  digest(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<string>;
  /** Memory for `update`: 1 MiB that came back or is new, or a little when very much is out already. */
  buffer(): ArrayBufferLike;
  /** Takes back memory that was not given to `update`. */
  recycle(buffer: ArrayBufferLike): void;
}
