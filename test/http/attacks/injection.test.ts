// What registries have been broken by, class G: words of a client that become SQL, HTML, a header, a log line, a path, or a field of a row.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestLine } from "#runtime/request-line.ts";
import { basic } from "#test/setup/target.ts";
import { type Cast, startCast } from "../access/cast.ts";
import { as, pushBlob, pushImage } from "../access/registry.ts";
import { operations } from "../accounts/operations.ts";
import { word } from "../accounts/people.ts";

const olga = basic("olga", word);
let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
  await pushImage(cast.berth, olga, "acme/app", "latest", '{"of":"acme"}');
});
afterAll(() => cast.berth.close());

const hostile = [
  "'",
  "'; drop table account; --",
  "' or '1'='1",
  '"',
  "\\",
  "%",
  "_",
  "$1",
  "$(id)",
  "{{7*7}}",
  "\0",
  "\r\nX-Injected: 1",
  "<script>alert(1)</script>",
  "../../../etc/passwd",
  "-1",
  "1e9",
  "99999999999999999999",
  "NaN",
  "\ud800",
  "😀",
  "a".repeat(8000),
];
const query = (name: string, value: string) => {
  const text = value.includes("\ud800") ? "%ED%A0%80" : encodeURIComponent(value);
  return `${name}=${text}`;
};

describe("G: hostile words", () => {
  const names = [
    "pageStart",
    "pageSize",
    "start",
    "limit",
    "count",
    "filter",
    "order",
    "sort",
    "q",
    "query",
    "namespace",
    "last",
    "n",
    "username",
  ];
  const lists = [
    "/api/v0/repositories",
    "/api/v0/repositories/acme",
    "/api/v0/index/autocomplete",
    "/api/v0/index/dockersearch",
    "/api/v0/api_tokens",
    "/api/v0/repositories/acme/app/teamAccess",
    "/api/v0/repositories/acme/app/tags",
    "/api/v0/repositoryNamespaces/acme/teamAccess",
    "/api/v0/access/explain",
    "/enzi/v0/accounts",
    "/enzi/v0/accounts/acme/members",
    "/enzi/v0/accounts/acme/teams",
    "/v2/_catalog",
    "/v2/acme/app/tags/list",
    "/v1/search",
  ];
  it.each(lists)("in the question of %s are words, and no error of the server", async (path) => {
    const wrong: string[] = [];
    for (const name of names)
      for (const value of hostile) {
        const answer = await cast.berth.fetch(`${path}?${query(name, value)}`, as(cast.berth.admin));
        const text = await answer.text();
        const isInjected = answer.headers.has("x-injected") || answer.headers.get("content-type")?.includes("html");
        if (answer.status >= 500 || isInjected || /syntax error|relation "|pg_/.test(text))
          wrong.push(`${name}=${value.slice(0, 30)}: ${answer.status} ${text.slice(0, 100)}`);
      }
    expect(wrong).toEqual([]);
  });

  const gets = [
    ...new Set(
      operations.filter(({ ask }) => ask.startsWith("GET ")).map(({ ask }) => ask.slice(4).split("?")[0] as string),
    ),
  ];
  const paths = [
    ...gets,
    "/v2/acme/app/manifests/latest",
    "/v2/acme/app/tags/list",
    "/v2/acme/app/blobs/x",
    "/v2/acme/app/referrers/x",
    "/v2/acme/app/blobs/uploads/x",
  ];
  it.each(paths)("in the path of %s are words, too", async (path) => {
    const wrong: string[] = [];
    const segments = path.split("/");
    for (let at = 3; at < segments.length; at++)
      for (const value of hostile.slice(0, 20)) {
        const encoded = value.includes("\ud800") ? "%ED%A0%80" : encodeURIComponent(value);
        const full = segments.with(at, encoded).join("/");
        const answer = await cast.berth.fetch(full, as(cast.berth.admin));
        const text = await answer.text();
        if (answer.status >= 500 || answer.headers.has("x-injected") || /root:|syntax error/.test(text))
          wrong.push(`${full}: ${answer.status} ${text.slice(0, 100)}`);
      }
    expect(wrong).toEqual([]);
  });

  it("find nothing that a field holds which is nobody's to know", async () => {
    const { token } = (await cast.people.ask("olga", "POST", "/api/v0/api_tokens", { tokenLabel: "canary" })).body;
    const found: string[] = [];
    for (const path of [...gets, "/api/v0/repositories", "/api/v0/meta/settings"])
      for (const more of [
        "",
        "?fields=passwordHash",
        "?filter=password_hash",
        "?q=password_hash=~argon2",
        "?sort=password_hash",
        "?include=all",
      ]) {
        const text = await (await cast.berth.fetch(`${path}${more}`, as(cast.berth.admin))).text();
        if (/argon2|passwordHash|password_hash/.test(text.replace(more, "")) || text.includes(token as string))
          found.push(`${path}${more}: ${text.slice(0, 200)}`);
      }
    expect(found).toEqual([]);
  });

  it("go through to nobody's browser as a page: what is stored comes back as data", async () => {
    const html = "<html><script>alert(1)</script></html>";
    const description = { shortDescription: html, longDescription: html };
    await cast.people.ask("olga", "PATCH", "/api/v0/repositories/acme/app", description);
    const shown = await cast.berth.fetch("/api/v0/repositories/acme/app", as(olga));
    expect(shown.headers.get("content-type")).toMatch(/^application\/json/);
    expect(((await shown.json()) as typeof description).longDescription).toBe(html);
    const blob = await pushBlob(cast.berth, olga, "acme/app", html);
    const bytes = await cast.berth.fetch(`/v2/acme/app/blobs/${blob}`, as(olga));
    expect([bytes.headers.get("content-type"), bytes.headers.get("x-content-type-options")]).toEqual([
      "application/octet-stream",
      "nosniff",
    ]);
    for (const type of ["text/html", "image/svg+xml", "application/xhtml+xml"]) {
      const body = JSON.stringify({
        schemaVersion: 2,
        mediaType: type,
        config: { mediaType: type, digest: blob, size: html.length },
        layers: [],
      });
      const headers = { "content-type": type };
      const put = await cast.berth.fetch("/v2/acme/app/manifests/page", { method: "PUT", body, ...as(olga, headers) });
      if (put.status === 201) {
        const got = await cast.berth.fetch("/v2/acme/app/manifests/page", as(olga));
        expect([type, got.headers.get("content-type")]).not.toEqual([type, type]);
      } else expect([400, 415]).toContain(put.status);
    }
  });

  it("break no line of the log, and no header", async () => {
    const line = "x\r\n2026-01-01 admin logged in";
    const from = cast.berth.records.length;
    for (const path of [
      `/v2/${encodeURIComponent(line)}/tags/list`,
      `/api/v0/repositories/${encodeURIComponent(line)}/a`,
    ])
      await (await cast.berth.fetch(path, as(olga, { "user-agent": "x\ty" }))).text();
    for (const record of cast.berth.records.slice(from)) {
      const written = requestLine(record, ',"time":"2026-01-01T00:00:00Z"');
      expect(written).toMatch(/^[^\r\n]+\n$/);
      expect(JSON.parse(written).path).toBe(record.path);
    }
    for (const host of [
      'evil.example"',
      "evil.example/",
      "evil.example\\",
      "user@evil.example",
      "evil.example%0d%0aX-Injected: 1",
      "//evil.example",
    ]) {
      const answer = await cast.berth.fetch("/v2/acme/app/tags/list", {
        headers: { "x-forwarded-host": host, "x-forwarded-proto": "javascript" },
      });
      expect(answer.headers.get("www-authenticate")).not.toContain("evil");
      expect(answer.headers.has("x-injected")).toBe(false);
    }
  });
});

describe("G: fields that a form has not, or not for everybody", () => {
  const privileged = {
    id: "00000000-0000-4000-8000-000000000000",
    isAdmin: true,
    isActive: true,
    globalRole: "read-write",
    isOrg: false,
    kind: "user",
    passwordHash: "$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWE$x",
    password_hash: "x",
    createdAt: "2020-01-01T00:00:00Z",
    accountId: "00000000-0000-4000-8000-000000000000",
    organizationId: "00000000-0000-4000-8000-000000000000",
    username: "admin",
    user: "admin",
    namespace: "globex",
    namespaceType: "user",
    pulls: 1_000_000,
    pushes: 1_000_000,
    kind_: "cache",
    hash: "x",
    token: "berth_x",
    generatedBy: "auto",
    role: "admin",
    accessLevel_: "admin",
    __proto__polluted: true,
    constructor: { prototype: { isAdmin: true } },
  };
  const people = ["tom", "lena", "olga", "stan"];
  const standing = async () => {
    const { db } = cast.berth.ctx;
    const accounts = await db.execute(
      sql`select name, id, kind, is_admin, is_active, global_role, password_hash, created_at from account order by name`,
    );
    const owners = await db.execute(sql`select * from organization_member where is_admin order by 1, 2`);
    const repositories = await db.execute(
      sql`select id, path, account_id, kind, pulls, pushes from repository where path not like '%/mass-%' order by path`,
    );
    const tokens = await db.execute(
      sql`select t.account_id, a.name from access_token t join account a on a.id = t.account_id where a.name = 'admin'`,
    );
    return JSON.stringify([accounts, owners, repositories, tokens]);
  };
  const writes: [string, string, object?][] = [
    ["PATCH", "/enzi/v0/accounts/WHO", { fullName: "x" }],
    ["POST", "/enzi/v0/accounts/WHO/changePassword", { oldPassword: "wrong", newPassword: "another long password" }],
    ["PUT", "/enzi/v0/accounts/acme/teams/crew/members/stan", {}],
    ["PATCH", "/enzi/v0/accounts/acme/teams/crew", { description: "x" }],
    ["POST", "/api/v0/repositories/WHO", { name: "mass-NEW" }],
    ["PATCH", "/api/v0/repositories/acme/own", { shortDescription: "x" }],
    ["POST", "/api/v0/api_tokens", { tokenLabel: "x" }],
    ["PUT", "/api/v0/repositories/acme/own/teamAccess/crew", { accessLevel: "read-only" }],
    ["POST", "/api/v0/accounts/acme/serviceAccounts", { name: "BadName" }],
    ["POST", "/api/v0/meta/settings", {}],
  ];

  it("change nothing of what they name", async () => {
    const before = await standing();
    const wrong: string[] = [];
    for (const who of people)
      for (const [method, path, form = {}] of writes) {
        const full = path.replace("WHO", who);
        const fill = JSON.stringify(form).replace("NEW", crypto.randomUUID());
        // All at once, and each alone: one that is refused must not hide another.
        for (const more of [privileged, ...Object.entries(privileged).map(([name, value]) => ({ [name]: value }))]) {
          const body = { ...more, ...JSON.parse(fill.replace(/mass-[\w-]+/, `mass-${crypto.randomUUID()}`)) };
          const { status } = await cast.people.ask(who, method, full, body);
          if (status >= 500) wrong.push(`${who} ${method} ${full} ${Object.keys(more)}: ${status}`);
        }
      }
    expect(wrong).toEqual([]);
    expect(await standing()).toBe(before);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBe(undefined);
  });

  it("do not make a leader of a team an owner of its organization, nor a token somebody else's", async () => {
    await cast.people.ask("lena", "PUT", "/enzi/v0/accounts/acme/teams/crew/members/stan", { isAdmin: true });
    expect((await cast.people.must("GET", "/enzi/v0/accounts/acme/members/stan")).body.isAdmin).toBe(false);
    const made = await cast.people.ask("stan", "POST", "/api/v0/api_tokens", { username: "admin", user: "admin" });
    if (made.status !== 200) return expect(made.status).toBe(400);
    const headers = { authorization: `Bearer ${made.body.token}` };
    expect((await cast.berth.fetch("/api/v0/meta/settings", { headers })).status).toBe(403);
  });
});
