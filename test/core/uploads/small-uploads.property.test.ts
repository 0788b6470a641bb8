// Whatever small pushes, deletions, cancellations and pauses happen at once: what was acknowledged is there, and what is there has a row.
import { sql } from "drizzle-orm/sql";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deleteBlob } from "#core/content/blobs.ts";
import type { Where } from "#core/content/where.ts";
import { saveIdle } from "#core/uploads/save-session.ts";
import { beginUpload, cancelUpload } from "#core/uploads/uploads.ts";
import { parseDigest } from "#oci/digest.ts";
import { RegistryError } from "#oci/error.ts";
import { markedBytes } from "#test/http/v2/chunked.ts";
import { type Content, contentOf } from "#test/http/v2/content.ts";
import { createSmallScene, type SmallScene } from "./small-scene.ts";

const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 25);

let scene: SmallScene;
const places: Where[] = [];
beforeAll(async () => {
  scene = await createSmallScene({ limits: { uploadsPerCaller: 10_000 } });
  places.push(await scene.repository("one"), await scene.repository("two"));
});
afterAll(() => scene.target.close());

const place = fc.nat(1);
const content = fc.nat(4);
const ms = fc.nat(6);
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      place,
      content,
      ms,
      pieces: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), place, content, ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("push wrong" as const), place, content, ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), place, content, ms }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("save" as const), place, content, ms }) },
);
type Step = {
  do: "push" | "delete" | "push wrong" | "cancel" | "save";
  place: number;
  content: number;
  ms: number;
  pieces?: number;
};

/** Content that is the same for all steps of a run, and small except for one. */
const contentsOf = (run: number): Content[] =>
  [16, 100, 3000, 131_072, 200_000].map((size, i) => contentOf(markedBytes(size, run * 10 + i)));

/** Sends the content in so many requests; the last one closes. */
async function push(where: Where, { bytes, digest }: Content, pieces: number): Promise<void> {
  const { id } = await beginUpload(scene.ctx, where, null);
  const size = Math.ceil(bytes.byteLength / (pieces + 1));
  let at = 0;
  for (; pieces > 0 && at < bytes.byteLength - size; at += size)
    await scene.append(where, id, bytes.subarray(at, at + size), at);
  await scene.finish(where, id, digest, bytes.subarray(at));
}

/** What steps did to one content in one place, by when they began and ended. */
interface Deed {
  what: "push" | "delete";
  from: number;
  to: number;
}

let moments = 0;

async function take(s: Step, contents: Content[], deeds: Map<string, Deed[]>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, s.ms));
  const where = places[s.place] as Where;
  const one = contents[s.content] as Content;
  const from = ++moments;
  const done = (what: Deed["what"]) => {
    const name = `${s.place} ${one.digest}`;
    deeds.set(name, [...(deeds.get(name) ?? []), { what, from, to: ++moments }]);
  };
  if (s.do === "push") return push(where, one, s.pieces ?? 0).then(() => done("push"));
  if (s.do === "save") return saveIdle(scene.ctx, 0);
  if (s.do === "delete")
    return deleteBlob(scene.ctx, where, parseDigest(one.digest)).then(
      () => done("delete"),
      (error) => expect(error.code).toBe("BLOB_UNKNOWN"),
    );
  const { id } = await beginUpload(scene.ctx, where, null);
  if (s.do === "cancel") {
    await scene.append(where, id, one.bytes);
    return cancelUpload(scene.ctx, where, id);
  }
  const wrong = contentOf(`not ${one.digest}`).digest;
  await expect(scene.finish(where, id, wrong, one.bytes)).rejects.toMatchObject({ code: "DIGEST_INVALID" });
}

it("keeps what it acknowledged, and nothing else for long", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step as fc.Arbitrary<Step>, { minLength: 5, maxLength: 60 }), async (steps) => {
      const contents = contentsOf(++run);
      const deeds = new Map<string, Deed[]>();
      const ends = await Promise.allSettled(steps.map((one) => take(one, contents, deeds)));
      for (const end of ends)
        if (end.status === "rejected") {
          // A session that is being saved takes no request at that moment; nothing else may fail.
          expect(end.reason instanceof RegistryError && end.reason.code, String(end.reason)).toBe("RANGE_INVALID");
          expect(steps.some((one) => one.do === "save")).toBe(true);
        }
      const stored = new Set(await Array.fromAsync(scene.ctx.blobs.keys()));
      for (const [p, where] of places.entries())
        for (const { digest, bytes } of contents) {
          const all = deeds.get(`${p} ${digest}`) ?? [];
          const pushes = all.filter(({ what }) => what === "push");
          const deletes = all.filter(({ what }) => what === "delete");
          const blob = await scene.find(where, digest);
          // Acknowledged after every deletion had ended, or never pushed at all.
          if (pushes.some((one) => deletes.every(({ to }) => to < one.from))) expect(blob).not.toBeNull();
          if (!steps.some((s) => s.do === "push" && s.place === p && contents[s.content]?.digest === digest))
            expect(blob).toBeNull();
          if (!blob) continue;
          expect(stored.has(blob.key)).toBe(true);
          const reading = await scene.ctx.blobs.read(blob.key, { start: 0, end: bytes.byteLength - 1 });
          expect(Buffer.compare(new Uint8Array(await new Response(reading?.body).arrayBuffer()), bytes)).toBe(0);
        }
      const rows = await scene.ctx.db.execute(sql`select key from blob`);
      const named = new Set(rows.map(({ key }) => key));
      expect([...stored].filter((key) => !named.has(key))).toEqual([]);
    }),
    { numRuns: runs },
  );
  for (let i = 0; i < 3; i++) {
    scene.target.clock.advance(90_000);
    await scene.clearUp();
  }
  const rows = await scene.ctx.db.execute(sql`select key, state from blob order by key`);
  expect(rows.filter(({ state }) => state !== "live")).toEqual([]);
  expect((await Array.fromAsync(scene.ctx.blobs.keys())).sort()).toEqual(rows.map(({ key }) => key));
}, 120_000);
