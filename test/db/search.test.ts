import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { searchRepositories } from "#db/queries/search.ts";
import { createTestDatabase, type TestDatabase } from "#test/setup/test-database.ts";

// Texts that many, few and no names begin with, inside names and namespaces, across the slash, and signs with a meaning elsewhere.
const texts = [
  "",
  "r",
  "r1",
  "r11",
  "r1199",
  "t",
  "lib/",
  "lib/r5",
  "s/r",
  "a",
  "a1",
  "/",
  "/r7",
  "1/r",
  "99",
  "zz",
  "_",
  "%",
  "~",
  "é",
  "\0",
  "r\\",
];

let database: TestDatabase;
let all: { namespace: string; name: string; isPublic: boolean }[];
beforeAll(async () => {
  database = await createTestDatabase();
  const { db } = database;
  await db.execute(sql`insert into account (id, name, kind, created_at)
    select gen_random_uuid(), name, 'user', now() from (select 'a' || n as name from generate_series(1, 3) n union select 'r1') names`);
  // So many begin with r that they are not sorted; each third is public.
  await db.execute(sql`insert into repository (id, account_id, name, path, visibility, created_at)
    select gen_random_uuid(), a.id, r.name, a.name || '/' || r.name, case n % 3 when 0 then 'public' else 'private' end, now()
    from account a, generate_series(1, 1200) n, lateral (select case n % 4 when 0 then 'lib/r' || n when 1 then 't_' || n else 'r' || n end as name) r`);
  await db.execute(sql`update repository set deleted_at = now() where name in ('r6', 'r7', 'r11', 'lib/r500')`);
  const found = await db.execute(sql`select a.name as namespace, r.name, r.visibility = 'public' as "isPublic"
    from repository r join account a on a.id = r.account_id where r.deleted_at is null`);
  all = found as unknown as typeof all;
});
afterAll(() => database.drop());

const everything = { accountId: crypto.randomUUID(), seesAll: true, at: new Date() };

it.each([
  ["who sees everything", everything],
  ["anybody", null],
  ["a token for everything", { ...everything, within: ["*"] }],
])("finds for %s what going through all names finds, those that begin with the text first", async (_, viewer) => {
  const bytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  for (const text of texts)
    for (const limit of [1, 25, 100]) {
      const expected = all
        .filter(({ isPublic }) => viewer !== null || isPublic)
        .map(({ namespace, name }) => ({ path: `${namespace}/${name}`, later: Number(!name.startsWith(text)) }))
        .filter(({ path }) => path.includes(text))
        .sort((a, b) => a.later - b.later || bytes(a.path, b.path))
        .slice(0, limit);
      const found = await searchRepositories(database.db, { viewer, text, namespace: null, limit });
      expect({ text, paths: found.map(({ path }) => path) }).toEqual({ text, paths: expected.map(({ path }) => path) });
    }
});
