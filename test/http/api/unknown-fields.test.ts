// Fields that a form has not: named in a Warning on DTR's paths, refused on new ones; and fields that not everybody may set.
import { OpenAPIHono, z } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { declareOpen } from "#http/declare.ts";
import type { AppEnv } from "#http/environment.ts";
import { apiAnswer } from "#http/errors.ts";
import { describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { createPeople, type People, settle } from "../accounts/people.ts";

describeMatrix("a field that a form has not", (kind) => {
  let berth: Target;
  let people: People;
  beforeAll(async () => {
    berth = await startTarget(kind);
    people = createPeople(berth);
    await settle(people);
  });
  afterAll(() => berth.close());

  it.each([
    ["POST", "/api/v0/repositories/acme", { name: "made" }],
    ["PATCH", "/api/v0/repositories/acme/app", { shortDescription: "x" }],
    ["PUT", "/api/v0/repositories/acme/app/teamAccess/crew", { accessLevel: "read-only" }],
    ["PUT", "/api/v0/repositoryNamespaces/acme/teamAccess/crew", { accessLevel: "read-only" }],
    ["POST", "/api/v0/api_tokens", { tokenLabel: "x" }],
    ["POST", "/enzi/v0/accounts", { name: "eve", password: "correct horse battery staple" }],
    ["PATCH", "/enzi/v0/accounts/tom", { fullName: "Tom" }],
    ["POST", "/enzi/v0/accounts/acme/teams", { name: "night" }],
    ["PUT", "/enzi/v0/accounts/acme/members/stan", { isAdmin: false }],
  ])("is ignored, and named: %s %s", async (method, path, body) => {
    const { headers } = await people.must(method, path, { ...body, colour: "red", nested: { name: 1 } });
    expect(headers.get("warning")).toBe('299 - "unknown fields are ignored: colour, nested"');
  });

  it("is taken without a word where another version of DTR had it", async () => {
    const form = { name: "ldap", password: "correct horse battery staple", isOrg: false, searchLDAP: false };
    expect((await people.must("POST", "/enzi/v0/accounts", form)).headers.get("warning")).toBe(null);
  });

  it("is named beside a refusal, too, and never more than a header holds", async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`f${at}`.padEnd(200, "x"), at]));
    const { status, headers } = await people.ask("admin", "POST", "/enzi/v0/accounts", { name: "Bad Name", ...many });
    expect(status).toBe(400);
    expect(headers.get("warning")).toMatch(/^299 - "unknown fields are ignored: f0x{48}, .*, \.\.\."$/);
    expect(headers.get("warning")?.length).toBeLessThan(700);
  });

  it.each([
    ["tom", { isAdmin: true }],
    ["tom", { isActive: false }],
    ["tom", { globalRole: "read-write" }],
    ["tom", { fullName: "Tom the Admin", isAdmin: true }],
    ["acme", { isActive: false }],
  ])("that he may not set himself is refused: of %s %j", async (account, form) => {
    const before = await people.must("GET", `/enzi/v0/accounts/${account}`);
    const who = account === "acme" ? "olga" : "tom";
    const { status, code } = await people.ask(who, "PATCH", `/enzi/v0/accounts/${account}`, form);
    expect([status, code]).toEqual([403, "NOT_AUTHORIZED"]);
    expect((await people.must("GET", `/enzi/v0/accounts/${account}`)).body).toEqual(before.body);
  });
});

describe("a form of a new path", () => {
  const app = new OpenAPIHono<AppEnv>();
  app.onError((error, c) => apiAnswer(c, error));
  const around = { minRate: { bytesPerSecond: 0, seconds: 30 }, connection: () => ({ address: null, secure: false }) };
  const surface = { ctx: {}, around } as never;
  const form = z.strictObject({ name: z.string(), of: z.strictObject({ size: z.number() }).optional() });
  const operation = { method: "post", path: "/new", summary: "new", form, status: 200 } as const;
  declareOpen({ surface, app, base: "", tag: "new" }, operation, (asked) => asked.form());
  const send = async (body: unknown) => {
    const answer = await app.request("/new", { method: "POST", body: JSON.stringify(body) });
    return { status: answer.status, text: await answer.text(), warning: answer.headers.get("warning") };
  };

  it("refuses a field that it has not, and names it", async () => {
    expect(await send({ name: "x" })).toEqual({ status: 200, text: '{"name":"x"}', warning: null });
    const wrong = await send({ name: "x", colour: "red" });
    expect([wrong.status, wrong.warning]).toEqual([400, null]);
    expect(JSON.parse(wrong.text)).toMatchObject({
      errors: [{ code: "INVALID_PARAMETERS", detail: { field: "colour" } }],
    });
    expect(JSON.parse((await send({ name: "x", of: { size: 1, hue: 2 } })).text)).toMatchObject({
      errors: [{ detail: { field: "of.hue" } }],
    });
  });
});
