// The work of a tag page: 1,000 names from anywhere in a repository of 500,000 tags.
import { join } from "node:path";
import { openSql } from "#db/connect/server.ts";
import { openRepository, type Repository } from "../content/registry.ts";
import { reader } from "./reads.ts";
import type { Scene, Work } from "./work.ts";

const tagCount = 500_000;
const pageSize = 1_000;
const connections = 4;
const mostMs = 50;
/** A page of names of six figures and a letter, in quotes. */
const leastBytes = pageSize * 9;

export const tagPageWork: Work = {
  name: "tagpage",
  unit: "pages",
  better: "lower",
  asked: mostMs,
  async contenders(scene) {
    const repository = await scene.once("500,000 tags", () => fillWithTags(scene));
    // Every 700th, so that pages begin at many places of the index; the last page is whole too.
    const paths = Array.from({ length: 700 }, (_, i) => `tags/list?n=${pageSize}&last=${tagName(i * 700)}`);
    const read = { name: "tagpage", asked: mostMs, sizeBytes: leastBytes, paths: () => paths };
    return [reader(scene, { read, label: "berth", repository, paths, connections })];
  },
};

/** Written straight into the database: half a million pushes would take longer than everything else. */
async function fillWithTags({ berth: server, stocked }: Scene): Promise<Repository> {
  const { name } = stocked.get(server) as Repository;
  const path = join(server.dataDir, "run/.s.PGSQL.5432");
  const sql = openSql({ path, username: "berth", database: "berth" }, { max: 1 });
  try {
    await sql`insert into tag (repository_id, name, digest, created_at, updated_at)
      select manifest.repository_id, 't' || lpad(n::text, 6, '0'), manifest.digest, now(), now()
      from generate_series(0, ${tagCount - 1}::int) as n,
        (select m.repository_id, m.digest from manifest m join repository r on r.id = m.repository_id
          where r.path = ${name} limit 1) as manifest`;
    await sql`analyze tag`;
  } finally {
    await sql.end({ timeout: 5 });
  }
  return openRepository(server, name);
}

function tagName(number: number): string {
  return `t${String(number).padStart(6, "0")}`;
}
