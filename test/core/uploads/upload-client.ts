// A client of the upload rules: what it sends, and what it is told.
import { createHash } from "node:crypto";
import path from "node:path";
import { openBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import type { Incoming } from "#core/uploads/receive.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload } from "#core/uploads/uploads.ts";
import { findLinkedBlob } from "#db/queries/blobs.ts";
import { findUpload } from "#db/queries/uploads/sessions.ts";
import { type DigestAlgorithm, parseDigest } from "#oci/digest.ts";
import { RegistryError } from "#oci/error.ts";
import type { Process, World } from "./processes.ts";

/** A session as its client knows it. */
export interface Session {
  id: string;
  /** Its content is the pattern of this seed, as far as the offset. */
  seed: number;
  offset: number;
}

export interface UploadClient {
  begin(algorithm: DigestAlgorithm | null): ReturnType<typeof beginUpload>;
  status(session: Session): ReturnType<typeof getUpload>;
  append(session: Session, incoming: Incoming): ReturnType<typeof appendUpload>;
  finish(session: Session, digest: string, body: Incoming["body"]): ReturnType<typeof finishUpload>;
  cancel(session: Session): Promise<void>;
  /** The bytes that are served under a digest; null when it is not there. */
  pull(digest: string): Promise<Uint8Array | null>;
  /** Another process takes over; the old one is heard of no more. */
  restart(): Promise<void>;
  /** The process loses its database, and only that. */
  loseDatabase(): void;
  /** Where a session's bytes lie. */
  fileOf(session: Session): Promise<string>;
}

export async function createUploadClient(world: World, where: Where): Promise<UploadClient> {
  let process: Process = await world.start();
  return {
    begin: (algorithm) => beginUpload(process.ctx, where, algorithm),
    status: (session) => getUpload(process.ctx, where, session.id),
    append: (session, incoming) => appendUpload(process.ctx, where, session.id, incoming),
    finish(session, digest, body) {
      const incoming = { body, range: null, lengthBytes: null };
      const input = { id: session.id, digest: parseDigest(digest), incoming, mayStill: async () => {} };
      return finishUpload(process.ctx, where, input);
    },
    cancel: (session) => cancelUpload(process.ctx, where, session.id),
    async pull(digest) {
      const blob = await findLinkedBlob(world.db, where.repository.id, parseDigest(digest));
      if (!blob) return null;
      const body = await openBlob(process.ctx, blob, { start: 0, end: blob.sizeBytes - 1 });
      return new Uint8Array(await new Response(body).arrayBuffer());
    },
    async restart() {
      process.kill();
      process = await world.start();
    },
    loseDatabase: () => process.loseDatabase(),
    async fileOf({ id }) {
      const owner = { id, repositoryId: where.repository.id, accountId: where.caller.account?.id ?? null };
      return path.join(world.root, (await findUpload(world.db, owner))?.key ?? "");
    },
  };
}

/** A stretch of the endless content of a seed. */
export function stretchOf(seed: number, start: number, sizeBytes: number): Uint8Array {
  return Uint8Array.from(
    { length: sizeBytes },
    (_, i) => ((start + i) * (seed | 1) + ((start + i) >> 7) + seed * 131) & 0xff,
  );
}

export function digestOf(algorithm: DigestAlgorithm, bytes: Uint8Array | string): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** The code of the refusal. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  );
  return error instanceof RegistryError ? error.code : `no refusal: ${error}`;
}
