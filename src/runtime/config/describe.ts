// Says what is in force, for `berth config`: every variable with its value and where it came from, without the secrets.
import type { Config, SettingName } from "./parse.ts";
import { VARIABLES, type Variable } from "./variables.ts";

/** One entry per variable, in the order of the table: `BERTH_LISTEN` -> `127.0.0.1:5000 (default)`. */
export function describeConfig(config: Config): Record<string, string> {
  const entries = Object.entries(VARIABLES) as [SettingName, Variable<unknown>][];
  return Object.fromEntries(entries.map(([name, variable]) => [variable.name, describe(config, name, variable)]));
}

function describe(config: Config, name: SettingName, variable: Variable<unknown>): string {
  const value = config[name];
  if (value === undefined) return "(not set)";
  return `${variable.show(value) || "(none)"} (${config.origins[name]})`;
}
