// Ends of sessions beside requests that take them over or renew them: what the model found, each in the one order that shows it.
import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { appendUpload, beginUpload } from "#core/content/uploads.ts";
import type { Database } from "#db/queries/rows.ts";
import { cancelUpload, claimUpload, insertUpload, type SessionOwner } from "#db/queries/uploads.ts";
import { heldBody, wholeBody } from "../content/bodies.ts";
import { contextOn } from "./member.ts";
import { createPlace, type Place } from "./place.ts";

describe("a session", () => {
  let place: Place;
  let owner: SessionOwner;
  beforeAll(async () => {
    place = await createPlace();
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    await place.clear();
    const { repository, caller } = place.repositories[0]!;
    owner = { id: crypto.randomUUID(), repositoryId: repository.id, accountId: caller.account!.id };
  });

  const uuid = () => crypto.randomUUID();
  const open = () => {
    const key = uuid();
    return insertUpload(place.watch, { ...owner, key, algorithm: null, writer: uuid(), now: place.now(), limit: 10 });
  };
  /** Blobs that are being written by no session. */
  const orphans = () =>
    place.watch.execute(
      sql`select key from blob b where state = 'writing' and not exists (select 1 from upload u where u.blob_id = b.id)`,
    );
  const untilBlocked = async () => {
    while ((await place.probe.lockWaiters()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it("that is cancelled while another writer takes it over leaves no key behind", async () => {
    await open();
    const taken = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const now = place.now();
    const taking = place.db.transaction(async (tx) => {
      await claimUpload(tx, owner, { writer: uuid(), freshKey: uuid(), now, leaseUntil: now, offset: null });
      taken.resolve();
      await go.promise;
    });
    await taken.promise;
    const cancelling = cancelUpload(place.db, owner, now);
    await untilBlocked();
    go.resolve();
    await taking;
    expect(await cancelling).toBe(true);
    expect(await orphans()).toEqual([]);
  });

  it("is free for its next request although a renewal of the lease comes late", async () => {
    const go = Promise.withResolvers<void>();
    let isSlow = false;
    const execute: Database["execute"] = (async (query: SQL) => {
      const late = isSlow;
      isSlow = false;
      if (late) await go.promise;
      return place.db.execute(query);
    }) as never;
    const db = { execute, transaction: place.db.transaction.bind(place.db) } as unknown as Database;
    const ctx = contextOn(place, { ...place, db });
    const where = place.repositories[0]!;
    const append = (id: string, body: ReadableStream<Uint8Array>) =>
      appendUpload(ctx, where, id, { body, range: null, lengthBytes: null });
    const { id } = await beginUpload(ctx, where, null);
    const body = heldBody(new Uint8Array(10));
    const first = append(id, body.stream);
    await body.taken;
    isSlow = true;
    place.advance(4);
    body.end();
    // The request ends now, or waits for the renewal.
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 100))]);
    go.resolve();
    await first;
    await settled(place);
    expect(await append(id, wholeBody(new Uint8Array(5)))).toEqual({ id, offset: 15 });
  });
});

/** Waits until the database has done what was sent before. */
async function settled(place: Place): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await place.watch.execute(sql`select 1`);
}
