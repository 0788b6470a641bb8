// The connection pool: which JavaScript values go in and come out, its limits, and that it reports what it sends.
import { sql as drizzle } from "drizzle-orm/sql";
import { beforeEach, expect, test } from "vitest";
import { connectDatabase, type DatabaseClient } from "#db/connect/server.ts";
import { makeFolder, start } from "./embedded-fixture.ts";

async function open(onStatement?: (text: string) => void): Promise<DatabaseClient> {
  const { connection } = await start(makeFolder());
  return connectDatabase(connection, { max: 2, ...(onStatement && { onStatement }) });
}

let client: DatabaseClient;
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

test("drizzle's SQL and plain SQL read what the other has written", async () => {
  client = await open();
  const { sql, db } = client;
  await sql`create table thing (id text, at timestamptz, data jsonb, names text[])`;
  const at = new Date(1_000);
  const data = { a: "text" };
  const names = ["a,b", "c"];
  await db.execute(drizzle`insert into ${drizzle.identifier("thing")}
    values ('drizzle', ${at}, ${JSON.stringify(data)}::jsonb, ${drizzle.param(names)})`);
  await sql`insert into thing values ('sql', ${at}, ${sql.json(data)}, ${names})`;
  const read = [
    { id: "drizzle", at: "1970-01-01 00:00:01+00", data, names },
    { id: "sql", at: "1970-01-01 00:00:01+00", data, names },
  ];
  expect([...(await db.execute(drizzle`select * from thing where id in ${["drizzle", "sql"]}`))]).toEqual(read);
  expect([...(await sql`select * from thing`)]).toEqual(read);
});

test("a failed statement is told with its text and without its values", async () => {
  client = await open();
  const failed = client.db.execute(drizzle`select ${"secret"}::int`);
  await expect(failed).rejects.toMatchObject({ name: "StatementError", statement: "select $1::int" });
  await expect(failed).rejects.not.toThrow("secret");
});

test("every statement is reported, and has a time limit", async () => {
  const seen: string[] = [];
  client = await open((statement) => seen.push(statement));
  expect([...(await client.sql`show statement_timeout`)]).toEqual([{ statement_timeout: "30s" }]);
  await client.sql.begin((tx) => tx`select 1`);
  expect(seen.map((statement) => statement.trim())).toEqual(["show statement_timeout", "begin", "select 1", "commit"]);
});
