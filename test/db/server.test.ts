// The connection pool: which JavaScript values go in and come out, its limits, and that it reports what it sends.
import { jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { beforeEach, expect, test } from "vitest";
import { connectDatabase, type DatabaseClient } from "#db/connect/server.ts";
import { makeFolder, start } from "./embedded-fixture.ts";

const thing = pgTable("thing", {
  id: text(),
  at: timestamp({ withTimezone: true }),
  data: jsonb(),
  names: text().array(),
});
const schema = { thing };

async function open(onStatement?: (text: string) => void): Promise<DatabaseClient<typeof schema>> {
  const { connection } = await start(makeFolder());
  return connectDatabase(connection, { schema, max: 2, ...(onStatement && { onStatement }) });
}

let client: DatabaseClient<typeof schema>;
beforeEach(() => () => client?.close());

test("int8, arrays, dates and JSON pass both ways", async () => {
  client = await open();
  const { sql } = client;
  const names = ["plain", 'quo"te', "back\\slash", "com,ma", "{brace}", "NULL", ""];
  const big = 2 ** 40;
  const [row] = await sql`select ${big}::int8 as big, ${names}::text[] as names, ${[1, null]}::int4[] as ints,
    array['\\x00ff'::bytea] as bytes, array[true, null] as flags, ${sql.json({ a: ["b"] })} as data, ${"5"} = any(${["4", "5"]}) as any,
    ${new Date(0)}::timestamptz = 'epoch' as epoch, array[9007199254740993] as beyond`;
  expect(row).toEqual({
    big,
    names,
    ints: [1, null],
    bytes: [Buffer.from("00ff", "hex")],
    flags: [true, null],
    data: { a: ["b"] },
    any: true,
    epoch: true,
    beyond: ["9007199254740993"],
  });
});

test("drizzle reads what it and plain SQL have written", async () => {
  client = await open();
  const { sql, db } = client;
  await sql`create table thing (id text, at timestamptz, data jsonb, names text[])`;
  const values = { at: new Date(1_000), data: { a: "text" }, names: ["a,b", "c"] };
  await db.insert(thing).values({ id: "drizzle", ...values });
  await sql`insert into thing values ('sql', ${values.at}, ${sql.json(values.data)}, ${values.names})`;
  expect(await db.select().from(thing)).toEqual([
    { id: "drizzle", ...values },
    { id: "sql", ...values },
  ]);
});

test("every statement is reported, and has a time limit", async () => {
  const seen: string[] = [];
  client = await open((statement) => seen.push(statement));
  expect([...(await client.sql`show statement_timeout`)]).toEqual([{ statement_timeout: "30s" }]);
  await client.sql.begin((tx) => tx`select 1`);
  expect(seen.map((statement) => statement.trim())).toEqual(["show statement_timeout", "begin", "select 1", "commit"]);
});
