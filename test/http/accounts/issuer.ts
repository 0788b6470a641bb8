// An OpenID Connect issuer for tests: a server on this machine that says who it is and shows its keys.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export interface Issuer {
  url: string;
  /** What was asked of it so far, by path. */
  asked: string[];
  /** Signs with the newest key. @param claims beside `iss`, a fresh `jti`, and the times, which they may say themselves. */
  sign(claims: Record<string, unknown>, header?: { kid?: string }): Promise<string>;
  /** Another key; from then on it alone is shown and used. */
  rotate(alg?: string): Promise<void>;
  /** What it answers in place of what it should; null: as it should. */
  answerWith(answer: ((response: ServerResponse, path: string) => void) | null): void;
  /** The newest public key. */
  publicKey(): JWK;
  close(): Promise<void>;
}

const minute = 60;

export async function startIssuer(now: () => Date = () => new Date()): Promise<Issuer> {
  const asked: string[] = [];
  let answer: ((response: ServerResponse, path: string) => void) | null = null;
  let current: { alg: string; kid: string; privateKey: CryptoKey; jwk: JWK };
  const server = createServer((request, response) => {
    const path = request.url as string;
    asked.push(path);
    if (answer) return answer(response, path);
    response.setHeader("content-type", "application/json");
    if (path === "/.well-known/openid-configuration")
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    else if (path === "/keys") response.end(JSON.stringify({ keys: [current.jwk] }));
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rotate = async (alg = "RS256") => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const kid = crypto.randomUUID();
    current = { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
  };
  await rotate();
  return {
    url,
    asked,
    rotate,
    publicKey: () => current.jwk,
    answerWith(with_) {
      answer = with_;
    },
    sign(claims, header = {}) {
      const seconds = Math.floor(now().getTime() / 1000);
      const times = { iat: seconds, nbf: seconds, exp: seconds + 5 * minute };
      return new SignJWT({ iss: url, jti: crypto.randomUUID(), ...times, ...claims })
        .setProtectedHeader({ alg: current.alg, kid: current.kid, typ: "JWT", ...header })
        .sign(current.privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
