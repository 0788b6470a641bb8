// Ends of sessions beside writers that take them over: what the model found, each in the one order that shows it.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  abandonUpload,
  cancelUpload,
  claimUpload,
  findUpload,
  insertUpload,
  type SessionOwner,
} from "#db/queries/uploads/sessions.ts";
import { contextOn } from "./member.ts";
import { createPlace, type Place } from "./place.ts";
import { clearing, slice } from "./work.ts";

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
  const open = (writer = uuid()) =>
    insertUpload(place.watch, { ...owner, key: uuid(), algorithm: null, writer, now: place.now(), limit: 10 });
  const isOpen = async () => (await findUpload(place.watch, owner)) !== null;
  /** Blobs that are being written by no session. */
  const orphans = () =>
    place.watch.execute(
      sql`select key from blob b where state = 'writing' and not exists (select 1 from upload u where u.blob_id = b.id)`,
    );
  const untilBlocked = async () => {
    while ((await place.probe.lockWaiters()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  /** Another writer takes the session over, and commits when somebody waits for it. */
  const takeOverBeside = async <T>(work: () => Promise<T>): Promise<T> => {
    const taken = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const now = place.now();
    const taking = place.db.transaction(async (tx) => {
      await claimUpload(tx, owner, { writer: uuid(), freshKey: uuid(), now, leaseUntil: now, offset: null });
      taken.resolve();
      await go.promise;
    });
    await taken.promise;
    const working = work();
    await untilBlocked();
    go.resolve();
    await taking;
    return working;
  };

  it("that is cancelled while another writer takes it over leaves no key behind", async () => {
    await open();
    expect(await takeOverBeside(() => cancelUpload(place.db, owner, place.now()))).toBe(true);
    expect(await isOpen()).toBe(false);
    expect(await orphans()).toEqual([]);
  });

  it("stays with the writer that takes it over while the one before gives it up", async () => {
    const writer = uuid();
    await open(writer);
    await takeOverBeside(() => abandonUpload(place.db, owner.id, writer, place.now()));
    expect(await isOpen()).toBe(true);
    expect(await orphans()).toEqual([]);
  });

  it("that two writers take over, one after the other, leaves no key behind", async () => {
    await open();
    const now = place.now();
    const claim = { writer: uuid(), freshKey: uuid(), now, leaseUntil: now, offset: null };
    expect(await takeOverBeside(() => claimUpload(place.db, owner, claim))).toMatchObject({ key: claim.freshKey });
    place.advance(3700);
    const ctx = contextOn(place, place);
    for (const task of clearing) while (await slice(ctx, task));
    expect(await orphans()).toEqual([]);
  });
});
