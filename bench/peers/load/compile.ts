// Compiles the small C programs of the benchmark, each once in a run.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run } from "./wrk.ts";

const compiled = new Map<string, Promise<string>>();

/** @param libraries as the linker calls them. @returns the program's path. */
export function compile(source: string, libraries: readonly string[] = []): Promise<string> {
  const known = compiled.get(source) ?? build(source, libraries);
  compiled.set(source, known);
  return known;
}

async function build(source: string, libraries: readonly string[]): Promise<string> {
  const program = join(mkdtempSync(join(tmpdir(), "berth-bench-")), basename(source, ".c"));
  await run("gcc", ["-O2", "-pthread", "-o", program, source, ...libraries.map((name) => `-l${name}`)]);
  return program;
}
