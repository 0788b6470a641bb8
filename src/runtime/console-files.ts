// The files of the API console where there is a disk to read them from.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type ConsoleFiles, createConsoleFiles } from "#http/docs/files.ts";
import { ownFiles, packageFiles } from "#ui/api-console/files.ts";

const ownFolder = path.join(import.meta.dirname, "../ui/api-console");

/** Reads them when the first is asked for. */
export function openConsoleFiles(): ConsoleFiles {
  const load = async () => {
    const packageFolder = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
    const places = [
      ...ownFiles.map((name) => [name, path.join(ownFolder, name)] as const),
      ...packageFiles.map((name) => [name, path.join(packageFolder, name)] as const),
    ];
    const read = places.map(async ([name, file]) => [name, new Uint8Array(await readFile(file))] as const);
    return Object.fromEntries(await Promise.all(read));
  };
  return createConsoleFiles(load, async (bytes) => new Uint8Array(await promisify(gzip)(bytes)));
}
