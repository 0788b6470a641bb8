// What clients do with blobs, manifests and tags: mount, put, delete, read.
import { deleteBlob, getBlob, mountBlob, openBlob } from "#core/content/blobs.ts";
import { getManifest, getManifestBytes, putManifest } from "#core/content/manifests.ts";
import { deleteReference } from "#core/content/removal.ts";
import type { Where } from "#core/content/where.ts";
import type { Context } from "#core/context.ts";
import { BlobStoreError } from "#ports/blob-store.ts";
import type { Content } from "#test/http/v2/content.ts";
import type { Look } from "./history.ts";
import { blobs, blobsOf, digestParts, manifests, tags } from "./library.ts";
import { type Run, Violation } from "./run.ts";

/** Which process is asked, and about which of the two repositories. */
export interface At {
  slot: number;
  repository: number;
}

export const blobFact = (repository: number, { digest }: { digest: string }) => `blob ${repository} ${digest}`;
export const manifestFact = (repository: number, { digest }: { digest: string }) => `manifest ${repository} ${digest}`;
export const tagFact = (repository: number, tag: string, { digest }: { digest: string }) =>
  `tag ${repository} ${tag} ${digest}`;

const blobOf = (content: number) => blobs[content] as Content;
const manifestOf = (manifest: number) => manifests[manifest] as (typeof manifests)[number];
const whereOf = (run: Run, { repository }: At) => run.place.repositories[repository] as Where;

/** @param mount.named whether the source is named, or the registry looks in all that the caller sees. */
export async function mount(run: Run, at: At, { content, named }: { content: number; named: boolean }): Promise<void> {
  const blob = blobOf(content);
  const source = 1 - at.repository;
  const request = {
    slot: at.slot,
    label: `mount ${content} to ${at.repository}`,
    begins: [blobFact(at.repository, blob)],
    refusals: [],
    did: (linked: unknown) => linked === true,
  };
  const from = named ? whereOf(run, { ...at, repository: source }).repository.path : null;
  const answer = await run.ask(request, (ctx) => mountBlob(ctx, whereOf(run, at), digestParts(blob), from));
  if (answer.how !== "done") return;
  if (answer.value && named) run.see(blobFact(source, blob), true, answer.look);
  if (answer.value) return;
  run.see(blobFact(source, blob), false, answer.look);
  if (!named) run.see(blobFact(at.repository, blob), false, answer.look);
}

export async function removeBlob(run: Run, at: At, content: number): Promise<void> {
  const blob = blobOf(content);
  const request = {
    slot: at.slot,
    label: `delete blob ${content} of ${at.repository}`,
    ends: [blobFact(at.repository, blob)],
    refusals: ["BLOB_UNKNOWN", "UNSUPPORTED"] as const,
  };
  const answer = await run.ask(request, (ctx) => deleteBlob(ctx, whereOf(run, at), digestParts(blob)));
  if (answer.how !== "refused") return;
  const { error, look } = answer;
  if (error.code === "BLOB_UNKNOWN") run.see(blobFact(at.repository, blob), false, look);
  else seeHolder(run, at, { detail: error.entries[0]?.detail, look });
}

/** @param put.tag a tag's place in the list, or none. */
export async function put(run: Run, at: At, { manifest, tag }: { manifest: number; tag: number }): Promise<void> {
  const pushed = manifestOf(manifest);
  const name = tags[tag];
  const others = manifests.filter((other) => other !== pushed);
  const request = {
    slot: at.slot,
    label: `put manifest ${manifest} as ${name} in ${at.repository}`,
    begins: [manifestFact(at.repository, pushed), ...(name ? [tagFact(at.repository, name, pushed)] : [])],
    ends: name ? others.map((other) => tagFact(at.repository, name, other)) : [],
    refusals: ["MANIFEST_BLOB_UNKNOWN", "DENIED"] as const,
  };
  const reference = name ? { tag: name } : { digest: digestParts(pushed) };
  const push = { bytes: pushed.bytes, contentType: pushed.mediaType, reference, tags: [] };
  const answer = await run.ask(request, (ctx) => putManifest(ctx, whereOf(run, at), push));
  if (answer.how === "lost") return;
  const needs = [
    ...blobsOf(pushed).map((blob) => ({ ...blob, fact: blobFact(at.repository, blob) })),
    ...pushed.children.map((child) => ({ ...child, fact: manifestFact(at.repository, child) })),
  ];
  if (answer.how === "done") for (const { fact } of needs) run.see(fact, true, answer.look);
  else if (answer.error.code === "DENIED" && at.repository === 0) throw new Violation("a tag did not move that may");
  else {
    const missing = answer.error.entries.map(({ detail }) => (detail as { digest?: string }).digest);
    for (const { digest, fact } of needs) if (missing.includes(digest)) run.see(fact, false, answer.look);
  }
}

export async function removeTag(run: Run, at: At, tag: number): Promise<void> {
  const name = tags[tag] as string;
  const facts = manifests.map((manifest) => tagFact(at.repository, name, manifest));
  const request = {
    slot: at.slot,
    label: `delete tag ${name} of ${at.repository}`,
    ends: facts,
    refusals: ["MANIFEST_UNKNOWN"] as const,
  };
  const answer = await run.ask(request, (ctx) => deleteReference(ctx, whereOf(run, at), { tag: name }));
  if (answer.how === "refused") for (const fact of facts) run.see(fact, false, answer.look);
}

export async function removeManifest(run: Run, at: At, manifest: number): Promise<void> {
  const removed = manifestOf(manifest);
  const fact = manifestFact(at.repository, removed);
  const request = {
    slot: at.slot,
    label: `delete manifest ${manifest} of ${at.repository}`,
    ends: [fact, ...tags.map((name) => tagFact(at.repository, name, removed))],
    refusals: ["MANIFEST_UNKNOWN", "UNSUPPORTED"] as const,
  };
  const reference = { digest: digestParts(removed) };
  const answer = await run.ask(request, (ctx) => deleteReference(ctx, whereOf(run, at), reference));
  if (answer.how !== "refused") return;
  const { error, look } = answer;
  if (error.code === "MANIFEST_UNKNOWN") run.see(fact, false, look);
  else seeHolder(run, at, { detail: error.entries[0]?.detail, look });
}

function seeHolder(run: Run, at: At, { detail, look }: { detail: unknown; look: Look }): void {
  const { referredBy } = detail as { referredBy: string };
  run.see(manifestFact(at.repository, { digest: referredBy }), true, look);
}

/** Bytes that a rule gives, held to what was asked for. @throws Violation */
export function requireBytes(bytes: Uint8Array, { digest, bytes: wanted }: Content): void {
  if (Buffer.compare(bytes, wanted) !== 0) throw new Violation(`${digest} is served with other bytes`);
}

/** The bytes of a blob as a client gets them; null where the stream breaks, which is no clean end. */
export async function pullBlob(ctx: Context, { repository }: Where, blob: Content): Promise<Uint8Array | null> {
  const found = await getBlob(ctx, repository.id, digestParts(blob));
  try {
    const body = await openBlob(ctx, found, { start: 0, end: found.sizeBytes - 1 });
    return new Uint8Array(await new Response(body).arrayBuffer());
  } catch (error) {
    if (error instanceof BlobStoreError && error.problem === "lost") return null;
    throw error;
  }
}

export async function readBlob(run: Run, at: At, content: number): Promise<void> {
  const blob = blobOf(content);
  const fact = blobFact(at.repository, blob);
  const request = {
    slot: at.slot,
    label: `read blob ${content} of ${at.repository}`,
    refusals: ["BLOB_UNKNOWN"] as const,
  };
  const answer = await run.ask(request, (ctx) => pullBlob(ctx, whereOf(run, at), blob));
  if (answer.how === "lost") return;
  if (answer.how === "done" && answer.value) requireBytes(answer.value, blob);
  run.see(fact, answer.how === "done" && answer.value !== null, answer.look);
}

export async function readManifest(run: Run, at: At, manifest: number): Promise<void> {
  const read = manifestOf(manifest);
  const request = {
    slot: at.slot,
    label: `read manifest ${manifest} of ${at.repository}`,
    refusals: ["MANIFEST_UNKNOWN"] as const,
  };
  const { repository } = whereOf(run, at);
  const answer = await run.ask(request, async (ctx) => {
    const found = await getManifest(ctx, repository.id, { digest: digestParts(read) });
    return getManifestBytes(ctx, repository.id, found);
  });
  if (answer.how === "lost") return;
  if (answer.how === "done") requireBytes(answer.value, read);
  run.see(manifestFact(at.repository, read), answer.how === "done", answer.look);
}

export async function readTag(run: Run, at: At, tag: number): Promise<void> {
  const name = tags[tag] as string;
  const { repository } = whereOf(run, at);
  const request = {
    slot: at.slot,
    label: `read tag ${name} of ${at.repository}`,
    refusals: ["MANIFEST_UNKNOWN"] as const,
  };
  const answer = await run.ask(request, (ctx) => getManifest(ctx, repository.id, { tag: name }));
  if (answer.how === "lost") return;
  const named = answer.how === "done" ? answer.value.digest : null;
  // Nobody remembers that something is not there.
  const look = named === null ? { ...answer.look, since: answer.look.start } : answer.look;
  for (const manifest of manifests) run.see(tagFact(at.repository, name, manifest), manifest.digest === named, look);
}
