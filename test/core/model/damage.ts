// Damages a stored object behind the registry's back, and has it found: until then whatever leans on it may be lost.

import { sql } from "drizzle-orm/sql";
import { verifyBlob } from "#core/integrity/verify.ts";
import { type BlobRow, blobColumns } from "#db/queries/blobs.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { blobFact } from "./contents.ts";
import { Deed } from "./history.ts";
import { blobs } from "./library.ts";
import type { CommandOf } from "./plan.ts";
import type { Run } from "./run.ts";

export async function damage(run: Run, { slot, content, how }: CommandOf<"damage">): Promise<void> {
  const blob = blobs[content] as (typeof blobs)[number];
  await run.director.pass({ kind: "start", label: `damage to blob ${content} (${how})` });
  const row = await findStored(run, blob.digest);
  if (!row) return;
  const deed = new Deed("damage", run.director.tick());
  for (const repository of run.place.repositories.keys()) run.history.ends(blobFact(repository, blob), deed);
  await harm(run.place.blobs, row.key, how);
  let found = false;
  while (!found) {
    const answer = await run.ask({ slot, label: `look at blob ${content}`, refusals: [] }, (ctx) =>
      verifyBlob(ctx, row),
    );
    found = answer.how === "done";
  }
  deed.settle("maybe", run.director.tick());
}

async function findStored({ place }: Run, digest: string): Promise<BlobRow | null> {
  const [algorithm, hex] = digest.split(":");
  const found = await place.watch.execute(
    sql`select ${blobColumns} from blob b join blob_digest d on d.blob_id = b.id where d.algorithm = ${algorithm} and d.hex = ${hex}`,
  );
  return (found[0] as unknown as BlobRow | undefined) ?? null;
}

async function harm(store: BlobStore, key: string, how: "flip" | "cut" | "remove"): Promise<void> {
  const stat = await store.stat(key);
  if (how === "remove" || !stat) return store.remove(key);
  const reading = await store.read(key, { start: 0, end: stat.sizeBytes - 1 });
  const bytes = new Uint8Array(await new Response(reading?.body ?? null).arrayBuffer());
  if (how === "flip") bytes[bytes.byteLength >> 1] = (bytes[bytes.byteLength >> 1] as number) ^ 4;
  const writer = await store.openWriter(key, { offset: 0, state: null });
  await writer.write(how === "cut" ? bytes.subarray(0, bytes.byteLength - 1) : bytes);
  await writer.seal();
}
