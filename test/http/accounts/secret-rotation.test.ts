import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "./people.ts";

const secrets = "/api/v0/accounts/acme/serviceAccounts/ci/secrets";
const day = 86_400;

let berth: Target;
let people: People;
beforeAll(async () => {
  berth = await startTarget("fetch");
  people = createPeople(berth);
  await settle(people);
});
afterAll(() => berth.close());

const make = async (form: object = {}, path = secrets) => {
  const answer = await people.ask("olga", "POST", path, form);
  expect(answer.status).toBe(201);
  return answer.body as { token: string; expiresAt: string | null };
};
const rotate = (form: object = {}) => make(form, `${secrets}/rotate`);
const works = async ({ token }: { token: string }) =>
  (await berth.fetch("/v2/", { headers: { authorization: basic("acme+ci", token) } })).status === 200;
const list = async () => (await people.must("GET", secrets)).body.secrets as { expiresAt: string | null }[];

it("lets the secrets before it go on for a day, or for as long as is said, and keeps an earlier end", async () => {
  const soon = await make({ expiresAt: new Date(berth.clock.now().getTime() + 3_600_000).toISOString() });
  const old = await make();
  const fresh = await rotate({ tokenLabel: "second" });
  expect(fresh.expiresAt).toBeNull();
  expect([await works(soon), await works(old), await works(fresh)]).toEqual([true, true, true]);
  berth.clock.advance(3601);
  expect([await works(soon), await works(old), await works(fresh)]).toEqual([false, true, true]);
  berth.clock.advance(day - 3700);
  expect(await works(old)).toBe(true);
  const third = await rotate({ overlapSeconds: 60 });
  berth.clock.advance(61);
  expect([await works(old), await works(fresh), await works(third)]).toEqual([false, false, true]);
  const last = await rotate({ overlapSeconds: 0 });
  expect([await works(third), await works(last)]).toEqual([false, true]);
  // What is over is gone.
  expect(await list()).toHaveLength(1);
});

it("leaves one secret without an end when two rotate at once", async () => {
  const both = await Promise.all([rotate({ overlapSeconds: 60 }), rotate({ overlapSeconds: 60 })]);
  expect((await list()).filter(({ expiresAt }) => expiresAt === null)).toHaveLength(1);
  expect(await Promise.all(both.map(works))).toEqual([true, true]);
});

it("ends what docker got for the old secret with it", async () => {
  const old = await make();
  const answer = await berth.fetch("/auth/token?service=x", {
    headers: { authorization: basic("acme+ci", old.token) },
  });
  const { token } = (await answer.json()) as { token: string };
  const status = async () => (await berth.fetch("/v2/", { headers: { authorization: `Bearer ${token}` } })).status;
  await rotate({ overlapSeconds: 30 });
  expect(await status()).toBe(200);
  berth.clock.advance(31);
  expect(await status()).toBe(401);
});

it("tells of each in an event that holds no secret", async () => {
  const { token } = await rotate({ overlapSeconds: 5 });
  const found = await berth.ctx.db.execute(
    sql`select type, object, detail from event where object = 'acme+ci' order by id desc limit 1`,
  );
  expect(found).toMatchObject([{ type: "token.create", detail: { rotated: { overlapSeconds: 5 } } }]);
  expect(JSON.stringify(found)).not.toContain(token);
});
