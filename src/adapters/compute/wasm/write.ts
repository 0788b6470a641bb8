// Writes the WebAssembly that hash-wasm carries as text into files of their own, for runtimes that compile nothing at run time.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { carriedModules } from "./carried.ts";

for (const [algorithm, { bytes }] of Object.entries(carriedModules()))
  writeFileSync(join(import.meta.dirname, `${algorithm}.wasm`), bytes);
