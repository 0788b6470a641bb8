import { sql } from "drizzle-orm/sql";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymous } from "#core/access/caller.ts";
import { deleteBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { insertAccount } from "#db/queries/accounts/accounts.ts";
import { findRepository, insertRepository } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import { createWorld, registeredKeys, type World } from "./processes.ts";
import { createUploadClient } from "./upload-client.ts";
import { UploadModel } from "./upload-model.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const accountId = crypto.randomUUID();
let runs = 0;

async function makeRepository(): Promise<Where> {
  const now = world.now();
  const account = {
    id: accountId,
    name: "owner",
    kind: "organization",
    isAdmin: false,
    passwordHash: null,
    now,
  } as const;
  if (runs === 0) await insertAccount(world.db, account);
  const name = `run${runs++}`;
  await insertRepository(world.db, {
    id: crypto.randomUUID(),
    accountId,
    name,
    visibility: "public",
    now,
  });
  return { repository: (await findRepository(world.db, `owner/${name}`))!, caller: anonymous };
}

/** The periodic work that clears up, until nothing is left to do. */
async function clearUp(): Promise<void> {
  const { ctx } = await world.start();
  const needed = ["expire-uploads", "remove-condemned", "condemn-unlinked"];
  for (const task of periodicTasks.filter(({ name }) => needed.includes(name)))
    while (await task.slice(ctx as unknown as Context));
}

const algorithm = fc.constantFrom("sha256" as const, "sha512" as const);
const sizes = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 200_000 }) },
);
const which = fc.nat(5);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("begin"), seed: fc.nat(1), algorithm: fc.option(algorithm) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append"), which, size: sizes, ranged: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wrong"),
      which,
      shift: fc.constantFrom(-100, -1, 0, 1, 1000),
      size: sizes,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("broken"), which, size: sizes, ranged: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("compete"), which, size: sizes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash"), which, size: sizes, junk: fc.nat(5000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel"), which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("cancel-writing"), which, size: sizes, clearing: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("finish"), which, algorithm, size: fc.oneof(fc.constant(0), sizes) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("finish-wrong"), which, algorithm, size: sizes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("finish-lost"), which, algorithm, size: sizes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("finish-broken"), which, algorithm, size: sizes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete"), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clear-up") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("wait"), days: fc.boolean() }) },
);
type Step = Partial<{
  seed: number;
  which: number;
  size: number;
  shift: number;
  junk: number;
  algorithm: "sha256" | "sha512" | null;
}> &
  Partial<{ ranged: boolean; clearing: boolean; days: boolean }> & { do: string };

async function take(model: UploadModel, where: Where, s: Step): Promise<void> {
  const { size = 0, ranged = false } = s;
  const named = s.algorithm ?? "sha256";
  if (s.do === "begin") return model.begin(s.seed ?? 0, s.algorithm ?? null);
  if (s.do === "restart") return model.restart();
  if (s.do === "clear-up") return clearUp();
  if (s.do === "wait") {
    world.advance(s.days ? 90_000 : 60);
    await clearUp();
    return s.days ? model.expectAllExpired() : undefined;
  }
  if (s.do === "delete") {
    const digest = [...model.blobs.keys()][s.which ?? 0];
    if (digest === undefined) return;
    await deleteBlob((await world.start()).ctx, where, parseDigest(digest));
    model.blobs.delete(digest);
    return;
  }
  const session = model.sessions[(s.which ?? 0) % Math.max(1, model.sessions.length)];
  if (!session) return;
  if (s.do === "append") return model.append(session, size, ranged);
  if (s.do === "wrong") return model.appendWrongly(session, s.shift ?? 0, size);
  if (s.do === "broken") return model.appendBroken(session, size, ranged);
  if (s.do === "compete") return model.compete(session, size);
  if (s.do === "crash") return model.crashWhileWriting(session, size, s.junk ?? 0);
  if (s.do === "cancel") return model.cancel(session);
  if (s.do === "cancel-writing") return model.cancelWhileWriting(session, size, s.clearing ? clearUp : async () => {});
  if (s.do === "finish") return model.finish(session, named, size);
  if (s.do === "finish-wrong") return model.finishWrongly(session, named, size);
  if (s.do === "finish-lost") return model.loseDatabaseWhileFinishing(session, named, size);
  if (s.do === "finish-broken") return model.finishBroken(session, named, size);
  throw new Error(`no such step: ${s.do}`);
}

it("keeps its promises whatever clients, processes and time do, and leaves nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step as fc.Arbitrary<Step>, { minLength: 5, maxLength: 40 }), async (steps) => {
      const where = await makeRepository();
      const model = new UploadModel(await createUploadClient(world, where), world, runs);
      await model.begin(0, null);
      for (const one of steps) {
        await take(model, where, one);
        await model.check();
      }
      await model.checkBlobs();
      for (const session of [...model.sessions]) await model.cancel(session);
      world.advance(90_000);
      await clearUp();
      await model.checkBlobs();
      const { ctx } = await world.start();
      const stored = (await Array.fromAsync(ctx.blobs.keys())).sort();
      expect(stored).toEqual(await registeredKeys(world));
      expect(await world.db.execute(sql`select id from upload`)).toHaveLength(0);
    }),
    { numRuns: 50 },
  );
}, 120_000);
