// Queries on manifests, what they refer to, and what refers to them.
import { sql } from "drizzle-orm/sql";
import { insertEventSql, type NewEvent } from "./events.ts";
import { enterContent } from "./gate.ts";
import { type Db, rows, withoutZeros } from "./rows.ts";
import { putTagsSql, type TagPut } from "./tags.ts";

export interface ManifestRow {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  bytes: Uint8Array | null;
}

/**
 * The manifest that a tag names, or that a digest names.
 * @param bytesUpTo its bytes come along when they are no more than this; else they are null.
 */
export async function findManifest(
  db: Db,
  repositoryId: string,
  reference: { tag: string } | { digest: string },
  bytesUpTo: number,
): Promise<ManifestRow | null> {
  const from =
    "tag" in reference
      ? sql`from tag t join manifest m on m.repository_id = t.repository_id and m.digest = t.digest
          where t.repository_id = ${repositoryId} and t.name = ${reference.tag}`
      : sql`from manifest m where m.repository_id = ${repositoryId} and m.digest = ${reference.digest}`;
  const found = await rows<ManifestRow>(
    db,
    sql`select m.digest, m.media_type as "mediaType", m.size_bytes as "sizeBytes",
        case when m.size_bytes <= ${bytesUpTo}::int then (select bytes from manifest_bytes c where c.digest = m.digest) end as bytes ${from}`,
  );
  return found[0] ?? null;
}

/** The bytes of a manifest, if the repository has it. */
export async function findManifestBytes(db: Db, repositoryId: string, digest: string): Promise<Uint8Array | null> {
  const found = await rows<{ bytes: Uint8Array }>(
    db,
    sql`select c.bytes from manifest m join manifest_bytes c on c.digest = m.digest
      where m.repository_id = ${repositoryId} and m.digest = ${digest}`,
  );
  return found[0]?.bytes ?? null;
}

/** Which of the digests are manifests of the repository. */
export async function findManifestDigests(
  db: Db,
  repositoryId: string,
  digests: readonly string[],
): Promise<Set<string>> {
  if (digests.length === 0) return new Set();
  const found = await rows<{ digest: string }>(
    db,
    sql`select digest from manifest where repository_id = ${repositoryId} and digest = any(${sql.param([...digests])}::text[])`,
  );
  return new Set(found.map((row) => row.digest));
}

export interface EdgeRow {
  position: number;
  kind: "config" | "layer" | "child";
  digest: string;
  mediaType: string;
  sizeBytes: number;
  blobId: number | null;
  child: string | null;
}

export interface NewManifest {
  repositoryId: string;
  digest: string;
  mediaType: string;
  bytes: Uint8Array;
  artifactType: string | null;
  configMediaType: string | null;
  subject: string | null;
  annotations: Record<string, string>;
  pushedBy: string | null;
  now: Date;
  edges: EdgeRow[];
  /** Tags to point at it; none for null. */
  tags: TagPut | null;
  event: NewEvent;
}

/**
 * Stores a manifest, its edges, its tags and the event, in one statement; the same bytes again change nothing but the media
 * type they were pushed with. It is to be described then; again where its configuration was not here and may be now.
 * @returns the names of the tags that name it now.
 */
export async function insertManifest(db: Db, m: NewManifest): Promise<string[]> {
  const edges = JSON.stringify(
    m.edges.map((e) => ({ ...e, media_type: e.mediaType, size_bytes: e.sizeBytes, blob_id: e.blobId })),
  );
  const tagged = m.tags ? putTagsSql(m.tags) : sql`select null::text as name where false`;
  const stored = await rows<{ name: string }>(
    db,
    sql`with stored as (
        insert into manifest_bytes (digest, bytes) values (${m.digest}, ${m.bytes}) on conflict do nothing),
      linked as (
        insert into manifest (repository_id, digest, media_type, size_bytes, artifact_type, config_media_type, subject, annotations, pushed_by, created_at, describe_at)
        values (${m.repositoryId}, ${m.digest}, ${m.mediaType}, ${m.bytes.byteLength}, ${m.artifactType}, ${m.configMediaType}, ${m.subject},
          ${JSON.stringify(m.annotations)}::jsonb, ${m.pushedBy}::uuid, ${m.now.toISOString()}, ${m.now.toISOString()})
        on conflict (repository_id, digest) do update set media_type = excluded.media_type, describe_at = excluded.describe_at
          where manifest.media_type <> excluded.media_type or exists (select 1 from manifest_edge e where e.repository_id = manifest.repository_id
            and e.parent = manifest.digest and e.kind = 'config' and e.blob_id is null)),
      edged as (
      insert into manifest_edge (repository_id, parent, position, kind, digest, media_type, size_bytes, blob_id, child)
      select ${m.repositoryId}::uuid, ${m.digest}, e.position, e.kind, e.digest, e.media_type, e.size_bytes, e.blob_id, e.child
      from jsonb_to_recordset(${edges}::jsonb) as e(position int, kind text, digest text, media_type text, size_bytes bigint, blob_id bigint, child text)
      on conflict (repository_id, parent, position) do update set blob_id = excluded.blob_id, child = excluded.child
        where manifest_edge.blob_id is distinct from excluded.blob_id or manifest_edge.child is distinct from excluded.child),
      tagged as (${tagged}),
      told as (${insertEventSql(m.event)})
      select name from tagged`,
  );
  return stored.map((row) => row.name);
}

/**
 * Removes a manifest with the tags that name it. An index that lists it holds it by foreign key: error 23503.
 * @returns the names of the tags that went with it, or null when there was no such manifest.
 */
export async function deleteManifest(db: Db, repositoryId: string, digest: string): Promise<string[] | null> {
  const gone = await rows<{ tags: string[] }>(
    db,
    sql`with untagged as (delete from tag where repository_id = ${repositoryId} and digest = ${digest} returning name),
      gone as (delete from manifest where repository_id = ${repositoryId} and digest = ${digest} returning digest)
      select coalesce((select jsonb_agg(name order by name) from untagged), '[]'::jsonb) as tags from gone`,
  );
  return gone[0]?.tags ?? null;
}

/** Forgets the bytes of manifests that no repository links. A link made meanwhile keeps them by foreign key (23503). */
export async function deleteUnlinkedBytes(db: Db, digests: readonly string[]): Promise<void> {
  await db.execute(
    sql`delete from manifest_bytes c using jsonb_array_elements_text(${JSON.stringify(digests)}::jsonb) as q(digest)
      where c.digest = q.digest and not exists (select 1 from manifest m where m.digest = c.digest) and ${enterContent}`,
  );
}

/** An index of the repository that lists the manifest, or null. */
export async function findParent(db: Db, repositoryId: string, child: string): Promise<string | null> {
  const found = await rows<{ parent: string }>(
    db,
    sql`select parent from manifest_edge where repository_id = ${repositoryId} and child = ${child} order by parent limit 1`,
  );
  return found[0]?.parent ?? null;
}

export interface ReferrerRow {
  digest: string;
  mediaType: string;
  sizeBytes: number;
  artifactType: string | null;
  annotations: Record<string, string>;
}

/** Manifests whose subject is the digest, in order of their digests. */
export async function listReferrers(
  db: Db,
  page: { repositoryId: string; subject: string; artifactType: string | null; after: string; limit: number },
): Promise<ReferrerRow[]> {
  return rows<ReferrerRow>(
    db,
    sql`select digest, media_type as "mediaType", size_bytes as "sizeBytes", artifact_type as "artifactType", annotations
      from manifest where repository_id = ${page.repositoryId} and subject = ${page.subject} and digest > ${withoutZeros(page.after)}
        and (${page.artifactType && withoutZeros(page.artifactType)}::text is null or artifact_type = ${page.artifactType && withoutZeros(page.artifactType)}) order by digest limit ${page.limit}`,
  );
}
