// Hashes and checks passwords with the runtime's own argon2id, else with the one of WebAssembly.
import nodeCrypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import { type Argon2id, hashPasswordWith, verifyPasswordWith } from "#adapters/compute/password-hash.ts";
import { createArgon2id } from "#adapters/compute/wasm/argon2.ts";

let argon2id: Argon2id | null = null;

export function hashPassword({ password }: { password: string }): string {
  argon2id ??= findArgon2id();
  return hashPasswordWith(argon2id, password);
}

export function verifyPassword({ password, hash }: { password: string; hash: string }): boolean {
  argon2id ??= findArgon2id();
  return verifyPasswordWith(argon2id, password, hash);
}

/** Deno's crypto has none. */
function findArgon2id(): Argon2id {
  const { argon2Sync } = nodeCrypto as Partial<typeof nodeCrypto>;
  if (argon2Sync) return ({ password, ...options }) => argon2Sync("argon2id", { message: password, ...options });
  const file = createRequire(import.meta.url).resolve("@phi-ag/argon2/argon2.wasm");
  return createArgon2id(new WebAssembly.Module(fs.readFileSync(file)));
}
