// Queries on what is read of manifests after their push: what is to be read, and what came of it.
import { sql } from "drizzle-orm/sql";
import type { DockerfileLine } from "#oci/dockerfile.ts";
import type { Platform } from "#oci/image-config.ts";
import type { BlobRow } from "../blobs.ts";
import { type Db, rows } from "../rows.ts";

export interface ManifestKey {
  repositoryId: string;
  digest: string;
}

/** Manifests that are to be described by now, those that wait longest first. */
export async function listUndescribed(db: Db, now: Date, limit: number): Promise<ManifestKey[]> {
  return rows<ManifestKey>(
    db,
    sql`select repository_id as "repositoryId", digest from manifest where describe_at <= ${now.toISOString()} order by describe_at limit ${limit}`,
  );
}

/** A manifest that is to be described, with what it takes. */
export interface Undescribed extends ManifestKey {
  mediaType: string;
  configMediaType: string | null;
  /** As the database writes it: who describes it must have seen the latest push. */
  describeAt: string;
  /** The manifest's own; null when they are more than was asked for. */
  bytes: Uint8Array | null;
  /** Whether the configuration is linked; it may be marked as damaged. */
  hasConfig: boolean;
  config: BlobRow | null;
  sizeBytes: number;
}

/** Those of the manifests that are to be described by now. */
export async function findUndescribed(
  db: Db,
  keys: readonly ManifestKey[],
  { now, bytesUpTo }: { now: Date; bytesUpTo: number },
): Promise<Undescribed[]> {
  const found = await rows<Omit<Undescribed, "config"> & Partial<BlobRow> & { blobBytes: number | null }>(
    db,
    sql`select m.repository_id as "repositoryId", m.digest, m.media_type as "mediaType", m.config_media_type as "configMediaType",
        m.describe_at::text as "describeAt", case when m.size_bytes <= ${bytesUpTo}::int then c.bytes end as bytes,
        e.blob_id is not null as "hasConfig", b.id, b.key, b."blobBytes", b.stamp, b.algorithm, b.hex,
        (select coalesce(sum(s.bytes), 0)::bigint from (select max(x.size_bytes) as bytes from manifest_edge x
          where x.repository_id = m.repository_id and x.kind <> 'child' and x.parent = any(array(select m.digest union
            select i.child from manifest_edge i where i.repository_id = m.repository_id and i.parent = m.digest and i.child is not null))
          group by x.digest) s) as "sizeBytes"
      from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as k("repositoryId" uuid, digest text)
      join manifest m on m.repository_id = k."repositoryId" and m.digest = k.digest and m.describe_at <= ${now.toISOString()}
      join manifest_bytes c on c.digest = m.digest
      left join lateral (select blob_id from manifest_edge where repository_id = m.repository_id and parent = m.digest and kind = 'config'
        order by position limit 1) e on true
      left join lateral (select b.id, b.key, b.size_bytes as "blobBytes", b.stamp, d.algorithm, d.hex from blob b
        join blob_digest d on d.blob_id = b.id where b.id = e.blob_id and b.marked_at is null limit 1) b on true`,
  );
  return found.map(({ id, key, blobBytes, stamp, algorithm, hex, ...row }) => ({
    ...row,
    config: id ? ({ id, key, sizeBytes: blobBytes, stamp, algorithm, hex } as BlobRow) : null,
  }));
}

/** What an index says of a manifest that it lists. */
export interface ListedPlatform extends Platform {
  digest: string;
}

export interface Detail extends Platform {
  /** `none`: there is no configuration of an image; the others say why it could not be read. */
  status: "read" | "none" | "missing" | "too-large" | "invalid";
  author: string | null;
  created: string | null;
  sizeBytes: number | null;
  lines: DockerfileLine[] | null;
  platforms: ListedPlatform[] | null;
}

export interface Described {
  of: Pick<Undescribed, "repositoryId" | "digest" | "describeAt">;
  detail: Detail;
}

/** Keeps what was found; of a manifest that was pushed again meanwhile, or is gone, nothing. */
export async function storeDetails(db: Db, described: readonly Described[]): Promise<void> {
  if (described.length === 0) return;
  const found = described.map(({ of, detail }) => ({ ...detail, ...of }));
  await db.execute(
    sql`with done as (
        update manifest m set describe_at = null
        from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as k("repositoryId" uuid, digest text, "describeAt" timestamptz)
        where m.repository_id = k."repositoryId" and m.digest = k.digest and m.describe_at = k."describeAt"
        returning m.repository_id, m.digest)
      insert into manifest_detail (repository_id, digest, status, os, os_version, architecture, variant, author, created, size_bytes, lines, platforms)
      select k."repositoryId", k.digest, k.status, k.os, k."osVersion", k.architecture, k.variant, k.author, k.created, k."sizeBytes", k.lines, k.platforms
      from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as k("repositoryId" uuid, digest text, status text, os text, "osVersion" text,
        architecture text, variant text, author text, created text, "sizeBytes" bigint, lines jsonb, platforms jsonb)
      join done on done.repository_id = k."repositoryId" and done.digest = k.digest
      on conflict (repository_id, digest) do update set status = excluded.status, os = excluded.os, os_version = excluded.os_version,
        architecture = excluded.architecture, variant = excluded.variant, author = excluded.author, created = excluded.created,
        size_bytes = excluded.size_bytes, lines = excluded.lines, platforms = excluded.platforms`,
  );
}

/** Leaves manifests for a later time, unless they were pushed again meanwhile. */
export async function postponeDetails(db: Db, those: readonly Described["of"][], until: Date): Promise<void> {
  if (those.length === 0) return;
  await db.execute(
    sql`update manifest m set describe_at = ${until.toISOString()}
      from jsonb_to_recordset(${JSON.stringify(those)}::jsonb) as k("repositoryId" uuid, digest text, "describeAt" timestamptz)
      where m.repository_id = k."repositoryId" and m.digest = k.digest and m.describe_at = k."describeAt"`,
  );
}
