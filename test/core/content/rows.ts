// All rows that are content, as text, so that two looks at them can be compared.
import { sql } from "drizzle-orm/sql";
import type { Db } from "#db/queries/rows.ts";

/** What pulls and periodic reading change is left out: counts, the time of the last pull, whether a manifest is described yet. */
const columns = {
  repository:
    "id, account_id, path, visibility, short_description, long_description, immutable_tags, tag_limit, sparse, deleted_at",
  repository_alias: "account_id, name, repository_id",
  account_alias: "name, account_id",
  manifest_bytes: "digest",
  manifest: "repository_id, digest, media_type, pushed_by, created_at",
  manifest_edge: "repository_id, parent, position, digest, blob_id, child",
  tag: "repository_id, name, digest, pushed_by, updated_at",
  link: "repository_id, blob_id, created_at",
  blob_digest: "algorithm, hex, blob_id",
  blob: "id, key, state, size_bytes, removable_at",
};

/** Of blobs, those that were ever seen: what belongs to uploads under way is nobody's content. */
export async function contentRows(db: Db): Promise<string[]> {
  const looks = Object.entries(columns).map(
    ([table, names]) =>
      `select '${table} ' || row_to_json(t)::text as line from (select ${names} from ${table}${table === "blob" ? " where state = 'live' or size_bytes > 0 and state = 'condemned'" : ""}) t`,
  );
  const found = await db.execute(sql.raw(`select line from (${looks.join(" union all ")}) all_rows order by line`));
  return found.map(({ line }) => line as string);
}
