// The one form of passwords at rest: argon2id in a PHC string, which every runtime writes and reads alike.
import { fromBase64, toBase64 } from "./base64.ts";

/** What argon2id is asked for. */
export interface Argon2idInput {
  password: Uint8Array;
  nonce: Uint8Array;
  /** In KiB. */
  memory: number;
  passes: number;
  parallelism: number;
  tagLength: number;
}

/** The function itself, as a runtime has it. */
export type Argon2id = (input: Argon2idInput) => Uint8Array;

const parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const nonceLength = 16;
const tagLength = 32;

export function hashPasswordWith(argon2id: Argon2id, password: string): string {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceLength));
  const tag = argon2id({ password: utf8(password), nonce, tagLength, ...parameters });
  const { memory, passes, parallelism } = parameters;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** What is no such string is nobody's password. */
export function verifyPasswordWith(argon2id: Argon2id, password: string, hash: string): boolean {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!match) return false;
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  const [nonce, expected] = match.slice(4).map(fromBase64) as [Uint8Array, Uint8Array];
  const tagLength = expected.byteLength;
  return same(argon2id({ password: utf8(password), nonce, tagLength, memory, passes, parallelism }), expected);
}

/** In a time that does not tell where they differ. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.byteLength ^ b.byteLength;
  for (let i = 0; i < b.byteLength; i++) difference |= (a[i] ?? 0) ^ (b[i] as number);
  return difference === 0;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** As PHC strings have it. */
function unpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, "");
}
