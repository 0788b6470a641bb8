// The end of a run: what was acknowledged is there, nothing else is, and once time has passed rows and objects are the same.
import { sql } from "drizzle-orm/sql";
import { getManifest, getManifestBytes } from "#core/content/manifests.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { RegistryError } from "#oci/error.ts";
import { digestOf } from "#test/http/v2/content.ts";
import { blobFact, manifestFact, pullBlob, requireBytes, tagFact } from "./contents.ts";
import { blobs, blobsOf, digestParts, manifests, tags } from "./library.ts";
import { contextOn } from "./member.ts";
import { type Run, Violation } from "./run.ts";
import { clearing, slice } from "./work.ts";

/** Everything that can be seen from outside. */
type Sight = Set<string>;

/** Looks at what a run left, lets sessions and holds end, and looks again. @throws Violation */
export async function conclude(run: Run): Promise<void> {
  const { place } = run;
  const ctx = contextOn(place, { db: place.db, blobs: place.blobs, hasher: place.hasher });
  const before = await look(run, ctx);
  await requireNamed(run);
  for (const seconds of [90_000, 3700, 3700]) {
    place.advance(seconds);
    for (const task of clearing) while (await slice(ctx, task));
  }
  const after = await look(run, ctx);
  const changed = [...before.symmetricDifference(after)];
  if (changed.length > 0) throw new Violation(`the periodic work changed what is visible: ${changed.join(", ")}`);
  await requireTidy(run);
}

/** Sees what is there and holds it to the history. */
async function look(run: Run, ctx: Context): Promise<Sight> {
  const seen: Sight = new Set();
  const start = run.director.tick();
  const note = (fact: string, isSeen: boolean) => {
    if (isSeen) seen.add(fact);
    run.see(fact, isSeen, { by: "the end", start, end: start, since: start });
  };
  const looks = run.place.repositories.flatMap((where, repository) => {
    const looking = { ctx, where, repository, note };
    return [lookAtBlobs(looking), lookAtManifests(looking), lookAtTags(looking)];
  });
  await Promise.all(looks);
  await requireWhole(run, seen);
  return seen;
}

type Looking = { ctx: Context; where: Where; repository: number; note: (fact: string, isSeen: boolean) => void };

async function lookAtBlobs({ ctx, where, repository, note }: Looking): Promise<void> {
  for (const blob of blobs) {
    const bytes = await orNull(pullBlob(ctx, where, blob), "BLOB_UNKNOWN");
    if (bytes) requireBytes(bytes, blob);
    note(blobFact(repository, blob), bytes !== null);
  }
}

async function lookAtManifests({ ctx, where, repository, note }: Looking): Promise<void> {
  const { id } = where.repository;
  for (const manifest of manifests) {
    const found = await orNull(getManifest(ctx, id, { digest: digestParts(manifest) }), "MANIFEST_UNKNOWN");
    if (found) requireBytes(await getManifestBytes(ctx, id, found), manifest);
    note(manifestFact(repository, manifest), found !== null);
  }
}

async function lookAtTags({ ctx, where, repository, note }: Looking): Promise<void> {
  for (const tag of tags) {
    const found = await orNull(getManifest(ctx, where.repository.id, { tag }), "MANIFEST_UNKNOWN");
    for (const manifest of manifests) note(tagFact(repository, tag, manifest), found?.digest === manifest.digest);
  }
}

async function orNull<T>(work: Promise<T>, code: string): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RegistryError && error.code === code) return null;
    throw error;
  }
}

/** What a manifest needs is there as long as it is, save where its bytes are damaged. */
async function requireWhole({ place }: Run, seen: Sight): Promise<void> {
  const marked = await place.watch.execute(
    sql`select d.algorithm || ':' || d.hex as digest from blob b join blob_digest d on d.blob_id = b.id where b.marked_at is not null`,
  );
  const damaged = new Set(marked.map(({ digest }) => digest));
  for (const repository of place.repositories.keys())
    for (const manifest of manifests.filter((known) => seen.has(manifestFact(repository, known)))) {
      const missing = [
        ...blobsOf(manifest).filter((blob) => !damaged.has(blob.digest) && !seen.has(blobFact(repository, blob))),
        ...manifest.children.filter((child) => !seen.has(manifestFact(repository, child))),
      ];
      if (missing[0]) throw new Violation(`manifest ${manifest.digest} is there without ${missing[0].digest}`);
    }
}

/** Every object is named by a row. */
async function requireNamed({ place }: Run): Promise<void> {
  const rows = await place.watch.execute(sql`select key from blob`);
  const named = new Set(rows.map(({ key }) => key));
  for await (const key of place.blobs.keys()) if (!named.has(key)) throw new Violation(`no row names object ${key}`);
}

/** Nothing is left that nobody can see: each object is that of a live, linked blob and has its bytes. */
async function requireTidy(run: Run): Promise<void> {
  await requireNamed(run);
  const { place } = run;
  const rows = await place.watch.execute(
    sql`select b.key, b.state, b.marked_at is not null as marked, d.algorithm, d.hex,
        exists (select 1 from link l where l.blob_id = b.id) as linked
      from blob b left join blob_digest d on d.blob_id = b.id`,
  );
  for (const { key, state, marked, algorithm, hex, linked } of rows) {
    if (state !== "live" || !linked || hex === null) throw new Violation(`a blob is left ${state}, linked: ${linked}`);
    const bytes = await storedBytes(run, key as string);
    const isRight = bytes !== null && digestOf(bytes, algorithm as "sha256") === `${algorithm}:${hex}`;
    if (!isRight && !marked) throw new Violation(`the object of ${algorithm}:${hex} is missing or wrong`);
  }
  const uploads = await place.watch.execute(sql`select id from upload`);
  if (uploads.length > 0) throw new Violation(`${uploads.length} sessions are left`);
}

async function storedBytes({ place }: Run, key: string): Promise<Uint8Array | null> {
  const stat = await place.blobs.stat(key);
  const reading = stat && (await place.blobs.read(key, { start: 0, end: stat.sizeBytes - 1 }));
  return reading && new Uint8Array(await new Response(reading.body).arrayBuffer());
}
