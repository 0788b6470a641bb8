// The rules on a database of their own and a store whose objects can be damaged, with what the tests of damage do again and again.
import { sql } from "drizzle-orm/sql";
import { anonymous } from "#core/access/caller.ts";
import { openBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { scrubBlobs } from "#core/jobs/scrub.ts";
import { beginUpload, finishUpload } from "#core/uploads/uploads.ts";
import { insertAccount } from "#db/queries/accounts/accounts.ts";
import { type BlobRow, findLinkedBlob } from "#db/queries/blobs.ts";
import { findRepository, insertRepository } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Hasher } from "#ports/hasher.ts";
import { type Content, digestOf } from "#test/http/v2/content.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { wholeBody } from "../uploads/bodies.ts";

/** What an operator is told. */
export interface Told {
  level: string;
  message: string;
  fields: Record<string, unknown>;
}

/** A blob that was pushed. */
export interface Given {
  content: Content;
  blob: BlobRow;
}

export interface Scene {
  target: Target;
  ctx: Context;
  told: Told[];
  advance(seconds: number): void;
  repository(name: string): Promise<Where>;
  push(where: Where, content: Content): Promise<void>;
  /** The blob as it is found in a repository; null when it is missing there. */
  find(where: Where, content: Content): Promise<BlobRow | null>;
  /** All columns of the row that the digest names. */
  row(content: Content): Promise<Record<string, unknown>>;
  /** Types of the events about the digest, in order. */
  events(content: Content): Promise<string[]>;
  /** Pushes bytes that nobody else has. */
  given(where: Where, sizeBytes: number): Promise<Given>;
  /** Scrubs until nothing is due. @returns how many slices it took. */
  scrub(): Promise<number>;
  close(): Promise<void>;
}

export async function createScene(blobs: BlobStore): Promise<Scene> {
  const target = await startTarget("fetch", { blobs, limits: { scrubBytesPerSecond: 2 ** 40 } });
  const { ctx, clock } = target;
  const { db } = ctx;
  const told: Told[] = [];
  ctx.report = (level, message, fields = {}) => void told.push({ level, message, fields });
  const accountId = crypto.randomUUID();
  const account = { id: accountId, name: "team", kind: "organization", isAdmin: false, passwordHash: null } as const;
  await insertAccount(db, { ...account, now: clock.now() });
  const scene: Scene = {
    target,
    ctx,
    told,
    advance: clock.advance,
    async repository(name) {
      const row = { id: crypto.randomUUID(), accountId, name, visibility: "public" } as const;
      await insertRepository(db, { ...row, now: clock.now() });
      const repository = await findRepository(db, `team/${name}`);
      return { repository, caller: anonymous } as Where;
    },
    async push(where, { bytes, digest }) {
      const { id } = await beginUpload(ctx, where, null);
      const incoming = { body: wholeBody(bytes), range: null, lengthBytes: null };
      await finishUpload(ctx, where, { id, digest: parseDigest(digest), incoming, mayStill: async () => {} });
    },
    find: (where, { digest }) => findLinkedBlob(db, where.repository.id, parseDigest(digest)),
    async row({ digest }) {
      const { hex } = parseDigest(digest);
      const found = await db.execute(
        sql`select b.* from blob b join blob_digest d on d.blob_id = b.id where d.hex = ${hex}`,
      );
      return found[0] as Record<string, unknown>;
    },
    async events({ digest }) {
      const found = await db.execute(sql`select type from event where object = ${digest} order by id`);
      return found.map((row) => row.type as string);
    },
    async given(where, sizeBytes) {
      const content = madeContent(sizeBytes);
      await scene.push(where, content);
      return { content, blob: (await scene.find(where, content)) as BlobRow };
    },
    async scrub() {
      let slices = 1;
      while ((await scrubBlobs(ctx)) && slices < 100) slices++;
      return slices;
    },
    close: target.close,
  };
  return scene;
}

/** A hasher whose first results are lost, as with workers that die. */
export function dyingHasher(hasher: Hasher, deaths: number): Hasher {
  let left = deaths;
  const start: Hasher["start"] = (options) => {
    const hash = hasher.start(options);
    if (left-- <= 0) return hash;
    const lost = async () => {
      hash.discard();
      return null;
    };
    return { ...hash, finish: lost, save: lost };
  };
  return { ...hasher, start };
}

/** How a read of part of a blob ended: with its bytes, or with the code of a refusal, or broken. */
export async function readBlob(
  { ctx }: Pick<Scene, "ctx">,
  blob: BlobRow,
  range = { start: 0, end: blob.sizeBytes - 1 },
): Promise<{ bytes: Uint8Array; ended: string }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of await openBlob(ctx, blob, range)) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), ended: "clean" };
  } catch (error) {
    const { code = "broken" } = error as { code?: string };
    return { bytes: Buffer.concat(chunks), ended: code };
  }
}

/** Bytes whose every place differs, so that a flip anywhere is seen. */
export function madeContent(sizeBytes: number, seed = Math.trunc(Math.random() * 1e6)): Content {
  const bytes = Uint8Array.from(
    { length: sizeBytes },
    (_, i) => (i * 31 + (i >> 8) * 7 + (i >> 16) + seed * 13) & 0xff,
  );
  if (sizeBytes >= 4) new DataView(bytes.buffer).setUint32(0, seed);
  return { bytes, digest: digestOf(bytes) };
}
