// What registries have been broken by, class C: credentials that are good for more, elsewhere, or longer than they should be.
// Forged tokens stand in ../token/signature.test.ts, guessed passwords in ../token/passwords.test.ts.
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic } from "#test/setup/target.ts";
import { type Cast, startCast } from "../access/cast.ts";
import { as, bearer, pushImage, readClaims } from "../access/registry.ts";
import { word } from "../accounts/people.ts";

const olga = basic("olga", word);

let cast: Cast;
beforeAll(async () => {
  cast = await startCast();
});
afterAll(() => cast.berth.close());

describe("C: a token that brings its own key", () => {
  let token: string;
  beforeAll(async () => {
    token = (await bearer(cast.berth, olga, "repository:acme/app:pull")).slice("Bearer ".length);
  });

  const kinds = [["ES256"], ["ES384"], ["RS256"], ["PS256"], ["EdDSA"]] as const;
  it.each(kinds)("(%s, by jwk, jku, x5u, x5c or the name of ours) is refused", async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(pair.publicKey);
    const { header, payload } = readClaims(token);
    const { kid } = header as { kid: string };
    const url = "http://127.0.0.1:9/keys.json";
    for (const more of [
      {},
      { jwk },
      { jku: url },
      { x5u: url },
      { x5c: ["MIIB"] },
      { jwk, crit: ["jwk"] },
      { typ: "at+jwt" },
    ])
      for (const key of [{ kid }, {}, { kid: "" }, { kid: `../${kid}` }]) {
        const forged = await new SignJWT({ ...payload, sub: payload.sub as string })
          .setProtectedHeader({ alg, ...key, ...more } as never)
          .sign(pair.privateKey, { crit: { jwk: true } } as never);
        const answer = await cast.berth.fetch("/v2/acme/app/tags/list", as(`Bearer ${forged}`));
        expect([answer.status, answer.headers.get("www-authenticate")?.includes("invalid_token")]).toEqual([401, true]);
      }
  });

  it("is refused, too, when it is of any size, and costs no error", async () => {
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const long = "A".repeat(12_000);
    for (const forged of [
      `${header}.${payload}.${signature}${long}`,
      `${header}.${long}.${signature}`,
      `${long}.${payload}.${signature}`,
    ]) {
      const { status } = await cast.berth.fetch("/v2/acme/app/tags/list", as(`Bearer ${forged}`));
      expect([401, 431]).toContain(status);
    }
  });
});

describe("C: credentials of little power", () => {
  beforeAll(async () => {
    await pushImage(cast.berth, olga, "acme/app", "latest", '{"of":"acme"}');
    await pushImage(cast.berth, olga, "acme/own", "latest", '{"of":"own"}');
  });

  const json = { "content-type": "application/json" };
  /** What an owner may, and the holder of a token to pull acme/app may not. */
  const beyond: [string, string, object?][] = [
    ["GET", "/v2/acme/own/tags/list"],
    ["GET", "/v2/acme/own/manifests/latest"],
    ["GET", "/v2/acme/own/manifests/latest/"],
    ["POST", "/v2/acme/app/blobs/uploads/"],
    ["DELETE", "/v2/acme/app/manifests/latest"],
    ["POST", "/v2/acme/none/blobs/uploads/"],
    ["GET", "/api/v0/repositories/acme/own"],
    ["GET", "/api/v0/repositories/acme/own/tags"],
    ["DELETE", "/api/v0/repositories/acme/app/tags/latest"],
    ["PATCH", "/api/v0/repositories/acme/app", { visibility: "public" }],
    ["DELETE", "/api/v0/repositories/acme/app"],
    ["POST", "/api/v0/repositories/acme", { name: "more" }],
    ["PUT", "/api/v0/repositories/acme/app/teamAccess/crew", { accessLevel: "admin" }],
    ["GET", "/api/v0/repositories/acme/app/teamAccess"],
    ["PUT", "/api/v0/repositoryNamespaces/acme/teamAccess/crew", { accessLevel: "admin" }],
    ["PUT", "/enzi/v0/accounts/acme/members/stan", { isAdmin: true }],
    ["POST", "/enzi/v0/accounts/acme/teams", { name: "mine" }],
    ["GET", "/enzi/v0/accounts/acme/members"],
    ["PATCH", "/enzi/v0/accounts/olga", { fullName: "x" }],
    ["POST", "/enzi/v0/accounts/olga/changePassword", { oldPassword: word, newPassword: "another long password" }],
    ["POST", "/api/v0/api_tokens", {}],
    ["GET", "/api/v0/api_tokens"],
    ["DELETE", "/api/v0/api_tokens?generatedby=manual"],
    ["POST", "/api/v0/accounts/acme/serviceAccounts", { name: "mine" }],
    ["GET", "/api/v0/meta/settings"],
  ];
  const docker = (who: string, query = "") =>
    cast.berth.fetch(`/auth/token?service=x&scope=repository:acme/app:*&scope=repository:acme/own:*${query}`, as(who));

  /** An access token to pull from one repository, and what docker gets for a password: each shown in every way there is. */
  const ways: Record<string, (secret: string) => Promise<RequestInit & { query?: string }>> = {
    "as a password": async (secret) => as(basic("olga", secret)),
    "as Bearer": async (secret) => as(`Bearer ${secret}`),
    "for what docker gets": async (secret) => {
      const { token } = (await (await docker(basic("olga", secret))).json()) as { token: string };
      return as(`Bearer ${token}`);
    },
    "for what docker gets when it comes again": async (secret) => {
      const first = await docker(basic("olga", secret), "&offline_token=true&client_id=docker");
      const { refresh_token } = (await first.json()) as { refresh_token: string };
      const scope = "repository:acme/app:* repository:acme/own:*";
      const body = new URLSearchParams({
        grant_type: "refresh_token",
        service: "x",
        client_id: "docker",
        refresh_token,
        scope,
      });
      const again = await cast.berth.fetch("/auth/token", { method: "POST", body });
      const { access_token } = (await again.json()) as { access_token: string };
      return as(`Bearer ${access_token}`);
    },
    "for another token with OAuth2's password": async (password) => {
      const scope = "repository:acme/app:* repository:acme/own:*";
      const body = new URLSearchParams({
        grant_type: "password",
        service: "x",
        client_id: "docker",
        username: "olga",
        password,
        scope,
      });
      const { access_token } = (await (await cast.berth.fetch("/auth/token", { method: "POST", body })).json()) as {
        access_token: string;
      };
      return as(`Bearer ${access_token}`);
    },
    "as a cookie": async (secret) => ({
      headers: { cookie: `session=${secret}; token=${secret}; __Host-session=${secret}` },
    }),
    "in the address": async (secret) => ({
      query: ["token", "access_token", "refresh_token", "api_token"].map((name) => `${name}=${secret}`).join("&"),
    }),
    "in another header": async (secret) => ({
      headers: {
        "x-auth-token": secret,
        "x-registry-auth": btoa(JSON.stringify({ username: "olga", password: secret })),
      },
    }),
  };

  it.each(Object.keys(ways))("shown %s have no more of it", async (name) => {
    const scopes = [{ repositories: "acme/app", actions: ["pull"] }];
    const { body } = await cast.people.ask("olga", "POST", "/api/v0/api_tokens", { scopes });
    const { query, headers } = await (ways[name] as (typeof ways)[string])(body.token as string);
    const wrong: string[] = [];
    for (const [method, path, form] of beyond) {
      const at = query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
      const answer = await cast.berth.fetch(at, {
        method,
        headers: { ...json, ...(headers as Record<string, string>) },
        ...(form && { body: JSON.stringify(form) }),
      });
      const text = await answer.text();
      if (![401, 403, 404].includes(answer.status))
        wrong.push(`${method} ${path}: ${answer.status} ${text.slice(0, 100)}`);
    }
    expect(wrong).toEqual([]);
  });

  it("do what they are for, where they are known at all", async () => {
    const scopes = [{ repositories: "acme/app", actions: ["pull"] }];
    const { body } = await cast.people.ask("olga", "POST", "/api/v0/api_tokens", { scopes });
    for (const name of Object.keys(ways).slice(0, 5)) {
      const shown = await (ways[name] as (typeof ways)[string])(body.token as string);
      const { status } = await cast.berth.fetch("/v2/acme/app/manifests/latest", shown);
      expect([name, status]).toEqual([name, 200]);
    }
  });

  it("what docker got is no password, and a refresh token is neither that nor a token", async () => {
    const answer = await docker(olga, "&offline_token=true&client_id=docker");
    const { token, refresh_token } = (await answer.json()) as { token: string; refresh_token: string };
    for (const secret of [token, refresh_token])
      expect((await cast.berth.fetch("/v2/", as(basic("stan", secret)))).status).toBe(401);
    expect((await cast.berth.fetch("/v2/", as(`Bearer ${refresh_token}`))).status).toBe(401);
    expect((await cast.berth.fetch("/v2/", as(basic("<token>", token)))).status).toBe(401);
  });
});
