// Reads the configuration of this process: the environment, and the file that BERTH_CONFIG names.
import { type Config, type ConfigProblems, type Environment, parseConfig } from "./parse.ts";

/**
 * The configuration in force, or what is wrong with it.
 * @param readFile reads a text file and throws when it cannot
 */
export function loadConfig(env: Environment, readFile: (path: string) => string): Config | ConfigProblems {
  const path = env.BERTH_CONFIG;
  if (!path) return parseConfig(env);
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    return { problems: [`BERTH_CONFIG: cannot read ${JSON.stringify(path)} (${firstLine(error)})`] };
  }
  try {
    return parseConfig(env, JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The parser's message quotes the text, in which there may be a secret.
    return { problems: [`BERTH_CONFIG: ${JSON.stringify(path)} is not valid JSON`] };
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
