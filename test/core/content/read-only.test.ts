// The switch to read-only against what is under way: it waits for changes that are in, and lets none in after it.
import { setTimeout as later } from "node:timers/promises";
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { anonymous, type Caller } from "#core/access/caller.ts";
import { createFacts } from "#core/cache/facts.ts";
import { condemnIfUnlinked, deleteBlob } from "#core/content/blobs.ts";
import { isRefusedByGate } from "#core/content/gate.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { runTask } from "#core/jobs/run.ts";
import { changeSettings } from "#core/settings.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import { appendUpload, beginUpload, finishUpload } from "#core/uploads/uploads.ts";
import { findAccountByName, insertAccount } from "#db/queries/accounts/accounts.ts";
import { findLinkedBlob } from "#db/queries/blobs.ts";
import { insertEvent, type NewEvent } from "#db/queries/events.ts";
import { findRepository, insertRepository, markRepositoryDeleted } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import { type Content, randomContent } from "#test/http/v2/content.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { wholeBody } from "../uploads/bodies.ts";
import { contentRows } from "./rows.ts";

describeMatrix("a registry that becomes read-only", (kind) => {
  let target: Target;
  let ctx: Context;
  let admin: Caller;
  let where: Where;
  beforeAll(async () => {
    target = await startTarget(kind);
    ctx = target.ctx;
    admin = { account: await findAccountByName(ctx.db, "admin"), grants: null, how: "basic" };
    const accountId = crypto.randomUUID();
    const account = { id: accountId, name: "team", kind: "organization", isAdmin: false, passwordHash: null } as const;
    await insertAccount(ctx.db, { ...account, now: ctx.clock.now() });
    const row = { id: crypto.randomUUID(), accountId, namespace: "team", name: "app", visibility: "public" } as const;
    await insertRepository(ctx.db, { ...row, now: ctx.clock.now() });
    where = { repository: (await findRepository(ctx.db, "team/app"))!, caller: anonymous };
  });
  afterAll(() => target.close());
  beforeEach(() => setReadOnly(false));

  const setReadOnly = (readOnlyRegistry: boolean) => changeSettings(ctx, admin, { readOnlyRegistry });
  const append = (id: string, { bytes }: Content) =>
    appendUpload(ctx, where, id, { body: wholeBody(bytes), range: null, lengthBytes: null });
  const finish = (id: string, { digest }: Content, more: { mayStill?: () => Promise<void>; body?: Uint8Array } = {}) =>
    finishUpload(ctx, where, {
      id,
      digest: parseDigest(digest),
      incoming: { body: more.body ? wholeBody(more.body) : null, range: null, lengthBytes: null },
      mayStill: more.mayStill ?? (async () => {}),
    });
  const linked = ({ digest }: Content) => findLinkedBlob(ctx.db, where.repository.id, parseDigest(digest));
  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => "went well",
      (error) => isRefusedByGate(error) || error,
    );
  const push = (): NewEvent => ({ at: new Date(), type: "blob.push", actorId: null, repositoryId: null, object: "x" });

  it("waits for a change that is in, and lets none in that came after the switch", async () => {
    let end = () => {};
    const held = new Promise<void>((resolve) => {
      end = resolve;
    });
    let isIn = () => {};
    const inside = new Promise<void>((resolve) => {
      isIn = resolve;
    });
    const change = ctx.db.transaction(async (tx) => {
      await insertEvent(tx, push());
      isIn();
      await held;
    });
    await inside;
    let isThrown = false;
    const switching = setReadOnly(true).then(() => {
      isThrown = true;
    });
    await later(50);
    expect(isThrown).toBe(false);
    const after = refusal(insertEvent(ctx.db, push()));
    end();
    await change;
    await switching;
    expect(await after).toBe(true);
  });

  /** Bytes that stay in memory where they may, and bytes that do not. */
  it.each([1000, 300_000])("refuses the end of an upload of %d bytes, which can be finished later", async (size) => {
    const content = randomContent(size);
    const { id } = await beginUpload(ctx, where, null);
    await append(id, content);
    await setReadOnly(true);
    expect(await refusal(finish(id, content))).toBe(true);
    expect(await refusal(append(id, content))).toBe(true);
    await setReadOnly(false);
    expect(await finish(id, content)).toEqual({ sizeBytes: size });
    expect(await linked(content)).not.toBe(null);
  });

  it.each([1000, 300_000])("refuses it after its last %d bytes came, too, and takes them again", async (size) => {
    const content = randomContent(size);
    const { id } = await beginUpload(ctx, where, null);
    // The switch is thrown while the body is read.
    const mayStill = async () => void (await setReadOnly(true));
    const more = { body: content.bytes, mayStill };
    expect(await refusal(finish(id, content, more))).toBe(true);
    expect(await linked(content)).toBe(null);
    await setReadOnly(false);
    expect(await finish(id, content, { body: content.bytes })).toEqual({ sizeBytes: size });
  });

  it.each([1000, 300_000])("refuses %d bytes where memory has not heard of it yet", async (size) => {
    const stale: Context = {
      ...ctx,
      facts: createFacts({ state: () => "fresh", read() {}, failed() {} }),
      resting: createRestingSessions(),
    };
    const content = randomContent(size);
    const { id } = await beginUpload(stale, where, null);
    const incoming = { body: wholeBody(content.bytes), range: null, lengthBytes: null };
    await appendUpload(stale, where, id, incoming);
    await setReadOnly(true);
    const rest = { id, digest: parseDigest(content.digest), mayStill: async () => {} };
    const none = { body: null, range: null, lengthBytes: null };
    expect(await refusal(finishUpload(stale, where, { ...rest, incoming: none }))).toBe(true);
    expect(await linked(content)).toBe(null);
    await setReadOnly(false);
    expect(await finishUpload(stale, where, { ...rest, incoming: none })).toEqual({ sizeBytes: size });
  });

  it("keeps what periodic work would remove", async () => {
    const [unlinked, condemned] = [randomContent(), randomContent()];
    for (const content of [unlinked, condemned]) {
      const { id } = await beginUpload(ctx, where, null);
      await finish(id, content, { body: content.bytes });
    }
    const { key } = (await linked(condemned)) as { key: string };
    await deleteBlob(ctx, where, parseDigest(condemned.digest));
    const { id: blobId } = (await linked(unlinked)) as { id: number };
    await ctx.db.execute(sql`delete from link where blob_id = ${blobId}`);
    const { repository } = where;
    const gone = { id: crypto.randomUUID(), accountId: repository.accountId, namespace: "team", name: "gone" } as const;
    await insertRepository(ctx.db, { ...gone, visibility: "public", now: ctx.clock.now() });
    await markRepositoryDeleted(ctx.db, gone.id, ctx.clock.now());
    target.clock.advance(2 * ctx.limits.condemnedHoldSeconds);
    await setReadOnly(true);
    const rows = await contentRows(ctx.db);
    expect(await condemnIfUnlinked(ctx, blobId)).toBe(false);
    const removing = periodicTasks.filter(({ removes }) => removes);
    for (const { slice } of removing) await Promise.resolve(slice(ctx)).catch(() => {});
    expect(await contentRows(ctx.db)).toEqual(rows);
    await setReadOnly(false);
    for (const { slice } of removing) while (await slice(ctx));
    const after = (await contentRows(ctx.db)).join("\n");
    const left = (text: string) => [rows.join("\n").includes(text), after.includes(text)];
    expect([gone.id, unlinked.digest.slice(7), key].map(left)).toEqual([
      [true, false],
      [true, false],
      [true, false],
    ]);
  });

  it("lets periodic work that removes rest, says so once, and lets the rest go on", async () => {
    const told: string[] = [];
    const task = (name: string) => periodicTasks.find((one) => one.name === name) as (typeof periodicTasks)[number];
    const talking: Context = { ...ctx, report: (_, message) => void told.push(message) };
    const { id } = await beginUpload({ ...ctx, unsaved: null }, where, null);
    target.clock.advance(2 * ctx.limits.uploadExpirySeconds);
    await setReadOnly(true);
    for (const name of ["expire-uploads", "remove-condemned", "clear-deleted-repositories"])
      await runTask(talking, task(name), { runMs: 1000 });
    expect(told).toEqual(["the registry is read-only: work that removes content rests"]);
    expect(await refusal(Promise.resolve(task("expire-uploads").slice(ctx)))).toBe(true);
    await setReadOnly(false);
    await runTask(talking, task("expire-uploads"), { runMs: 1000 });
    expect(told[1]).toBe("the registry is no longer read-only: work that removes content goes on");
    expect(await refusal(finish(id, randomContent()))).toMatchObject({ code: "BLOB_UPLOAD_UNKNOWN" });
  });
});
