// The one file that knows oslo: random words, digests, HMAC and comparison in constant time.
// Its JWT functions take the time from the machine and cannot take it from our clock, so tokens are jose's (docs/decisions).
import { constantTimeEqual, HMAC, sha256 } from "oslo/crypto";
import { base64url } from "oslo/encoding";

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
