// A process that keeps small uploads in memory, with what the tests of that do again and again.
import { sql } from "drizzle-orm/sql";
import { anonymous, type Caller } from "#core/access/caller.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import type { UnsavedSessions } from "#core/uploads/unsaved.ts";
import { appendUpload, beginUpload, finishUpload } from "#core/uploads/uploads.ts";
import { findAccountByName, insertAccount } from "#db/queries/accounts/accounts.ts";
import { type BlobRow, findLinkedBlob } from "#db/queries/blobs.ts";
import { findRepository, insertRepository } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import { registryError } from "#oci/error.ts";
import type { ByteRange } from "#oci/range.ts";
import type { Content } from "#test/http/v2/content.ts";
import { startTarget, type Target, type TargetOptions } from "#test/setup/target.ts";
import { wholeBody } from "./bodies.ts";

export type SmallContext = Context & { unsaved: UnsavedSessions };

export interface SmallScene {
  target: Target;
  ctx: SmallContext;
  repository(name: string): Promise<Where>;
  /** The same repository, seen by a user of its own. */
  seenBy(where: Where, name: string): Promise<Where>;
  /** Appends bytes, from an offset when one is given. */
  append(where: Where, id: string, bytes: Uint8Array, start?: number): ReturnType<typeof appendUpload>;
  finish(where: Where, id: string, digest: string, bytes?: Uint8Array): ReturnType<typeof finishUpload>;
  push(where: Where, content: Content): Promise<void>;
  find(where: Where, digest: string): Promise<BlobRow | null>;
  /** Sessions that are rows. */
  savedSessions(): Promise<{ id: string; offset: number }[]>;
  /** How many keys are in each state. */
  keyStates(): Promise<Record<string, number>>;
  /** The periodic work on uploads and keys, until nothing is left to do. */
  clearUp(): Promise<void>;
}

export async function createSmallScene(options: TargetOptions = {}): Promise<SmallScene> {
  const target = await startTarget("socket", options);
  const ctx = target.ctx as SmallContext;
  const { db } = ctx;
  const accountId = crypto.randomUUID();
  const team = { id: accountId, name: "team", kind: "organization", isAdmin: false, passwordHash: null } as const;
  await insertAccount(db, { ...team, now: ctx.clock.now() });
  const scene: SmallScene = {
    target,
    ctx,
    async repository(name) {
      const row = { id: crypto.randomUUID(), accountId, name, visibility: "public" } as const;
      await insertRepository(db, { ...row, now: ctx.clock.now() });
      return { repository: await findRepository(db, `team/${name}`), caller: anonymous } as Where;
    },
    async seenBy({ repository }, name) {
      await target.addUser(name);
      const caller: Caller = { account: await findAccountByName(db, name), grants: null, how: "basic" };
      return { repository, caller };
    },
    append: (where, id, bytes, start) => appendUpload(ctx, where, id, incomingOf(bytes, start)),
    finish: (where, id, digest, bytes) =>
      finishUpload(ctx, where, {
        id,
        digest: parseDigest(digest),
        incoming: bytes ? incomingOf(bytes) : { body: null, range: null, lengthBytes: null },
        mayStill: async () => {},
      }),
    async push(where, { bytes, digest }) {
      const { id } = await beginUpload(ctx, where, null);
      await scene.finish(where, id, digest, bytes);
    },
    find: (where, digest) => findLinkedBlob(db, where.repository.id, parseDigest(digest)),
    async savedSessions() {
      const found = await db.execute(sql`select id, "offset" from upload order by created_at`);
      return found.map((row) => ({ id: String(row.id), offset: Number(row.offset) }));
    },
    async keyStates() {
      const found = await db.execute(sql`select state, count(*)::int as keys from blob group by state`);
      return Object.fromEntries(found.map((row) => [String(row.state), Number(row.keys)]));
    },
    async clearUp() {
      const needed = ["expire-uploads", "condemn-unlinked", "remove-condemned"];
      for (const name of needed) {
        const task = periodicTasks.find((one) => one.name === name);
        while (await task?.slice(ctx));
      }
    },
  };
  return scene;
}

/** A request's bytes: with a range when they say where they belong, else of unknown length. */
export function incomingOf(bytes: Uint8Array, start?: number) {
  const range: ByteRange | null = start === undefined ? null : { start, end: start + bytes.byteLength - 1 };
  return { body: wholeBody(bytes), range, lengthBytes: range ? bytes.byteLength : null };
}

/** What the rights are asked for when they are gone. */
export async function noLonger(): Promise<void> {
  throw registryError("UNAUTHORIZED");
}
