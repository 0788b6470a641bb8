// Hashes and checks passwords with Node's own argon2id.
import { argon2Sync } from "node:crypto";
import { type Argon2id, hashPasswordWith, verifyPasswordWith } from "#ports/password-hash.ts";

const argon2id: Argon2id = ({ password, ...options }) => argon2Sync("argon2id", { message: password, ...options });

export function hashPassword({ password }: { password: string }): string {
  return hashPasswordWith(argon2id, password);
}

export function verifyPassword({ password, hash }: { password: string; hash: string }): boolean {
  return verifyPasswordWith(argon2id, password, hash);
}
