// How the database finds what hot requests ask for: by an index in its order, however much there is.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvents, repositoryEvents, seenEvents } from "#db/queries/audit/list.ts";
import { findLinkedBlob, findLinkedBlobs } from "#db/queries/blobs.ts";
import { listUndescribed } from "#db/queries/images/details.ts";
import { findManifest, findManifestDigests, listReferrers } from "#db/queries/manifests.ts";
import { countRepositories, findRepository, listRepositories } from "#db/queries/repositories.ts";
import { searchRepositories } from "#db/queries/search.ts";
import { listTags } from "#db/queries/tags.ts";
import { commitNewBlobs } from "#db/queries/uploads/commit-together.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

const many = 20_000;
const repositoryId = "11111111-1111-4111-8111-111111111111";
const accountId = "22222222-2222-4222-8222-222222222222";
const digest = `sha256:${"a".repeat(64)}`;

/** A node of a plan. */
interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

describe("with many rows", () => {
  let database: TestDatabase;
  let statements: string[] = [];
  beforeAll(async () => {
    database = await createTestDatabase((text) => void statements.push(text));
    const { db } = database;
    const now = sql`now()`;
    await db.execute(
      sql`insert into account (id, name, kind, created_at) values (${accountId}, 'many', 'user', ${now})`,
    );
    await db.execute(sql`insert into repository (id, account_id, name, path, created_at)
      values (${repositoryId}, ${accountId}, 'tags', 'many/tags', ${now})`);
    await db.execute(sql`insert into account (id, name, kind, created_at)
      select gen_random_uuid(), 'a' || n, 'user', ${now} from generate_series(1, 100) n`);
    await db.execute(sql`insert into repository (id, account_id, name, path, created_at)
      select gen_random_uuid(), id, 'r' || n, name || '/r' || n, ${now} from account, generate_series(1, ${many / 100}::int) n`);
    await db.execute(sql`insert into manifest_bytes (digest, bytes)
      select 'sha256:' || lpad(to_hex(n), 64, '0'), '{}' from generate_series(0, ${many}::int) n`);
    await db.execute(sql`insert into manifest (repository_id, digest, media_type, size_bytes, subject, annotations, created_at)
      select ${repositoryId}::uuid, digest, 'm', 2, ${digest}, '{}', ${now} from manifest_bytes`);
    await db.execute(sql`insert into tag (repository_id, name, digest, created_at, updated_at)
      select ${repositoryId}::uuid, 't' || n, 'sha256:' || lpad(to_hex(n), 64, '0'), ${now}, ${now} from generate_series(1, ${many}::int) n`);
    await db.execute(
      sql`insert into blob (key, state, created_at) select n::text, 'live', ${now} from generate_series(1, ${many}::int) n`,
    );
    await db.execute(
      sql`insert into blob_digest (algorithm, hex, blob_id) select 'sha256', lpad(to_hex(id), 64, '0'), id from blob`,
    );
    await db.execute(
      sql`insert into link (repository_id, blob_id, created_at) select ${repositoryId}::uuid, id, ${now} from blob`,
    );
    await db.execute(sql`insert into blob (key, created_at) values ('new', ${now})`);
    await db.execute(sql`insert into event (at, type, repository_id, object)
      select ${now}, 'blob.push', ${repositoryId}::uuid, 'many/tags' from generate_series(1, ${many}::int) n`);
    await db.execute(sql`insert into repository_alias (account_id, name, repository_id, created_at)
      select account_id, 'was-' || name, id, ${now} from repository`);
    await db.execute(
      sql`insert into account_alias (name, account_id, created_at) select 'was-' || name, id, ${now} from account`,
    );
    await database.sql.unsafe("analyze");
  });
  afterAll(() => database.drop());

  /** The plans that hold for any parameters, of the statements that the work asks. */
  const plansOf = async (work: () => Promise<unknown>): Promise<PlanNode[][]> => {
    statements = [];
    await work();
    const nodes = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
    const plans: PlanNode[][] = [];
    for (const statement of [...statements]) {
      const [row] = await database.sql.unsafe(`explain (generic_plan, format json) ${statement}`);
      plans.push(nodes((row as unknown as { "QUERY PLAN": { Plan: PlanNode }[] })["QUERY PLAN"][0]!.Plan));
    }
    return plans;
  };
  /** The same of the one statement. */
  const planOf = async (work: () => Promise<unknown>): Promise<PlanNode[]> => {
    const plans = await plansOf(work);
    expect(plans).toHaveLength(1);
    return plans[0] as PlanNode[];
  };
  const event = { at: new Date(), type: "blob.push", actorId: null, repositoryId, object: "many/tags" } as const;
  const happened = { from: 5, limit: 11, before: null, after: null, actorId: null };
  const all = { accountId, seesAll: true, at: new Date() };
  const types = ["blob.push" as const];
  const named = { digest: { algorithm: "sha256", hex: "f".repeat(64) }, sizeBytes: 1, stamp: null };
  const newBlob = { blobId: many + 1, repositoryId, ...named, event };
  const blob = { algorithm: "sha256", hex: "1".padStart(64, "0") };

  it.each([
    ["a page of tags", () => listTags(database.db, { repositoryId, after: "t5", limit: 1001 })],
    [
      "a page of referrers",
      () => listReferrers(database.db, { repositoryId, subject: digest, artifactType: null, after: "", limit: 1001 }),
    ],
    ["a manifest by tag", () => findManifest(database.db, repositoryId, { tag: "t7" }, 1000)],
    ["a manifest by digest", () => findManifest(database.db, repositoryId, { digest }, 1000)],
    ["a blob", () => findLinkedBlob(database.db, repositoryId, blob)],
    ["the blobs of a manifest", () => findLinkedBlobs(database.db, repositoryId, [blob])],
    ["the manifests of an index", () => findManifestDigests(database.db, repositoryId, [digest])],
    [
      "a page of what happened in a repository",
      () => readEvents(database.db, repositoryEvents(happened, repositoryId, types)),
      1,
    ],
    [
      "a page of what happened everywhere",
      () =>
        readEvents(database.db, seenEvents(happened, { viewer: all, admin: null }, { toReaders: types, toAdmins: [] })),
      1,
    ],
    ["manifests that are to be described", () => listUndescribed(database.db, new Date(), 10)],
    [
      "a search among all",
      () => searchRepositories(database.db, { viewer: all, text: "r1", namespace: null, limit: 25 }),
      2,
    ],
    [
      "a search among what is public",
      () => searchRepositories(database.db, { viewer: null, text: "r1", namespace: null, limit: 25 }),
      2,
    ],
    ["the key of a new blob", () => commitNewBlobs(database.db, [newBlob], new Date()), 1],
  ])("%s is found by index", async (_, work, sorts = 0) => {
    const nodes = await planOf(work);
    const kinds = nodes.map((node) => node["Node Type"]);
    // Few rows here.
    const scanned = nodes.filter((node) => node["Relation Name"] !== "account");
    expect(scanned.filter((node) => /^(Seq Scan|Bitmap Heap Scan)$/.test(node["Node Type"]))).toEqual([]);
    // Few rows that are at hand may be sorted and hashed, pages of the tables not.
    expect(kinds.filter((kind) => kind.includes("Sort")).length).toBeLessThanOrEqual(sorts);
    expect(kinds.some((kind) => /^Index (Only )?Scan$/.test(kind))).toBe(true);
  });

  it.each([
    ["that it has", "a7/r8", 1, true],
    ["that it had", "a7/was-r8", 2, true],
    ["that its namespace had", "was-a7/r8", 2, true],
    ["that both had", "was-a7/was-r8", 2, true],
    ["that nobody had", "a7/none", 2, false],
  ])("a repository by a name %s is found by index, in few statements", async (_, path, count, isThere) => {
    let found: unknown = null;
    const plans = await plansOf(async () => {
      found = await findRepository(database.db, path);
    });
    expect(found === null ? null : (found as { path: string }).path).toBe(isThere ? "a7/r8" : null);
    expect(plans).toHaveLength(count);
    const scanned = plans.flat().filter((node) => !["account", "account_alias"].includes(node["Relation Name"] ?? ""));
    expect(scanned.filter((node) => /^(Seq Scan|Bitmap Heap Scan)$/.test(node["Node Type"]))).toEqual([]);
  });

  const somebody = { accountId: crypto.randomUUID(), seesAll: false, at: new Date() };
  const page = { after: "a3", limit: 101 };
  it.each([
    ["a page of repositories, to somebody", () => listRepositories(database.db, { viewer: somebody, ...page })],
    ["one of a namespace", () => listRepositories(database.db, { viewer: somebody, ...page, namespace: "a7" })],
    ["a page of repositories, to anybody", () => listRepositories(database.db, { viewer: null, ...page })],
    ["their number", () => countRepositories(database.db, { viewer: somebody })],
    [
      "what happened, to somebody",
      () =>
        readEvents(
          database.db,
          seenEvents(happened, { viewer: somebody, admin: somebody }, { toReaders: types, toAdmins: types }),
        ),
    ],
    ["a search", () => searchRepositories(database.db, { viewer: somebody, text: "r1", namespace: null, limit: 25 })],
  ])("%s, reads no more repositories than are seen", async (_, work) => {
    const nodes = await planOf(work);
    const scans = nodes.filter((node) => node["Relation Name"] === "repository");
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.map((node) => node["Node Type"]).filter((kind) => kind === "Seq Scan")).toEqual([]);
  });
});
