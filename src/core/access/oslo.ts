// The one file that knows oslo: random words, digests, HMAC, comparison in constant time, and codes by time.
// Its JWT functions take the time from the machine and cannot take it from our clock, so tokens are jose's (docs/decisions).
import { constantTimeEqual, HMAC, sha256 } from "oslo/crypto";
import { base32, base64url } from "oslo/encoding";
import { createTOTPKeyURI, generateHOTP } from "oslo/otp";

const hmac = new HMAC("SHA-256");

/** A random word of the given number of bytes, in base64url without padding. */
export function randomWord(bytes: number): string {
  const raw = new Uint8Array(bytes);
  crypto.getRandomValues(raw);
  return base64url.encode(raw, { includePadding: false });
}

export async function sha256Of(text: string): Promise<Uint8Array> {
  return new Uint8Array(await sha256(new TextEncoder().encode(text)));
}

export async function newHmacKey(): Promise<Uint8Array> {
  return new Uint8Array(await hmac.generateKey());
}

/** The HMAC of several parts; no two lists of parts give the same bytes. */
export async function hmacOf(key: Uint8Array, parts: readonly string[]): Promise<Uint8Array> {
  return new Uint8Array(await hmac.sign(key, new TextEncoder().encode(JSON.stringify(parts))));
}

/** The same as a word in base64url without padding. */
export async function hmacWord(key: Uint8Array, parts: readonly string[]): Promise<string> {
  return base64url.encode(await hmacOf(key, parts), { includePadding: false });
}

export function sameText(a: string, b: string): boolean {
  const encoder = new TextEncoder();
  return sameBytes(encoder.encode(a), encoder.encode(b));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return constantTimeEqual(a, b);
}

export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** Without padding. */
export function base32Of(bytes: Uint8Array): string {
  return base32.encode(bytes, { includePadding: false });
}

/** The code of six digits for a time step (RFC 4226, RFC 6238). oslo's own controller takes the time from the machine. */
export function totpCode(secret: Uint8Array, step: number): Promise<string> {
  return generateHOTP(secret, step);
}

/** What apps read as a QR code. */
export function totpUri(issuer: string, name: string, secret: Uint8Array): string {
  return createTOTPKeyURI(issuer, name, secret);
}
