// Queries on manifests with everything that is known of them: for the management API, never for the protocol.
import { type SQL, sql } from "drizzle-orm/sql";
import { type Db, rows, withoutZeros } from "../rows.ts";
import type { Detail } from "./details.ts";

export interface ManifestRecord extends Omit<Detail, "status"> {
  digest: string;
  mediaType: string;
  artifactType: string | null;
  configDigest: string | null;
  configMediaType: string | null;
  /** Whether what its configuration tells is known; `pending`: it is still to be read, `absent`: the manifest is not here. */
  status: Detail["status"] | "pending" | "absent";
}

const columns = sql`m.digest, m.media_type as "mediaType", m.artifact_type as "artifactType", m.config_media_type as "configMediaType",
  (select e.digest from manifest_edge e where e.repository_id = m.repository_id and e.parent = m.digest and e.kind = 'config'
    order by e.position limit 1) as "configDigest",
  coalesce(d.size_bytes, (select sum(s.bytes)::bigint from (select max(e.size_bytes) as bytes from manifest_edge e
    where e.repository_id = m.repository_id and e.parent = m.digest and e.kind <> 'child' group by e.digest) s)) as "sizeBytes",
  case when m.describe_at is null then coalesce(d.status, 'pending') else 'pending' end as status, d.os, d.os_version as "osVersion",
  d.architecture, d.variant, d.author, d.created, d.lines, d.platforms`;

/** Those of the digests that are manifests of the repository. */
export async function findManifestRecords(
  db: Db,
  repositoryId: string,
  digests: readonly string[],
): Promise<Map<string, ManifestRecord>> {
  if (digests.length === 0) return new Map();
  const found = await select(
    db,
    sql`m.repository_id = ${repositoryId} and m.digest = any(${sql.param([...digests])}::text[])`,
  );
  return new Map(found.map((row) => [row.digest, row]));
}

/** A page of manifests in the order of their digests, from a digest on. */
export async function listManifestRecords(
  db: Db,
  page: { repositoryId: string; from: string; limit: number },
): Promise<ManifestRecord[]> {
  const those = sql`m.repository_id = ${page.repositoryId} and m.digest >= ${withoutZeros(page.from)}`;
  return select(db, sql`${those} order by m.digest limit ${page.limit}`);
}

function select(db: Db, where: SQL): Promise<ManifestRecord[]> {
  return rows<ManifestRecord>(
    db,
    sql`select ${columns} from manifest m
      left join manifest_detail d on d.repository_id = m.repository_id and d.digest = m.digest where ${where}`,
  );
}

export async function countManifests(db: Db, repositoryId: string): Promise<number> {
  const found = await rows<{ count: number }>(
    db,
    sql`select count(*) as count from manifest where repository_id = ${repositoryId}`,
  );
  return found[0]?.count ?? 0;
}

/** What an index lists, in its order. */
export interface ChildRow {
  digest: string;
  mediaType: string;
  sizeBytes: number;
}

export async function listChildren(db: Db, repositoryId: string, index: string, limit: number): Promise<ChildRow[]> {
  return rows<ChildRow>(
    db,
    sql`select digest, media_type as "mediaType", size_bytes as "sizeBytes" from manifest_edge
      where repository_id = ${repositoryId} and parent = ${index} and kind = 'child' order by position limit ${limit}`,
  );
}
