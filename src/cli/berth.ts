#!/usr/bin/env -S node --max-semi-space-size=16
// The `berth` command.
import { createProgram } from "./program.ts";

const words = process.argv.slice(2);
await (await createProgram(words)).parseAsync(words, { from: "user" });
