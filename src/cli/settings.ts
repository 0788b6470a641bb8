// Reads the configuration for a command, or stops with a line per problem.
import fs from "node:fs";
import { loadConfig } from "#runtime/config/load.ts";
import type { Config } from "#runtime/config/parse.ts";

/** The configuration in force. Ends the process with status 2 when it is wrong. */
export function requireConfig(): Config {
  const config = loadConfig(process.env, (path) => fs.readFileSync(path, "utf8"));
  if (!("problems" in config)) return config;
  for (const problem of config.problems) console.error(`berth: ${problem}`);
  process.exit(2);
}

/** Tells what went wrong in one line and ends the process. */
export function fail(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  console.error(`berth: ${message.split("\n")[0]}`);
  if (process.env.BERTH_LOG_LEVEL === "debug" && error instanceof Error) console.error(error.stack);
  process.exit(1);
}
