// What the store uses of an R2 binding, in types of its own: those of the platform do not go together with a server's.

/** An object that is there. */
export interface R2Head {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly customMetadata?: Record<string, string>;
}

/** An object that is read; the body is absent when a condition did not hold. */
interface R2Body extends R2Head {
  readonly body?: ReadableStream<Uint8Array>;
}

/** A multipart upload. */
export interface R2Multipart {
  readonly uploadId: string;
  uploadPart(number: number, bytes: Uint8Array): Promise<{ partNumber: number; etag: string }>;
  complete(parts: { partNumber: number; etag: string }[]): Promise<R2Head>;
  abort(): Promise<void>;
}

interface WriteOptions {
  customMetadata: Record<string, string>;
}

/** The binding, as `wrangler.toml` names it. */
export interface R2Binding {
  head(name: string): Promise<R2Head | null>;
  get(
    name: string,
    options?: { range?: { offset: number; length: number }; onlyIf?: { etagMatches: string } },
  ): Promise<R2Body | null>;
  /** Null when the condition did not hold. */
  put(name: string, bytes: Uint8Array, options: WriteOptions & { onlyIf?: Headers }): Promise<R2Head | null>;
  createMultipartUpload(name: string, options: WriteOptions): Promise<R2Multipart>;
  resumeMultipartUpload(name: string, id: string): R2Multipart;
  delete(names: string | string[]): Promise<void>;
  list(options: { prefix: string; cursor?: string }): Promise<{
    objects: readonly R2Head[];
    truncated: boolean;
    cursor?: string;
  }>;
}
