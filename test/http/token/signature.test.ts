import { createLocalJWKSet, exportSPKI, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, type Target } from "#test/setup/target.ts";
import { as, codeOf, createRepository, getToken, readClaims } from "../access/registry.ts";

const scope = "repository:alice/app:pull";

describe("the signature of a token", () => {
  let berth: Target;
  let alice: string;
  let token: string;
  beforeAll(async () => {
    berth = await startTarget("fetch");
    alice = await berth.addUser("alice");
    await createRepository(berth, alice, "alice/app", "private");
    token = (await getToken(berth, alice, scope)).token;
  });
  afterAll(() => berth.close());

  async function publicKeys(): Promise<JWK[]> {
    const answer = await berth.fetch("/auth/jwks.json");
    return ((await answer.json()) as { keys: JWK[] }).keys;
  }

  it("can be verified by who knows nothing but /auth/jwks.json", async () => {
    const keys = await publicKeys();
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      algorithms: ["ES256"],
      issuer: "berth",
      audience: berth.ctx.installationId,
      currentDate: berth.clock.now(),
    });
    expect(protectedHeader.alg).toBe("ES256");
    expect(protectedHeader.kid).toBe(keys[0]?.kid);
    expect((payload.exp as number) - (payload.iat as number)).toBe(300);
    expect(payload.nbf).toBe(payload.iat);
    expect(payload.sub).toMatch(/^[0-9a-f-]{36}$/);
    expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("is made with a key whose private half nobody can ask for", async () => {
    const keys = await publicKeys();
    expect(keys.length).toBe(1);
    expect(Object.keys(keys[0] as JWK).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
  });

  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  /** A token of our own key with other claims or another header. */
  async function signed(claims: Record<string, unknown>, header: Record<string, unknown> = {}): Promise<string> {
    const { kid, key } = await berth.ctx.keys.signing();
    const all: Record<string, unknown> = { ...readClaims(token).payload, ...claims };
    const kept = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
    return new SignJWT(kept).setProtectedHeader({ alg: "ES256", kid, ...header }).sign(key);
  }

  const now = () => Math.floor(berth.clock.now().getTime() / 1000);
  const forged: [string, () => Promise<string>][] = [
    ["another installation's audience", () => signed({ aud: crypto.randomUUID() })],
    ["another issuer", () => signed({ iss: "other" })],
    ["no end", () => signed({ exp: undefined })],
    ["no subject", () => signed({ sub: undefined })],
    ["no id", () => signed({ jti: undefined })],
    ["a past end", () => signed({ exp: now() - 61 })],
    ["a beginning to come", () => signed({ nbf: now() + 120 })],
    ["an account that is not there", () => signed({ sub: crypto.randomUUID() })],
    ["an unknown key id", () => signed({}, { kid: "other" })],
    ["no key id", () => signed({}, { kid: undefined as never })],
    ["alg none", async () => `${b64({ alg: "none", typ: "JWT" })}.${token.split(".")[1]}.`],
    [
      "alg none and our key id",
      async () =>
        `${b64({ alg: "none", kid: readClaims(token).header.kid })}.${token.split(".")[1]}.${token.split(".")[2]}`,
    ],
    [
      "changed claims",
      async () => {
        const [header, , signature] = token.split(".");
        const { payload } = readClaims(token);
        return `${header}.${b64({ ...payload, access: [{ type: "repository", name: "alice/app", actions: ["*"] }] })}.${signature}`;
      },
    ],
    ["a changed signature", async () => token.slice(0, -6) + (token.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA")],
    ["no signature", async () => token.split(".").slice(0, 2).join(".")],
    [
      "HS256 with our public key as the secret",
      async () => {
        const [jwk] = await publicKeys();
        const pem = await exportSPKI((await importJWK(jwk as JWK, "ES256")) as never);
        const header = { alg: "HS256", kid: (jwk as JWK).kid as string };
        return new SignJWT(readClaims(token).payload).setProtectedHeader(header).sign(new TextEncoder().encode(pem));
      },
    ],
    [
      "a foreign key that it brings along",
      async () => {
        const pair = await generateKeyPair("ES256", { extractable: true });
        const header = { alg: "ES256", kid: readClaims(token).header.kid as string };
        return new SignJWT(readClaims(token).payload).setProtectedHeader(header).sign(pair.privateKey);
      },
    ],
    ["words", async () => "not-a-token"],
    ["points", async () => ".."],
    ["20 KB", async () => "a".repeat(15_000)],
    ["claims that are no object", async () => `${token.split(".")[0]}.${b64([1])}.${token.split(".")[2]}`],
  ];
  it.each(forged)("a token with %s is refused as invalid_token", async (_what, make) => {
    const answer = await berth.fetch("/v2/alice/app/tags/list", as(`Bearer ${await make()}`));
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="[^"]+",service="[^"]+".*,error="invalid_token"$/,
    );
    expect(await codeOf(answer)).toBe("UNAUTHORIZED");
  });

  it("survives access claims of an unknown form, which grant nothing", async () => {
    for (const access of [
      undefined,
      null,
      "x",
      {},
      [null],
      [{ type: "repository" }],
      [{ type: "x", name: "y", actions: 1 }],
    ]) {
      const answer = await berth.fetch("/v2/alice/app/tags/list", as(`Bearer ${await signed({ access })}`));
      expect(answer.status).toBe(401);
    }
  });
});
