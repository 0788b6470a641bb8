// Races between writers, cancellations and the removal of bytes, each played in the one order that hurts.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anonymous } from "#core/access/caller.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { appendUpload, beginUpload, cancelUpload, finishUpload } from "#core/uploads/uploads.ts";
import { insertAccount } from "#db/queries/accounts/accounts.ts";
import { findLinkedBlob } from "#db/queries/blobs.ts";
import { findRepository, insertRepository } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { contentOf } from "#test/http/v2/content.ts";
import { heldBody, wholeBody } from "./bodies.ts";
import { createWorld, type ProcessContext, registeredKeys, type World } from "./processes.ts";

describe("upload races", () => {
  let world: World;
  let where: Where;
  let ctx: ProcessContext;
  beforeAll(async () => {
    world = await createWorld();
    const account = {
      id: crypto.randomUUID(),
      name: "owner",
      kind: "organization",
      isAdmin: false,
      passwordHash: null,
    } as const;
    await insertAccount(world.db, { ...account, now: world.now() });
    const row = { id: crypto.randomUUID(), accountId: account.id, name: "races" } as const;
    await insertRepository(world.db, { ...row, visibility: "public", now: world.now() });
    where = { repository: (await findRepository(world.db, "owner/races"))!, caller: anonymous };
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    ctx = (await world.start()).ctx;
  });
  /** When all is over, the store has what the rows name, and nothing else. */
  afterEach(async () => {
    world.advance(90_000);
    await clearUp();
    expect((await Array.fromAsync(ctx.blobs.keys())).sort()).toEqual(await registeredKeys(world));
  });

  const clearUp = async () => {
    for (const task of periodicTasks.filter(({ name }) => /upload|condemn/.test(name)))
      while (await task.slice(ctx as unknown as Context));
  };
  const { bytes, digest } = contentOf("the bytes of a blob");
  const append = (id: string, body = wholeBody(bytes)) =>
    appendUpload(ctx, where, id, { body, range: null, lengthBytes: null });
  const finish = (id: string, body: ReadableStream<Uint8Array> | null, mayStill = async () => {}) =>
    finishUpload(ctx, where, {
      id,
      digest: parseDigest(digest),
      incoming: { body, range: null, lengthBytes: null },
      mayStill,
    });
  const linked = () => findLinkedBlob(world.db, where.repository.id, parseDigest(digest));

  it("leave no file when a session is cancelled and cleared before its writer opened the file", async () => {
    const opening = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const openWriter: BlobStore["openWriter"] = async (key, from) => {
      opening.resolve();
      await go.promise;
      return store.openWriter(key, from);
    };
    const store = ctx.blobs;
    ctx = { ...ctx, blobs: { ...store, openWriter } };
    const { id } = await beginUpload(ctx, where, null);
    const writing = append(id);
    await opening.promise;
    await cancelUpload(ctx, where, id);
    await clearUp();
    go.resolve();
    await expect(writing).rejects.toMatchObject({ code: "RANGE_INVALID" });
  });

  it("link nothing when a session is cancelled while its closing PUT comes in", async () => {
    const { id } = await beginUpload(ctx, where, null);
    const body = heldBody(bytes);
    const finishing = finish(id, body.stream);
    await body.taken;
    await cancelUpload(ctx, where, id);
    await clearUp();
    body.end();
    await expect(finishing).rejects.toMatchObject({ code: "RANGE_INVALID" });
    expect(await linked()).toBeNull();
  });

  it("link nothing when the right to push is gone at the end", async () => {
    const { id } = await beginUpload(ctx, where, null);
    const gone = async () => {
      throw new Error("the right is gone");
    };
    await expect(finish(id, wholeBody(bytes), gone)).rejects.toThrow("the right is gone");
    expect(await linked()).toBeNull();
    await expect(append(id)).rejects.toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });

  it("let one of two closing PUTs win", async () => {
    const { id } = await beginUpload(ctx, where, null);
    await append(id);
    const ends = await Promise.allSettled([finish(id, null), finish(id, null), finish(id, null)]);
    expect(ends.filter((end) => end.status === "fulfilled")).toHaveLength(1);
    expect((await linked())?.sizeBytes).toBe(bytes.byteLength);
  });

  it("let uploads of the same content all succeed, and keep one of them", async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => beginUpload(ctx, where, null)));
    const other = contentOf(`shared ${crypto.randomUUID()}`);
    const input = { digest: parseDigest(other.digest), mayStill: async () => {} };
    await Promise.all(
      sessions.map(({ id }) => {
        const incoming = { body: wholeBody(other.bytes), range: null, lengthBytes: null };
        return finishUpload(ctx, where, { ...input, id, incoming });
      }),
    );
    const before = await registeredKeys(world);
    await clearUp();
    expect((await registeredKeys(world)).length).toBe(before.length - 5);
    const blob = await findLinkedBlob(world.db, where.repository.id, parseDigest(other.digest));
    expect(await ctx.blobs.stat(blob?.key ?? "")).toMatchObject({ sizeBytes: other.bytes.byteLength });
  });

  it("let only one of two requests write to a session at a time", async () => {
    const { id } = await beginUpload(ctx, where, null);
    const ends = await Promise.allSettled(Array.from({ length: 4 }, () => append(id)));
    const won = ends.filter((end) => end.status === "fulfilled").map((end) => end.value.offset);
    // Those that came one after the other appended; those that came at once were refused.
    expect(won.length).toBeGreaterThan(0);
    expect(Math.max(...won)).toBe(won.length * bytes.byteLength);
    await cancelUpload(ctx, where, id);
  });

  it("let another process take over a session that has no bytes yet, and what the first writes is nobody's", async () => {
    const other = (await world.start()).ctx;
    const { id } = await beginUpload(ctx, where, null);
    const late = heldBody(new Uint8Array(bytes.byteLength).fill(0xee));
    const first = append(id, late.stream).catch((error: { code?: string }) => error.code);
    await late.taken;
    const body = { body: wholeBody(bytes), range: null, lengthBytes: null };
    expect((await appendUpload(other, where, id, body)).offset).toBe(bytes.byteLength);
    late.end();
    expect(await first).toBe("RANGE_INVALID");
    await finishUpload(other, where, {
      id,
      digest: parseDigest(digest),
      incoming: { ...body, body: null },
      mayStill: async () => {},
    });
    const blob = await linked();
    const read = await other.blobs.read(blob?.key ?? "", { start: 0, end: bytes.byteLength - 1 });
    expect(new Uint8Array(await new Response(read?.body).arrayBuffer())).toEqual(bytes);
  });

  it("let a process finish what rests with it only while nobody else has taken it", async () => {
    const other = (await world.start()).ctx;
    const { id } = await beginUpload(ctx, where, null);
    await append(id);
    const more = { body: wholeBody(bytes), range: null, lengthBytes: null };
    await appendUpload(other, where, id, more);
    await expect(finish(id, null)).rejects.toMatchObject({ code: "RANGE_INVALID" });
    expect(await linked()).not.toBeNull();
    await cancelUpload(other, where, id);
  });
});
