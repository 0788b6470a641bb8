// Finds the WebAssembly inside the installed hash-wasm: each module as base64, with the letters that begin its saved states.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { DigestAlgorithm } from "#oci/digest.ts";

/** A module as the package carries it. */
export interface CarriedModule {
  bytes: Uint8Array;
  /** Eight hex digits, which a state begins with. */
  mark: string;
}

/** @throws when the package is written in another way than it was. */
export function carriedModules(): Record<DigestAlgorithm, CarriedModule> {
  const text = readFileSync(createRequire(import.meta.url).resolve("hash-wasm"), "utf8");
  return { sha256: carriedModule(text, "sha256"), sha512: carriedModule(text, "sha512") };
}

function carriedModule(text: string, algorithm: DigestAlgorithm): CarriedModule {
  const id = String.raw`[\w$]+`;
  const written = new RegExp(
    `${id}\\s*=\\s*"${algorithm}"[;,]\\s*(?:var )?${id}\\s*=\\s*"([A-Za-z0-9+/=]+)"[;,]\\s*(?:var )?${id}\\s*=\\s*"([0-9a-f]{8})"`,
  );
  const [, base64, mark] = written.exec(text) ?? [];
  if (!base64 || !mark) throw new Error(`the installed hash-wasm does not carry ${algorithm} as expected`);
  return { bytes: Buffer.from(base64, "base64"), mark };
}
