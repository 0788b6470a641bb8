// Reads a token of an outside issuer: who signed it, for how long it is good, and what it says.
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { registryError } from "#oci/error.ts";
import type { Needs } from "../../context.ts";
import { plusSeconds } from "../../moment.ts";
import { sha256Of } from "../oslo.ts";
import { readIssuerKeys } from "./issuer-keys.ts";

/** Neither none nor a shared secret: with those whoever knows the issuer's public key could sign. */
const algorithms = ["RS256", "ES256", "EdDSA", "Ed25519"];
const leewaySeconds = 60;
const maxAgeSeconds = 3600;
const maxLength = 16_384;

export interface OutsideToken {
  issuer: string;
  audiences: string[];
  /** Those that are a single value, as text. */
  claims: Record<string, string>;
  /** SHA-256 of its issuer and of what the issuer calls it. */
  hash: Uint8Array;
  /** From then on it is refused for its age. */
  until: Date;
}

/** Who a token says that it is of, which nobody has checked; null: it is no token. */
export function claimedIssuer(token: string): string | null {
  if (token.length > maxLength) return null;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === "string" && iss.length <= 500 && !iss.includes("\0") ? iss : null;
  } catch {
    return null;
  }
}

/** What everybody hears whose token is not one that is trusted: not whether its issuer would be. */
export function notTrusted() {
  return registryError("UNAUTHORIZED", "the token is not one that is trusted here");
}

/**
 * The token, when that issuer signed it and it is good at this time.
 * @throws UNAUTHORIZED; UNAVAILABLE when the issuer's keys cannot be had.
 */
export async function verifyOutsideToken(
  ctx: Needs<"egress" | "issuers" | "clock" | "report">,
  token: string,
  issuer: string,
): Promise<OutsideToken> {
  const keys = await readIssuerKeys(ctx, issuer);
  let payload = await signedPayload(ctx, token, { issuer, keys });
  if (payload === "unknown key") {
    const newer = await readIssuerKeys(ctx, issuer, keys);
    payload = newer === keys ? null : await signedPayload(ctx, token, { issuer, keys: newer });
  }
  if (payload === null || payload === "unknown key") throw notTrusted();
  return readClaims(ctx, token, { ...payload, iss: issuer });
}

async function signedPayload(
  { clock }: Needs<"clock">,
  token: string,
  { issuer, keys }: { issuer: string; keys: JSONWebKeySet },
): Promise<JWTPayload | "unknown key" | null> {
  try {
    const options = { algorithms, issuer, currentDate: clock.now(), clockTolerance: leewaySeconds };
    const requiredClaims = ["exp", "iat", "aud", "sub"];
    return (await jwtVerify(token, createLocalJWKSet(keys), { ...options, requiredClaims })).payload;
  } catch (error) {
    const code = String((error as { code?: unknown }).code);
    if (code === "ERR_JWKS_NO_MATCHING_KEY") return "unknown key";
    if (code === "ERR_JWT_EXPIRED") throw registryError("UNAUTHORIZED", "the token is over");
    // A key that is none is its issuer's mistake.
    if (code.startsWith("ERR_J") || error instanceof TypeError || (error as Error).name === "DataError") return null;
    throw error;
  }
}

async function readClaims(
  { clock }: Needs<"clock">,
  token: string,
  payload: JWTPayload & { iss: string },
): Promise<OutsideToken> {
  const nowSeconds = clock.now().getTime() / 1000;
  const iat = payload.iat as number;
  if (iat > nowSeconds + leewaySeconds) throw registryError("UNAUTHORIZED", "the token was issued in the future");
  if (iat < nowSeconds - maxAgeSeconds)
    throw registryError("UNAUTHORIZED", "the token was issued more than an hour ago");
  const audiences = [payload.aud].flat().filter((audience) => typeof audience === "string" && !audience.includes("\0"));
  const goodSeconds = Math.min((payload.exp as number) - nowSeconds, iat + maxAgeSeconds - nowSeconds);
  // Without a name of its own it is known by what was signed; the signature itself can have more than one form.
  const name =
    typeof payload.jti === "string" && payload.jti !== "" ? ["jti", payload.jti] : ["token", signedPart(token)];
  return {
    issuer: payload.iss,
    audiences: audiences as string[],
    claims: textClaims(payload),
    hash: await sha256Of(JSON.stringify([payload.iss, ...name])),
    until: plusSeconds(clock.now(), goodSeconds + 2 * leewaySeconds),
  };
}

function signedPart(token: string): string {
  return token.slice(0, token.lastIndexOf("."));
}

/** No list and no object is one value, and no text that PostgreSQL cannot hold is one of a rule's. */
function textClaims(payload: JWTPayload): Record<string, string> {
  const single = Object.entries(payload)
    .filter(([, value]) => typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    .map(([name, value]) => [name, String(value)] as const)
    .filter(([name, value]) => !name.includes("\0") && !value.includes("\0"));
  return Object.fromEntries(single);
}
