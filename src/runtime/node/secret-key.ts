// The key that encrypts secrets at rest: from the configuration, else from a file beside the embedded database.
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { StartError } from "../start-error.ts";

/** Reads the key, making its file (0600) on the first start. */
export function readSecretKey(dataDir: string, configured: Uint8Array | undefined): Uint8Array {
  if (configured) return configured;
  const file = path.join(dataDir, "secret-key");
  try {
    const key = Buffer.from(fs.readFileSync(file, "utf8").trim(), "hex");
    if (key.byteLength !== 32)
      throw new StartError(`${file} does not hold a key of 64 hexadecimal digits: restore it from a backup`);
    return new Uint8Array(key);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const key = randomBytes(32);
  writePrivateFile(file, `${key.toString("hex")}\n`);
  return new Uint8Array(key);
}

/** Writes a file that only its owner can read, whole or not at all, and durable. */
export function writePrivateFile(file: string, text: string): void {
  const written = `${file}.new`;
  fs.writeFileSync(written, text, { mode: 0o600, flush: true });
  fs.renameSync(written, file);
  const folder = fs.openSync(path.dirname(file), "r");
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}
