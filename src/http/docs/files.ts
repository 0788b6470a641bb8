// The files of the API console: read once, named by a hash of them all, so that a browser may keep what it has for ever.
import { hexOf } from "#oci/digest.ts";

/** What a browser is sent of a file. */
export interface ConsoleFile {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  /** The same, compressed; absent where the platform does that itself. */
  gzip?: Uint8Array<ArrayBuffer>;
}

/** Where the console's files come from. */
export interface ConsoleFiles {
  /** Part of the addresses of all of them: another one as soon as one of them is another. */
  version(): Promise<string>;
  find(name: string): Promise<ConsoleFile | null>;
}

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

interface Read {
  version: string;
  files: Map<string, ConsoleFile>;
}

/**
 * @param load reads all files, by name; it is asked when the first of them is.
 * @param compress absent where the platform compresses what it sends.
 */
export function createConsoleFiles(
  load: () => Promise<Record<string, Uint8Array<ArrayBuffer>>>,
  compress?: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>,
): ConsoleFiles {
  let reading: Promise<Read> | null = null;
  const read = () => {
    reading ??= readAll(load, compress).catch((error) => {
      reading = null;
      throw error;
    });
    return reading;
  };
  return {
    version: async () => (await read()).version,
    find: async (name) => (await read()).files.get(name) ?? null,
  };
}

async function readAll(
  load: Parameters<typeof createConsoleFiles>[0],
  compress: Parameters<typeof createConsoleFiles>[1],
): Promise<Read> {
  const loaded = Object.entries(await load()).sort(([a], [b]) => (a < b ? -1 : 1));
  const hashes = await Promise.all(loaded.map(async ([name, bytes]) => `${name} ${await sha256(bytes)}\n`));
  const version = (await sha256(new TextEncoder().encode(hashes.join("")))).slice(0, 16);
  const files = loaded.map(async ([name, bytes]) => {
    const type = types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    const gzip = compress && { gzip: await compress(bytes) };
    return [name, { bytes, type, ...gzip }] as const;
  });
  return { version, files: new Map(await Promise.all(files)) };
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
