// Hashes and checks passwords with argon2id, in the PHC string format that other runtimes read too.
import { argon2Sync, randomBytes, timingSafeEqual } from "node:crypto";

const parameters = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;

export function hashPassword({ password }: { password: string }): string {
  const nonce = randomBytes(16);
  const { memory, passes, parallelism } = parameters;
  const tag = argon2Sync("argon2id", { message: password, nonce, parallelism, tagLength, memory, passes });
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

export function verifyPassword({ password, hash }: { password: string; hash: string }): boolean {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!match) return false;
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  const expected = Buffer.from(match[5] as string, "base64");
  const nonce = Buffer.from(match[4] as string, "base64");
  const options = { message: password, nonce, parallelism, tagLength: expected.byteLength, memory, passes };
  return timingSafeEqual(argon2Sync("argon2id", options), expected);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
