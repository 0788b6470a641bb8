import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { as } from "../access/registry.ts";

/** The word that must not be seen again. */
const planted = "pl4nted-s3cret";

const form = (fields: Record<string, string>): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields).toString(),
  headers: { "content-type": "application/x-www-form-urlencoded" },
});

const requests: [string, string, RequestInit][] = [
  ["a Basic password", "/v2/", as(basic("admin", planted))],
  ["a Basic name", "/v2/", as(basic(planted, "x"))],
  ["a Basic name with a zero byte", "/v2/", as(basic(`${planted}\0`, "x"))],
  ["a malformed Basic header", "/v2/", as(`Basic ${planted}`)],
  ["a Bearer token", "/v2/", as(`Bearer ${planted}`)],
  ["an unknown scheme", "/v2/", as(`${planted} ${planted}`)],
  ["a token request's password", "/auth/token", as(basic("admin", planted))],
  [
    "a token request's query",
    `/auth/token?service=${planted}&account=${planted}&scope=${planted}&client_id=${planted}`,
    {},
  ],
  ["a query refresh_token", `/api/v0/repositories?refresh_token=${planted}`, {}],
  ["a form's password", "/auth/token", form({ grant_type: "password", username: "admin", password: planted })],
  ["a form's user", "/auth/token", form({ grant_type: "password", username: planted, password: planted })],
  ["a form's refresh token", "/auth/token", form({ grant_type: "refresh_token", refresh_token: planted })],
  ["a form's grant", "/auth/token", form({ grant_type: planted })],
  ["an unknown parameter", `/v2/_catalog?token=${planted}&password=${planted}`, {}],
  ["a page size", `/v2/_catalog?n=${planted}`, {}],
  ["a page start", `/v2/_catalog?last=${planted}`, {}],
  ["an API page", `/api/v0/repositories?pageSize=${planted}`, {}],
  ["a digest", `/v2/team/app/blobs/uploads/?digest=${planted}`, { method: "POST" }],
  ["an algorithm", `/v2/team/app/blobs/uploads/?digest-algorithm=${planted}`, { method: "POST" }],
  ["a mount", `/v2/team/app/blobs/uploads/?mount=${planted}&from=${planted}`, { method: "POST" }],
  [
    "an API body",
    "/api/v0/repositories/admin",
    { method: "POST", body: `{"name":"${planted}"`, headers: { "content-type": "application/json" } },
  ],
  [
    "an API field",
    "/api/v0/repositories/admin",
    { method: "POST", body: `{"name":"x","visibility":"${planted}"}`, headers: { "content-type": "application/json" } },
  ],
  [
    "a manifest",
    "/v2/team/app/manifests/x",
    { method: "PUT", body: `{"mediaType":"${planted}"}`, headers: { "content-type": "application/json" } },
  ],
  [
    "a manifest's type",
    "/v2/team/app/manifests/x",
    { method: "PUT", body: "{}", headers: { "content-type": `application/${planted}` } },
  ],
];
const headerNames = (
  "user-agent cookie referer origin accept accept-language x-csrf-token x-forwarded-host x-forwarded-proto x-forwarded-port " +
  "x-forwarded-for forwarded range if-range if-none-match content-range docker-upload-uuid x-request-id traceparent from"
).split(" ");
for (const name of headerNames) requests.push([`the header ${name}`, "/v2/", { headers: { [name]: planted } }]);

describeMatrix(
  "a secret in a request",
  (kind) => {
    let berth: Target;
    beforeAll(async () => {
      berth = await startTarget(kind, { trustedProxies: ["127.0.0.1"] });
    });
    afterAll(() => berth.close());

    const isPlanted = (value: unknown) => {
      const text = JSON.stringify(value);
      return [planted, btoa(planted), btoa(`admin:${planted}`)].some((word) => text.includes(word));
    };

    it.each(requests)("in %s is recorded nowhere, whether or not the caller is known", async (_what, path, init) => {
      const before = berth.records.length;
      await (await berth.fetch(path, init)).text();
      const headers = { authorization: berth.admin, ...(init.headers as Record<string, string>) };
      await (await berth.fetch(path, { ...init, headers })).text();
      const records = berth.records.slice(before);
      expect(records.length).toBe(2);
      expect(records.filter(isPlanted)).toEqual([]);
    });

    it("is recorded nowhere when a statement with it fails", async () => {
      const before = berth.records.length;
      await berth.ctx.db.execute(sql`alter table account rename column name to renamed`);
      const answer = await berth.fetch("/v2/", as(basic(planted, planted)));
      await berth.ctx.db.execute(sql`alter table account rename column renamed to name`);
      expect(answer.status).toBe(500);
      expect((await answer.text()).includes(planted)).toBe(false);
      const [record] = berth.records.slice(before);
      expect(isPlanted(record)).toBe(false);
      // What went wrong is still told.
      expect(record?.error).toMatch(/42703/);
      expect(record?.error).toMatch(/from account p where p\.name = \$1/);
    });

    it("is recorded nowhere when the database says what it could not read", async () => {
      const before = berth.records.length;
      const { findAccountById } = await import("#db/queries/accounts/accounts.ts");
      const { run } = berth.ctx.compute;
      berth.ctx.compute.run = () => findAccountById(berth.ctx.db, planted) as never;
      const answer = await berth.fetch("/v2/", as(basic("admin", "x")));
      berth.ctx.compute.run = run;
      expect(answer.status).toBe(500);
      const [record] = berth.records.slice(before);
      expect(isPlanted(record)).toBe(false);
      expect(record?.error).toMatch(/22P02 invalid input syntax for type uuid/);
    });
  },
  "the application's memory",
);
