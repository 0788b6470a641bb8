// What the whole run shares: a folder, the PostgreSQL server of Debian, and the program inside test images; all gone at its end.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { makeProgram } from "./image.ts";
import { makeRunFolder } from "./place.ts";
import { startPostgres } from "./postgres.ts";
import { sweep } from "./sweep.ts";
import { requireTools } from "./tools.ts";

/** What test files are told of the run. */
export interface Run {
  /** Everything of this run lies below it; short, because paths of sockets are limited. */
  folder: string;
  /** URL of the PostgreSQL server, without a database. */
  postgres: string;
  /** A static program that says a line. */
  program: string;
}

declare module "vitest" {
  interface ProvidedContext {
    run: Run;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  requireTools();
  const folder = await makeRunFolder();
  try {
    mkdirSync(join(folder, "image"));
    const program = await makeProgram(join(folder, "image"));
    const postgres = await startPostgres(join(folder, "pg"));
    project.provide("run", { folder, program, postgres: postgres.url });
    return async () => {
      await postgres.stop();
      await sweep([folder]);
    };
  } catch (error) {
    await sweep([folder]);
    throw error;
  }
}
