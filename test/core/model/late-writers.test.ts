// Writers that learn late what became of their session or of their lease: what the model found, each in the one order that shows it.
import { type SQL, sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { appendUpload, beginUpload, cancelUpload } from "#core/uploads/uploads.ts";
import type { Database } from "#db/queries/rows.ts";
import { heldBody, wholeBody } from "../uploads/bodies.ts";
import { contextOn } from "./member.ts";
import { createPlace, type Place } from "./place.ts";
import { clearing, slice } from "./work.ts";

describe("a writer", () => {
  let place: Place;
  let where: Where;
  /** Another process. */
  let other: Context;
  beforeAll(async () => {
    place = await createPlace();
    where = place.repositories[0] as Where;
  });
  afterAll(() => place.close());
  beforeEach(async () => {
    await place.clear();
    other = contextOn(place, place);
  });

  const append = (ctx: Context, id: string, body = wholeBody(new Uint8Array(10))) =>
    appendUpload(ctx, where, id, { body, range: null, lengthBytes: null });
  const clear = async () => {
    for (const task of clearing) while (await slice(other, task));
  };
  /** A process whose next statement, but for the question for the settings, is answered, or sent, only when it is let go. */
  const slowProcess = () => {
    const go = Promise.withResolvers<void>();
    let how: "sent" | "answered" | null = null;
    const execute = async (query: SQL) => {
      const late = isForSettings(query) ? null : how;
      if (late) how = null;
      if (late === "sent") await go.promise;
      const answer = await place.db.execute(query);
      if (late === "answered") await go.promise;
      return answer;
    };
    const db = { execute, transaction: place.db.transaction.bind(place.db) } as unknown as Database;
    const delay = (late: "sent" | "answered") => {
      how = late;
    };
    return { ctx: contextOn(place, { ...place, db }), delay, go: go.resolve };
  };
  const isForSettings = (query: SQL) => /from setting/.test(JSON.stringify(query.queryChunks));
  /** Objects that no row names. */
  const strays = async () => {
    const rows = await place.watch.execute(sql`select key from blob`);
    const named = new Set(rows.map(({ key }) => key));
    return (await Array.fromAsync(place.blobs.keys())).filter((key) => !named.has(key));
  };

  it("whose session rests here, and has expired since, leaves no object", async () => {
    const ctx = contextOn(place, place);
    const { id } = await beginUpload(ctx, where, null);
    place.advance(90_000);
    await clear();
    place.advance(31);
    await clear();
    await expect(append(ctx, id)).rejects.toThrow();
    expect(await strays()).toEqual([]);
  });

  it("whose session rests here, and was cancelled elsewhere since, leaves no object", async () => {
    const ctx = contextOn(place, place);
    const { id } = await beginUpload(ctx, where, null);
    await cancelUpload(other, where, id);
    place.advance(31);
    await clear();
    await expect(append(ctx, id)).rejects.toThrow();
    expect(await strays()).toEqual([]);
  });

  it("that hears of its claim when the lease has ended leaves no object", async () => {
    const { id } = await beginUpload(other, where, null);
    const slow = slowProcess();
    slow.delay("answered");
    const appending = append(slow.ctx, id).catch((error) => error.code);
    await settled(place);
    await cancelUpload(other, where, id);
    place.advance(31);
    await clear();
    slow.go();
    expect(await appending).toBe("RANGE_INVALID");
    expect(await strays()).toEqual([]);
  });

  it.each(["ends", "breaks"])(
    "whose lease is renewed late, when its body %s, does not keep the next request away",
    async (how) => {
      const slow = slowProcess();
      const { id } = await beginUpload(slow.ctx, where, null);
      const body = heldBody(new Uint8Array(10));
      const first = append(slow.ctx, id, body.stream).catch((error) => error);
      await body.taken;
      slow.delay("sent");
      // Another renewal is due while the first is still on its way.
      place.advance(8);
      if (how === "ends") body.end();
      else body.break();
      // The request ends now, or waits for the renewals.
      await Promise.race([first, settled(place)]);
      slow.go();
      await first;
      await settled(place);
      expect(await append(slow.ctx, id)).toEqual({ id, offset: 20 });
    },
  );
});

/** Waits until the database has done what was sent before. */
async function settled(place: Place): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  await place.watch.execute(sql`select 1`);
}
