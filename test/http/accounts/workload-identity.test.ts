import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, describeMatrix, startTarget, type Target } from "#test/setup/target.ts";
import { pushImage } from "../access/registry.ts";
import { type Issuer, startIssuer } from "./issuer.ts";
import { createPeople, type People, settle } from "./people.ts";
import { audience, build, exchange, robots, trust } from "./workload.ts";

const rules = `${robots}/ci/trustRules`;
const base64 = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");

describeMatrix("workload identity", (kind) => {
  let berth: Target;
  let people: People;
  let issuer: Issuer;
  let other: Issuer;
  beforeAll(async () => {
    berth = await startTarget(kind, { egressAllow: ["127.0.0.0/8"] });
    people = createPeople(berth);
    await settle(people);
    for (const name of ["second", "deploy"]) await people.must("POST", robots, { name });
    await people.must("PUT", `${robots}/ci/repositoryAccess/app`, { accessLevel: "read-write" });
    issuer = await startIssuer();
    other = await startIssuer();
    await trust(people, issuer);
  });
  afterAll(async () => {
    await issuer.close();
    await other.close();
    await berth.close();
  });

  const statusWith = async (authorization: string, path = "/v2/acme/app/tags/list") =>
    (await berth.fetch(path, { headers: { authorization } })).status;
  const now = () => Math.floor(Date.now() / 1000);

  it("gives a build a token that works where a password does, as Bearer, and for docker", async () => {
    const given = await exchange(berth, await issuer.sign(build));
    expect(given).toMatchObject({ status: 200, account: "acme+ci", token_type: "Bearer", expires_in: 3600 });
    const token = given.access_token as string;
    expect(token).toMatch(/^berth_/);
    expect([await statusWith(basic("acme+ci", token)), await statusWith(`Bearer ${token}`)]).toEqual([200, 200]);
    await pushImage(berth, basic("acme+ci", token), "acme/app", "built");
    const scope = "repository:acme/app:pull,push";
    const answer = await berth.fetch(`/auth/token?service=x&scope=${scope}`, {
      headers: { authorization: basic("acme+ci", token) },
    });
    const docker = (await answer.json()) as { token: string; scope: string };
    expect([docker.scope, await statusWith(`Bearer ${docker.token}`)]).toEqual([scope, 200]);
    const { body } = await people.must("GET", `${robots}/ci/secrets`);
    expect(body.secrets).toMatchObject([{ generatedBy: "workload", tokenLabel: build.sub }]);
    expect(JSON.stringify(berth.records)).not.toContain(token);
  });

  it.each(["RS256", "ES256", "EdDSA"])("reads tokens that are signed by %s", async (alg) => {
    const signer = await startIssuer();
    await signer.rotate(alg);
    await trust(people, signer);
    expect((await exchange(berth, await signer.sign(build))).status).toBe(200);
    await signer.close();
  });

  it("reads a token of GitLab's form, also one with several audiences and numbers", async () => {
    const gitlab = await startIssuer();
    await trust(people, gitlab, "deploy", { claims: { project_id: "22", ref_protected: "true" }, tokenSeconds: 300 });
    const job = {
      aud: ["https://other.example", audience],
      sub: "project_path:my-group/shop:ref_type:branch:ref:main",
      namespace_path: "my-group",
      project_id: 22,
      ref_protected: "true",
    };
    const type = "urn:ietf:params:oauth:token-type:id_token";
    const given = await exchange(berth, await gitlab.sign(job), { subject_token_type: type, account: "acme+deploy" });
    expect(given).toMatchObject({ status: 200, account: "acme+deploy", expires_in: 300 });
    expect((await exchange(berth, await gitlab.sign({ ...job, project_id: 23 }))).status).toBe(401);
    await gitlab.close();
  });

  describe("refuses", () => {
    const good = "the token is not one that is trusted here";
    const noRule = "no trust rule holds for the audience and the claims of this token";
    const table: [string, () => Promise<string> | string, string][] = [
      ["another audience", () => issuer.sign({ ...build, aud: "https://else.example" }), noRule],
      ["another owner", () => issuer.sign({ ...build, repository_owner: "evil" }), noRule],
      ["an owner who begins so", () => issuer.sign({ ...build, repository_owner: "octo-org2" }), noRule],
      ["an owner in capitals", () => issuer.sign({ ...build, repository_owner: "Octo-Org" }), noRule],
      ["an owner in a list", () => issuer.sign({ ...build, repository_owner: ["octo-org"] }), noRule],
      ["no owner", () => issuer.sign({ ...build, repository_owner: undefined }), noRule],
      ["an issuer whom no rule trusts", () => other.sign(build), good],
      ["one issuer's signature for another", () => other.sign({ ...build, iss: issuer.url }), good],
      [
        "the key's name with another's signature",
        async () => other.sign({ ...build, iss: issuer.url }, { kid: issuer.publicKey().kid as string }),
        good,
      ],
      ["an issuer with a slash at its end", () => issuer.sign({ ...build, iss: `${issuer.url}/` }), good],
      [
        "no signature",
        () => `${base64({ alg: "none" })}.${base64({ iss: issuer.url, ...build, iat: now(), exp: now() + 60 })}.`,
        good,
      ],
      [
        "a signature by the public key as a shared secret",
        () =>
          new SignJWT({ iss: issuer.url, ...build, iat: now(), exp: now() + 60 })
            .setProtectedHeader({ alg: "HS256", kid: issuer.publicKey().kid as string })
            .sign(new TextEncoder().encode(JSON.stringify(issuer.publicKey()).padEnd(32))),
        good,
      ],
      ["what is over", () => issuer.sign({ ...build, iat: now() - 600, exp: now() - 61 }), "the token is over"],
      ["what is not yet good", () => issuer.sign({ ...build, nbf: now() + 120 }), good],
      [
        "what was issued in the future",
        () => issuer.sign({ ...build, iat: now() + 90 }),
        "the token was issued in the future",
      ],
      [
        "what was issued long ago, whatever its end",
        () => issuer.sign({ ...build, iat: now() - 3700, exp: now() + 3600 }),
        "the token was issued more than an hour ago",
      ],
      ["no end", () => issuer.sign({ ...build, exp: undefined }), good],
      ["no time of issue", () => issuer.sign({ ...build, iat: undefined }), good],
      ["no subject", () => issuer.sign({ ...build, sub: undefined }), good],
      ["no audience", () => issuer.sign({ ...build, aud: undefined }), good],
      ["what is no token", () => "x.y.z", good],
      ["a secret of Berth's own", () => `berth_${"a".repeat(51)}`, good],
      ["what is too long", async () => `${await issuer.sign({ ...build, more: "x".repeat(17_000) })}`, good],
    ];
    it.each(table)("%s", async (_what, token, why) => {
      const { status, error, error_description } = await exchange(berth, await token());
      expect([status, error, error_description]).toEqual([401, "invalid_grant", why]);
    });

    it("a token for a second time, with a name of its own or without", async () => {
      for (const jti of ["one", undefined]) {
        const token = await issuer.sign({ ...build, jti: jti && crypto.randomUUID() });
        expect((await exchange(berth, token)).status).toBe(200);
        const again = await exchange(berth, token);
        expect([again.status, again.error_description]).toEqual([
          401,
          "the token was used before: ask the issuer for another",
        ]);
      }
    });

    it("another token that the issuer calls the same", async () => {
      const jti = crypto.randomUUID();
      expect((await exchange(berth, await issuer.sign({ ...build, jti }))).status).toBe(200);
      expect((await exchange(berth, await issuer.sign({ ...build, jti, sub: "other" }))).status).toBe(401);
    });

    it("one of two who show the same token at once", async () => {
      const token = await issuer.sign(build);
      const both = await Promise.all([exchange(berth, token), exchange(berth, token)]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    });

    it("a request that lacks what it needs", async () => {
      const wrong = await exchange(berth, "", {});
      const type = await exchange(berth, "x", { subject_token_type: "urn:ietf:params:oauth:token-type:saml2" });
      for (const { status, error } of [wrong, type]) expect([status, error]).toEqual([400, "invalid_request"]);
    });
  });

  it("asks which service account is meant where several trust a token", async () => {
    const shared = await startIssuer();
    for (const name of ["ci", "second"]) await trust(people, shared, name);
    const open = await exchange(berth, await shared.sign(build));
    expect([open.status, open.error]).toEqual([400, "invalid_request"]);
    // As curl -d sends it.
    const answer = await berth.fetch("/auth/token", {
      method: "POST",
      body: `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&account=acme+second&subject_token=${await shared.sign(build)}`,
    });
    expect(await answer.json()).toMatchObject({ account: "acme+second" });
    for (const account of ["acme+none", "olga", "acme"])
      expect((await exchange(berth, await shared.sign(build), { account })).status).toBe(401);
    await shared.close();
  });

  describe("ends at once, with what docker got,", () => {
    const prepared = async (name: string) => {
      await people.must("POST", robots, { name });
      await people.must("PUT", `${robots}/${name}/repositoryAccess/app`, { accessLevel: "read-only" });
      const rule = await trust(people, issuer, name);
      const log = async () =>
        (await exchange(berth, await issuer.sign(build), { account: `acme+${name}` })).access_token;
      const token = (await log()) as string;
      const who = basic(`acme+${name}`, token);
      const answer = await berth.fetch("/auth/token?service=x&scope=repository:acme/app:pull", {
        headers: { authorization: who },
      });
      const { token: bearer } = (await answer.json()) as { token: string };
      const status = async () => [await statusWith(who), await statusWith(`Bearer ${bearer}`), typeof (await log())];
      expect(await status()).toEqual([200, 200, "string"]);
      return { rule, status };
    };

    it("when its rule is ended", async () => {
      const { rule, status } = await prepared("ruled");
      const path = `${robots}/ruled/trustRules`;
      expect((await people.ask("olga", "DELETE", `${rules}/${rule}`)).code).toBe("NO_SUCH_TRUST_RULE");
      expect((await people.ask("olga", "DELETE", `${path}/${rule}`)).status).toBe(204);
      expect(await status()).toEqual([401, 401, "undefined"]);
      expect((await people.ask("olga", "GET", path)).body).toEqual({ trustRules: [] });
    });

    it("when the service account rests or is deleted", async () => {
      const { status } = await prepared("resting");
      await people.ask("olga", "PATCH", `${robots}/resting`, { isActive: false });
      expect(await status()).toEqual([401, 401, "undefined"]);
      await people.ask("olga", "PATCH", `${robots}/resting`, { isActive: true });
      expect(await status()).toEqual([200, 200, "string"]);
      await people.ask("olga", "DELETE", `${robots}/resting`);
      expect(await status()).toEqual([401, 401, "undefined"]);
    });
  });

  describe("a rule", () => {
    const rule = (change: object = {}) => ({
      issuer: "https://token.actions.githubusercontent.com",
      audience,
      claims: { sub: build.sub },
      ...change,
    });

    it("is shown as it was made", async () => {
      const path = `${robots}/second/trustRules`;
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
      const made = await people.ask("olga", "POST", path, rule({ expiresAt, tokenSeconds: 600 }));
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ ...rule(), expiresAt, tokenSeconds: 600, lastUsed: null });
      const { body } = await people.ask("olga", "GET", path);
      expect(body.trustRules).toContainEqual(made.body);
    });

    it.each([
      ["an issuer without https", { issuer: "http://gitlab.example.com" }],
      ["an issuer in a private network", { issuer: "https://10.0.0.7" }],
      ["an issuer at the cloud's own address", { issuer: "https://169.254.169.254" }],
      ["an issuer with a question", { issuer: "https://gitlab.example.com/?x=1" }],
      ["an issuer with a name and a password", { issuer: "https://a:b@gitlab.example.com" }],
      ["what is no issuer", { issuer: "github" }],
      ["no audience", { audience: "" }],
      ["no claims", { claims: {} }],
      ["claims that say nothing of the owner", { claims: { ref: "refs/heads/main", environment: "production" } }],
      ["a pattern", { claims: { sub: "repo:octo-org/*" } }],
      ["an empty value", { claims: { repository_owner: "" } }],
      ["a value that is no text", { claims: { project_id: 22 } }],
      ["too long a time", { tokenSeconds: 43_201 }],
      ["an end that is over", { expiresAt: "2020-01-01T00:00:00Z" }],
      ["a field that it does not know", { claim: {} }],
    ] as [string, object][])("has not %s", async (_what, change) => {
      const answer = await people.ask("olga", "POST", rules, rule(change));
      expect([answer.status, answer.code]).toEqual([400, "INVALID_PARAMETERS"]);
    });
  });
});
