// Finds names nobody knows among the variables and the keys of the file, so that a typing error does not pass silently.
import { suggestName } from "./suggest.ts";
import { VARIABLES } from "./variables.ts";

/** Names that only the environment may hold: the file itself, and what the verbs that ask a server take from there. */
const COMMAND_VARIABLES = [
  "BERTH_CONFIG",
  ...["BERTH_URL", "BERTH_USER", "BERTH_PASSWORD", "BERTH_TOKEN", "BERTH_CODE", "BERTH_NEW_PASSWORD"],
];
const NAMES = Object.values(VARIABLES).map((variable) => variable.name);

// Kubernetes puts such variables into every pod beside a Service called `berth` or `berth-...`.
const SERVICE_LINK =
  /^BERTH_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** One line per `BERTH_*` variable of the environment that means nothing to Berth. */
export function findUnknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...COMMAND_VARIABLES, ...NAMES];
  const candidates = Object.keys(env).filter((name) => name.startsWith("BERTH_") && !SERVICE_LINK.test(name));
  return candidates
    .filter((name) => !known.includes(name))
    .map((name) => describe(`${name} is not a variable`, name, known));
}

/** One line per key of the file that means nothing to Berth. */
export function findUnknownKeys(file: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(file).filter((key) => !NAMES.includes(key));
  return keys.map((key) => describe(`${JSON.stringify(key)} in the configuration file is not a setting`, key, NAMES));
}

function describe(problem: string, name: string, known: readonly string[]): string {
  const suggestion = suggestName(name, known);
  return `${problem} of Berth${suggestion === null ? "" : `; did you mean ${suggestion}?`}`;
}
