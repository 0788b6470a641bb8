#!/usr/bin/env -S node --max-semi-space-size=16 --heap-growing-percent=100
// The `berth` command.
import module from "node:module";
import { fileURLToPath } from "node:url";

// What Node made of these files is kept for the next start, which is a fifth of a second sooner for it: beside the installed
// packages, where nobody may write who could not change the program itself. Where that cannot be written, Node does without.
module.enableCompileCache?.(fileURLToPath(new URL("../../node_modules/.cache/berth", import.meta.url)));

const words = process.argv.slice(2);
const { createProgram } = await import("./program.ts");
await (await createProgram(words)).parseAsync(words, { from: "user" });
