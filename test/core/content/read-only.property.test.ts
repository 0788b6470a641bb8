// For random changes by two processes at once, and a switch that is thrown at random: while it is on no row of content changes, and
// what was there is pulled.
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Caller } from "#core/access/caller.ts";
import { createAccount } from "#core/accounts/accounts.ts";
import { createFacts } from "#core/cache/facts.ts";
import { deleteBlob, getBlob, mountBlob, openBlob } from "#core/content/blobs.ts";
import { isRefusedByGate } from "#core/content/gate.ts";
import { getManifest, putManifest } from "#core/content/manifests.ts";
import { deleteReference } from "#core/content/removal.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { changeRepository, deleteRepositoriesOf, deleteRepository } from "#core/repositories/change.ts";
import { createRepository } from "#core/repositories/create.ts";
import { changeSettings } from "#core/settings.ts";
import { createRestingSessions } from "#core/uploads/resting.ts";
import { appendUpload, beginUpload, finishUpload } from "#core/uploads/uploads.ts";
import { findAccountByName } from "#db/queries/accounts/accounts.ts";
import { findRepository } from "#db/queries/repositories.ts";
import { parseDigest } from "#oci/digest.ts";
import { type Content, contentOf, imageOf, type ManifestContent } from "#test/http/v2/content.ts";
import { startTarget, type Target } from "#test/setup/target.ts";
import { wholeBody } from "../uploads/bodies.ts";
import { contentRows } from "./rows.ts";

const runs = Number(process.env.BERTH_PROPERTY_RUNS ?? 6);
const paths = ["others/a", "others/b", "others/limited", "admin/held"];
const contents: Content[] = ["one", "two", "three", "x".repeat(200_000)].map((text) => contentOf(text));
const images: ManifestContent[] = contents.slice(0, 3).map((config) => imageOf(config, []));
const tags = ["t1", "t2", "t3"];
const tasks = periodicTasks.filter(({ name }) => /upload|condemn|clear|describe/.test(name));

type Step =
  | { do: "switch" }
  | { do: "settle" }
  | { do: "push"; in: number; path: string; content: number; chunks: boolean }
  | { do: "tag"; in: number; path: string; image: number; tag: string; byDigest: boolean }
  | {
      do: "untag" | "delete manifest" | "delete blob" | "mount";
      in: number;
      path: string;
      content: number;
      tag: string;
    }
  | { do: "describe" | "delete" | "delete all"; in: number; path: string }
  | { do: "work"; in: number; task: number };

const [path, content, tag] = [fc.constantFrom(...paths), fc.nat(3), fc.constantFrom(...tags)];
const by = { in: fc.nat(1) };
const of = (names: Step["do"][], fields: object, weight = 1) => ({
  weight,
  arbitrary: fc.record({ do: fc.constantFrom(...names), ...by, ...fields }) as unknown as fc.Arbitrary<Step>,
});
const step = fc.oneof(
  of(["push"], { path, content, chunks: fc.boolean() }, 6),
  of(["tag"], { path, image: fc.nat(2), tag, byDigest: fc.boolean() }, 6),
  of(["untag", "delete manifest", "delete blob", "mount"], { path, content: fc.nat(2), tag }, 4),
  of(["describe", "delete", "delete all"], { path }, 1),
  of(["work"], { task: fc.nat(tasks.length - 1) }, 2),
  of(["switch"], {}, 3),
  of(["settle"], {}, 1),
);

let target: Target;
let processes: Context[];
let admin: Caller;
beforeAll(async () => {
  target = await startTarget("socket", { limits: { condemnedHoldSeconds: 0, uploadExpirySeconds: 0 } });
  const { ctx } = target;
  admin = { account: await findAccountByName(ctx.db, "admin"), grants: null, how: "basic" };
  // The other process is sure of its view, and never hears of anything.
  const deaf = createFacts({ state: () => "fresh", read() {}, failed() {} });
  processes = [ctx, { ...ctx, facts: deaf, resting: createRestingSessions(), unsaved: null }];
  await createAccount(ctx, admin, async () => ({ name: "others", isOrg: true }));
  await createRepository(ctx, admin, { namespace: "admin", name: "stays", visibility: "public" });
  await push(ctx, await reach("admin/stays"), contents[0] as Content, false);
  await putManifest(ctx, await reach("admin/stays"), manifestPush(0, "t1", false));
});
afterAll(() => target.close());

it("changes nothing while it is read-only, whoever asks at whatever moment", async () => {
  let refusals = 0;
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
      const { ctx } = target;
      let before: string[] | null = null;
      const underWay = new Set<Promise<void>>();
      const settle = () => Promise.all(underWay);
      const throwSwitch = async () => {
        if (before) {
          expect(await contentRows(ctx.db)).toEqual(before);
          await pull(ctx);
          before = null;
          await changeSettings(ctx, admin, { readOnlyRegistry: false });
        } else {
          await changeSettings(ctx, admin, { readOnlyRegistry: true });
          before = await contentRows(ctx.db);
        }
      };
      await prepare(ctx);
      for (const one of steps) {
        if (one.do === "switch") await throwSwitch();
        else if (one.do === "settle") await settle();
        else {
          const done: Promise<void> = apply(one)
            .then(() => void changes++)
            .catch((error) => {
              if (isRefusedByGate(error)) refusals++;
              else if (!expected.has((error as { code: string }).code)) throw error;
            })
            .finally(() => underWay.delete(done));
          underWay.add(done);
          if (underWay.size >= 6) await Promise.race(underWay);
        }
      }
      await settle();
      if (before) await throwSwitch();
    }),
    { numRuns: runs },
  );
  expect(Math.min(refusals, changes)).toBeGreaterThan(runs);
}, 60_000);

/** What may come of racing others for the same few things. */
const expected = new Set(
  [
    "MANIFEST_UNKNOWN MANIFEST_BLOB_UNKNOWN BLOB_UNKNOWN BLOB_UPLOAD_UNKNOWN RANGE_INVALID UNSUPPORTED DENIED NAME_UNKNOWN".split(
      " ",
    ),
    "NO_SUCH_REPOSITORY REPOSITORY_EXISTS UNAVAILABLE".split(" "),
  ].flat(),
);

async function prepare(ctx: Context): Promise<void> {
  for (const path of paths)
    if (!(await findRepository(ctx.db, path))) {
      const [namespace, name] = path.split("/") as [string, string];
      const more = { limited: { tagLimit: 2 }, held: { immutableTags: true } }[name] ?? {};
      await createRepository(ctx, admin, { namespace, name, visibility: "public", ...more });
    }
}

async function reach(path: string): Promise<Where> {
  const repository = await findRepository(target.ctx.db, path);
  if (!repository) throw Object.assign(new Error(path), { code: "NAME_UNKNOWN" });
  return { repository, caller: admin };
}

const incoming = (bytes: Uint8Array | null) => ({ body: bytes && wholeBody(bytes), range: null, lengthBytes: null });

async function push(ctx: Context, where: Where, { bytes, digest }: Content, chunks: boolean): Promise<void> {
  const { id } = await beginUpload(ctx, where, null);
  if (chunks) await appendUpload(ctx, where, id, incoming(bytes));
  const rest = incoming(chunks ? null : bytes);
  await finishUpload(ctx, where, { id, digest: parseDigest(digest), incoming: rest, mayStill: async () => {} });
}

function manifestPush(image: number, tag: string, byDigest: boolean) {
  const { bytes, digest, mediaType } = images[image] as ManifestContent;
  const reference = byDigest ? { digest: parseDigest(digest) } : { tag };
  return { bytes, contentType: mediaType, reference, tags: byDigest ? [tag] : [] };
}

async function apply(one: Exclude<Step, { do: "switch" | "settle" }>): Promise<void> {
  const ctx = processes[one.in] as Context;
  if (one.do === "work") return void (await tasks[one.task]?.slice(ctx));
  const where = await reach(one.path);
  if (one.do === "push") return push(ctx, where, contents[one.content] as Content, one.chunks);
  if (one.do === "tag") return void (await putManifest(ctx, where, manifestPush(one.image, one.tag, one.byDigest)));
  if (one.do === "untag") return deleteReference(ctx, where, { tag: one.tag });
  if (one.do === "describe")
    return void (await changeRepository(ctx, admin, one.path, async () => ({ shortDescription: crypto.randomUUID() })));
  if (one.do === "delete") return deleteRepository(ctx, admin, one.path);
  if (!("content" in one)) return deleteRepositoriesOf(ctx, admin, "others");
  const digest = (what: Content | undefined) => parseDigest((what as Content).digest);
  if (one.do === "delete manifest") return deleteReference(ctx, where, { digest: digest(images[one.content]) });
  if (one.do === "delete blob") return deleteBlob(ctx, where, digest(contents[one.content]));
  await mountBlob(ctx, where, digest(contents[one.content]), "admin/stays");
}

/** In a process that has never seen it. */
async function pull(ctx: Context): Promise<void> {
  const fresh = { ...ctx, facts: createFacts(ctx.view) };
  const { repository } = await reach("admin/stays");
  expect(await getManifest(fresh, repository.id, { tag: "t1" })).toMatchObject({ digest: images[0]?.digest });
  const blob = await getBlob(fresh, repository.id, parseDigest((contents[0] as Content).digest));
  const body = await openBlob(fresh, blob, { start: 0, end: blob.sizeBytes - 1 });
  expect(await new Response(body).text()).toBe("one");
}
