// Turns the environment and the optional file into one typed configuration, or into all the lines that say what is wrong.
import { availableParallelism } from "node:os";
import { checkTogether } from "./cross-checks.ts";
import { findUnknownKeys, findUnknownVariables } from "./known-names.ts";
import { quoteValue } from "./mask.ts";
import { type Machine, VARIABLES, type Variable } from "./variables.ts";

type Variables = typeof VARIABLES;

/** Name of a setting, as `listen` or `dataDir`. */
export type SettingName = keyof Variables;

/** The value of every setting. */
export type Settings = {
  readonly [Name in SettingName]: Variables[Name] extends Variable<infer T, infer Absent> ? T | Absent : never;
};

/** Where a value came from. */
type Origin = "default" | "file" | "environment";

/** What Berth runs with. */
export interface Config extends Settings {
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

/** What keeps Berth from starting, one line each. */
export interface ConfigProblems {
  readonly problems: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Given {
  readonly text: string | undefined;
  readonly origin: Origin;
}

/**
 * Reads all settings. The environment wins over the file, the file over the defaults; an empty variable counts as not
 * set. Every value is checked, so that one start names every problem.
 * @param file the parsed configuration file, an object with the variables' names as keys
 */
export function parseConfig(
  env: Environment,
  file?: unknown,
  machine: Machine = thisMachine(),
): Config | ConfigProblems {
  if (file !== undefined && !isObject(file)) return { problems: ["the configuration file must be a JSON object"] };
  const problems = [...findUnknownVariables(env), ...findUnknownKeys(file ?? {})];
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const dataDir = findGiven(VARIABLES.dataDir, env, file, machine, "").text ?? "";
  for (const [name, variable] of Object.entries(VARIABLES) as [SettingName, Variable<unknown>][]) {
    const { text, origin } = findGiven(variable, env, file, machine, dataDir);
    origins[name] = origin;
    if (text === undefined) continue;
    const result = variable.value.safeParse(text);
    if (result.success) values[name] = result.data;
    else problems.push(describeProblem(variable, text, origin, result.error.issues[0]?.message ?? ""));
  }
  if (problems.length > 0) return { problems };
  // The table gives every setting that has no default the type that includes undefined.
  const config = { ...values, origins } as unknown as Config;
  const conflicts = checkTogether(config);
  return conflicts.length > 0 ? { problems: conflicts } : config;
}

function findGiven(
  { name, fallback }: Pick<Variable<unknown>, "name" | "fallback">,
  env: Environment,
  file: Record<string, unknown> | undefined,
  machine: Machine,
  dataDir: string,
): Given {
  if (env[name]) return { text: env[name], origin: "environment" };
  const fromFile = file?.[name];
  if (fromFile !== undefined && fromFile !== null && fromFile !== "") return { text: toText(fromFile), origin: "file" };
  return { text: typeof fallback === "function" ? fallback(machine, dataDir) : fallback, origin: "default" };
}

// A file may hold numbers, true and false, and lists; anything else becomes JSON text, which no reader accepts.
function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.join(",");
  return JSON.stringify(value);
}

function describeProblem({ name, isSecret }: Variable<unknown>, text: string, origin: Origin, allowed: string): string {
  const where = origin === "file" ? " in the configuration file" : "";
  const shown = isSecret ? "the value" : quoteValue(text);
  return `${name}${where}: ${shown} is not allowed, it must be ${allowed}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function thisMachine(): Machine {
  return { cpuCount: availableParallelism(), isRoot: process.getuid?.() === 0 };
}
