// What registries have been broken by, class B: another action is done than the one that was allowed, or a name gives power.
import { sql } from "drizzle-orm/sql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic } from "#test/setup/target.ts";
import { type Cast, startCast } from "../access/cast.ts";
import { as, bearer, codeOf, digestOf, pushBlob, pushImage } from "../access/registry.ts";
import { manifestType } from "../access/scene.ts";
import { word } from "../accounts/people.ts";

const olga = basic("olga", word);
const index = "application/vnd.oci.image.index.v1+json";
type Action = "push" | "delete" | "administer";

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.berth.close());

describe("B: what changes is what was allowed", () => {
  let held: { config: string; manifest: string };
  let loose: string;

  /** What an action changes, each on its own. */
  const state = async (): Promise<Record<Action, string>> => {
    const db = cast.berth.ctx.db;
    const of = sql`select id from repository where path = 'acme/app'`;
    const read = async (query: ReturnType<typeof sql>) => JSON.stringify(await db.execute(query));
    const tags = await read(sql`select name, digest from tag where repository_id in (${of}) order by name`);
    const manifests = await read(sql`select digest from manifest where repository_id in (${of}) order by digest`);
    const links = await read(sql`select blob_id from link where repository_id in (${of}) order by blob_id`);
    const settings = await read(
      sql`select visibility, short_description, immutable_tags, deleted_at from repository where path = 'acme/app'`,
    );
    const grants = await read(sql`select * from access_grant order by id`);
    return { push: tags, delete: manifests + links, administer: settings + grants };
  };
  /** A delete leaves less; what is only more was pushed. */
  const isLess = (before: string, after: string) => {
    const entries = (text: string) => text.split(/[{}]/).filter((part) => part.includes(":"));
    const left = new Set(entries(after));
    return entries(before).some((entry) => !left.has(entry));
  };

  const manifestOf = (config: string, size: number) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size },
      layers: [],
      annotations: { n: crypto.randomUUID() },
    });
  const put = (body: string, type = manifestType) => ({ method: "PUT", body, headers: { "content-type": type } });
  const json = (method: string, body: object) => ({
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const v2 = "/v2/acme/app";
  const api = "/api/v0/repositories/acme/app";
  const form = manifestOf;
  /** Every way to change something, by the names that it goes by. */
  const attempts = (): [string, RequestInit][] => {
    const body = form(held.config, 8);
    const listing = JSON.stringify({
      schemaVersion: 2,
      mediaType: index,
      manifests: [{ mediaType: manifestType, digest: held.manifest, size: 10 }],
    });
    return [
      [`${v2}/manifests/latest`, put(body)],
      [`${v2}/manifests/latest?tag=other`, put(body)],
      [`${v2}/manifests/${digestOf(body)}?tag=latest&tag=another`, put(body)],
      [`${v2}/manifests/${digestOf(listing)}?tag=latest`, put(listing, index)],
      [`${v2}/manifests/latest`, { method: "DELETE" }],
      [`${v2}/manifests/${held.manifest}`, { method: "DELETE" }],
      [`${v2}/blobs/${loose}`, { method: "DELETE" }],
      [`${v2}/blobs/uploads/?digest=${digestOf("new")}`, { method: "POST", body: "new" }],
      [`${api}/tags/latest`, { method: "DELETE" }],
      [`${api}/manifests/${held.manifest}`, { method: "DELETE" }],
      [api, json("PATCH", { visibility: "public", immutableTags: true })],
      [api, { method: "DELETE" }],
      [`${api}/teamAccess/crew`, json("PUT", { accessLevel: "admin" })],
      [`${api}/teamAccess/readers`, { method: "DELETE" }],
      [`${api}/userAccess/stan`, json("PUT", { accessLevel: "admin" })],
      ["/api/v0/repositoryNamespaces/acme/patternAccess", json("POST", { pattern: "*", accessLevel: "admin" })],
    ];
  };

  const scope = (actions: string) => bearer(cast.berth, olga, `repository:acme/app:${actions}`);
  const hers = async (actions: string[]) => {
    const scopes = [{ repositories: "acme/app", actions }];
    const { body } = await cast.people.ask("olga", "POST", "/api/v0/api_tokens", { scopes });
    return basic("olga", body.token as string);
  };
  const holders: [string, () => Promise<string | null> | string | null, Action[]][] = [
    ["nobody", () => null, []],
    ["a reader", () => basic("rita", word), []],
    ["a writer", () => basic("walt", word), ["push", "delete"]],
    ["an owner's token to pull", () => scope("pull"), []],
    ["an owner's token to pull and push", () => scope("pull,push"), ["push"]],
    ["an owner's token to pull and delete", () => scope("pull,delete"), ["delete"]],
    ["an owner's access token to pull", () => hers(["pull"]), []],
    ["an owner's access token to push", () => hers(["pull", "push"]), ["push"]],
    ["an owner's access token to delete", () => hers(["pull", "delete"]), ["delete"]],
    ["an expired token", () => cast.credentials["expired token"], []],
    ["somebody who was deactivated", () => cast.credentials["deactivated user"], []],
    // The last, for the tags stay immutable then.
    ["an owner", () => olga, ["push", "delete", "administer"]],
  ];

  it.each(holders)("%s changes what he may, and no more, by whatever name", async (_who, credentials, allowed) => {
    const who = await credentials();
    const wrong: string[] = [];
    const seen = new Set<Action>();
    let before: Awaited<ReturnType<typeof state>> | undefined;
    for (let at = 0; at === 0 || at < attempts().length; at++) {
      if (!before) {
        held = await pushImage(cast.berth, olga, "acme/app", "latest", '{"n": 1}');
        loose = await pushBlob(cast.berth, olga, "acme/app", '{"loose":1}');
        before = await state();
      }
      const [path, init] = attempts()[at] as [string, RequestInit];
      // Its end is the end of all attempts.
      if (allowed.includes("administer") && path === api && init.method === "DELETE") continue;
      const answer = await cast.berth.fetch(path, { ...init, ...as(who, init.headers as Record<string, string>) });
      await answer.text();
      const after = await state();
      const done: Action[] = [];
      if (before.administer !== after.administer) done.push("administer");
      if (isLess(before.delete, after.delete)) done.push("delete");
      // A tag that is gone was deleted; one that is new, or names something else, was pushed.
      else if (before.push !== after.push) done.push(init.method === "DELETE" ? "delete" : "push");
      else if (before.delete !== after.delete) done.push("push");
      before = done.length > 0 ? undefined : before;
      for (const action of done) seen.add(action);
      for (const action of done) if (!allowed.includes(action)) wrong.push(`${init.method} ${path} did ${action}`);
    }
    expect(wrong).toEqual([]);
    expect([...seen].sort()).toEqual([...allowed].sort());
  });
});

describe("B: a tag that is immutable", () => {
  beforeAll(async () => {
    await cast.people.must("POST", "/api/v0/repositories/acme", { name: "fixed", immutableTags: true });
  });

  it("is moved by no other name for a push, not even an owner's or a system admin's", async () => {
    const { manifest, config } = await pushImage(cast.berth, olga, "acme/fixed", "v1", '{"first":1}');
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: config, size: 11 },
      layers: [],
      annotations: { second: "1" },
    });
    const listing = JSON.stringify({
      schemaVersion: 2,
      mediaType: index,
      manifests: [],
      annotations: { third: "1" },
    });
    const put = async (who: string, path: string, text: string, type: string) => {
      const headers = { "content-type": type };
      return cast.berth.fetch(`/v2/acme/fixed/manifests/${path}`, { method: "PUT", body: text, ...as(who, headers) });
    };
    for (const who of [olga, cast.berth.admin])
      for (const [path, text, type] of [
        ["v1", body, manifestType],
        [`${digestOf(body)}?tag=v1`, body, manifestType],
        [`${digestOf(body)}?tag=new&tag=v1`, body, manifestType],
        [`${digestOf(listing)}?tag=v1`, listing, index],
        ["%76%31", body, manifestType],
      ] as const) {
        const answer = await put(who, path, text, type);
        expect([path, answer.status >= 400, await codeOf(answer)]).toEqual([path, true, "DENIED"]);
      }
    const now = await cast.berth.fetch("/v2/acme/fixed/manifests/v1", as(olga));
    expect(now.headers.get("docker-content-digest")).toBe(manifest);
    const tags = await cast.berth.fetch("/v2/acme/fixed/tags/list", as(olga));
    expect(((await tags.json()) as { tags: string[] }).tags).toEqual(["v1"]);
  });
});

describe("B: a name", () => {
  it.each([
    "scanner",
    "scanner-x",
    "robot",
    "anonymous",
    "root",
    "administrator",
    "berth",
    "library",
    "public",
    "token",
  ])("gives no power: %s", async (name) => {
    const made = await cast.people.ask("admin", "POST", "/enzi/v0/accounts", { name, password: word });
    if (made.status !== 201) return expect([made.status, made.code]).toEqual([400, "INVALID_ACCOUNT_NAME"]);
    const listed = async (who: string) => {
      const { body } = await cast.people.ask(who, "GET", "/api/v0/repositories?pageSize=0");
      return (body.repositories as { namespace: string; name: string }[]).map((row) => `${row.namespace}/${row.name}`);
    };
    const list = await listed(name);
    expect([list, list.includes("acme/own")]).toEqual([await listed("stan"), false]);
    for (const path of ["/api/v0/repositories/acme/own", "/enzi/v0/accounts", "/api/v0/meta/settings"])
      expect((await cast.people.ask(name, "GET", path)).status).toBeGreaterThan(400);
    const push = await cast.berth.fetch("/v2/globex/pub/blobs/uploads/", { method: "POST", ...as(basic(name, word)) });
    expect(push.status).toBe(401);
  });

  it.each([
    "Admin",
    "ADMIN",
    "admin ",
    " admin",
    "admin\t",
    "аdmin",
    "ad\u200bmin",
    "admin$",
    "robot$ci",
    "acme+ci",
    "deleted:x",
    "a/b",
    ".",
    "..",
    "",
    "\0admin",
  ])("is nobody's that only looks like another's: %j", async (name) => {
    for (const form of [
      { name, password: word },
      { name, isOrg: true },
    ]) {
      const { status } = await cast.people.ask("admin", "POST", "/enzi/v0/accounts", form);
      expect(status).toBe(400);
    }
    const bytes = new TextEncoder().encode(`${name}:${word}`);
    const header = `Basic ${btoa(String.fromCharCode(...bytes))}`;
    const answer = await cast.berth.fetch("/api/v0/meta/settings", as(header));
    expect([401, 429]).toContain(answer.status);
  });
});
