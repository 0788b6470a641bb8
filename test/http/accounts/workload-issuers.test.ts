import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { periodicTasks } from "#core/jobs/periodic.ts";
import { basic, startTarget, type Target } from "#test/setup/target.ts";
import { type Issuer, startIssuer } from "./issuer.ts";
import { createPeople, type People, settle } from "./people.ts";
import { audience, build, exchange, robots, trust } from "./workload.ts";

let berth: Target;
let people: People;
let issuer: Issuer;
beforeAll(async () => {
  berth = await startTarget("fetch", { egressAllow: ["127.0.0.1"] });
  people = createPeople(berth);
  await settle(people);
});
afterAll(() => berth.close());
const started: Issuer[] = [];
beforeEach(async () => {
  issuer = await startIssuer(() => berth.clock.now());
  started.push(issuer);
  await trust(people, issuer);
});
afterAll(async () => {
  for (const one of started) await one.close();
});

const logIn = async (claims: object = build) => (await exchange(berth, await issuer.sign({ ...claims }))).status;

it("asks an issuer once for its keys, and again after ten minutes", async () => {
  expect([await logIn(), await logIn(), issuer.asked]).toEqual([
    200,
    200,
    ["/.well-known/openid-configuration", "/keys"],
  ]);
  berth.clock.advance(601);
  expect([await logIn(), issuer.asked.length]).toEqual([200, 4]);
});

it("finds a key that is new to it, and asks for unknown ones every half minute at most", async () => {
  expect(await logIn()).toBe(200);
  berth.clock.advance(31);
  await issuer.rotate();
  expect([await logIn(), issuer.asked.length]).toEqual([200, 4]);
  for (let at = 0; at < 5; at++)
    expect((await exchange(berth, await issuer.sign(build, { kid: `made-up-${at}` }))).status).toBe(401);
  expect(issuer.asked.length).toBe(4);
  berth.clock.advance(31);
  for (let at = 0; at < 5; at++)
    expect((await exchange(berth, await issuer.sign(build, { kid: `made-up-${at}` }))).status).toBe(401);
  expect([issuer.asked.length, await logIn()]).toEqual([6, 200]);
});

it("never asks an issuer whom no rule trusts", async () => {
  const stranger = await startIssuer();
  started.push(stranger);
  expect((await exchange(berth, await stranger.sign(build))).status).toBe(401);
  expect(stranger.asked).toEqual([]);
});

it("goes on with the keys that it knows for an hour while the issuer does not answer, and then says so", async () => {
  expect(await logIn()).toBe(200);
  issuer.answerWith((response) => void response.writeHead(500).end());
  berth.clock.advance(1800);
  expect(await logIn()).toBe(200);
  berth.clock.advance(1900);
  expect(await logIn()).toBe(503);
  const asked = issuer.asked.length;
  expect([await logIn(), issuer.asked.length]).toEqual([503, asked]);
  issuer.answerWith(null);
  berth.clock.advance(31);
  expect(await logIn()).toBe(200);
});

it.each([
  ["says that it is another", (url: string) => ({ issuer: `${url}/other`, jwks_uri: `${url}/keys` })],
  ["has its keys in a private network", (url: string) => ({ issuer: url, jwks_uri: "https://10.1.2.3/keys" })],
  ["has its keys at a file", (url: string) => ({ issuer: url, jwks_uri: "file:///etc/passwd" })],
  ["has no keys", (url: string) => ({ issuer: url })],
  ["says nothing", () => null],
])("believes no issuer that %s", async (_what, said) => {
  issuer.answerWith((response, path) => {
    if (path === "/keys") response.end(JSON.stringify({ keys: [issuer.publicKey()] }));
    else response.end(JSON.stringify(said(issuer.url)));
  });
  expect(await logIn()).toBe(503);
});

it("follows no redirect, and reads no answer without an end", async () => {
  issuer.answerWith((response) => void response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end());
  expect([await logIn(), issuer.asked]).toEqual([503, ["/.well-known/openid-configuration"]]);
  berth.clock.advance(31);
  issuer.answerWith((response) => {
    const more = () => response.write(" ".repeat(65_536), (error) => error || setImmediate(more));
    more();
  });
  expect(await logIn()).toBe(503);
});

it("takes no key that is a shared secret, whoever shows it", async () => {
  issuer.answerWith((response, path) => {
    if (path !== "/keys") response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    else response.end(JSON.stringify({ keys: [{ kty: "oct", kid: issuer.publicKey().kid, k: "c2VjcmV0" }, 7] }));
  });
  expect(await logIn()).toBe(401);
});

it("gives what holds for as long as the rule says, and not beyond", async () => {
  await people.must("POST", robots, { name: "timed" });
  const expiresAt = new Date(berth.clock.now().getTime() + 1_000_000).toISOString();
  await trust(people, issuer, "timed", { tokenSeconds: 300, expiresAt });
  const give = async () => exchange(berth, await issuer.sign(build), { account: "acme+timed" });
  const { access_token } = await give();
  const works = async () =>
    (await berth.fetch("/v2/", { headers: { authorization: basic("acme+timed", access_token as string) } })).status;
  berth.clock.advance(299);
  expect(await works()).toBe(200);
  berth.clock.advance(2);
  expect([await works(), (await give()).expires_in]).toEqual([401, 300]);
  berth.clock.advance(600);
  expect((await give()).expires_in).toBeLessThan(101);
  berth.clock.advance(101);
  expect((await give()).status).toBe(401);
});

it("forgets used tokens only when they are refused for their age, and what it gave when that is over", async () => {
  const token = await issuer.sign({ ...build, exp: Math.floor(berth.clock.now().getTime() / 1000) + 86_400 });
  expect((await exchange(berth, token)).status).toBe(200);
  const sweep = () => periodicTasks.find(({ name }) => name === "forget-workloads")?.slice(berth.ctx);
  berth.clock.advance(3590);
  await sweep();
  expect((await exchange(berth, token)).error_description).toContain("used before");
  berth.clock.advance(200);
  while (await sweep());
  expect((await exchange(berth, token)).error_description).toContain("more than an hour ago");
  const { body } = await people.must("GET", `${robots}/ci/secrets`);
  expect(body.secrets).toEqual([]);
});

it("tells of what it gave, to whom and for which token, and of what it refused", async () => {
  const { access_token } = await exchange(berth, await issuer.sign({ ...build, jti: "named" }));
  const found = await berth.ctx.db.execute(
    sql`select object, actor_name, credential, address, detail from event where type = 'workload.login' order by id desc limit 1`,
  );
  expect(found).toMatchObject([
    {
      object: "acme+ci",
      actor_name: "acme+ci",
      credential: "workload token",
      address: "127.0.0.1",
      detail: { issuer: issuer.url, subject: build.sub, jti: "named" },
    },
  ]);
  expect(JSON.stringify(found)).not.toContain(access_token);
  berth.ctx.counters.take();
  expect(await logIn({ ...build, aud: "https://else.example" })).toBe(401);
  expect(berth.ctx.counters.take().occurrences).toMatchObject([{ type: "login.fail", credential: "workload token" }]);
});

it("asks nobody in a private network that was not allowed", async () => {
  const closed = await startTarget("fetch");
  const there = createPeople(closed);
  await settle(there);
  const rule = { issuer: issuer.url, audience, claims: { sub: build.sub } };
  expect((await there.ask("olga", "POST", `${robots}/ci/trustRules`, rule)).code).toBe("INVALID_PARAMETERS");
  expect(issuer.asked).toEqual([]);
  await closed.close();
});
