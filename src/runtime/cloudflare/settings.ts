// Which of Berth's settings mean something to a Worker; all others are a server's.
import type { SettingName } from "../config/parse.ts";
import { VARIABLES } from "../config/variables.ts";

const edgeSettings: readonly SettingName[] = [
  "publicUrl",
  "ingestOrigin",
  "bodyLimitBytes",
  "egressAllow",
  "logLevel",
  "secretKey",
  "memoryBytes",
  "smallBlobBytes",
  "staleAccessSeconds",
  "adminUser",
  "adminPassword",
  "tokenSeconds",
  "manifestMaxBytes",
  "jsonMaxDepth",
  "uploadsPerCaller",
  "uploadExpirySeconds",
  "condemnedHoldSeconds",
  "scrubRate",
  "scrubDays",
  "r2PartBytes",
  "storage",
  "s3AccessKey",
  "s3SecretKey",
  "s3SessionToken",
];
const edgeNames = new Set(edgeSettings.map((setting) => VARIABLES[setting].name));
const serverNames = Object.values(VARIABLES)
  .map(({ name }) => name)
  .filter((name) => !edgeNames.has(name));

/** Names that a Worker's variables may have, too. */
const otherNames: Readonly<Record<string, string>> = { INGEST_ORIGIN: VARIABLES.ingestOrigin.name };

/** A Worker's variables under the names that they have everywhere; of two for one setting the usual name counts. */
export function underUsualNames(given: readonly (readonly [string, string])[]): Record<string, string> {
  const others = given.flatMap(([name, value]) => (otherNames[name] ? [[otherNames[name], value] as const] : []));
  return Object.fromEntries([...others, ...given.filter(([name]) => name.startsWith("BERTH_"))]);
}

/** One line per setting that a Worker cannot heed. */
export function serverSettingsIn(names: readonly string[]): string[] {
  return serverNames
    .filter((name) => names.includes(name))
    .map((name) => `${name} means nothing to a Worker: remove it`);
}

/** Those of an environment that a Worker heeds. */
export function settingsForEdge(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(environment).filter(
    ([name, value]) => (edgeNames.has(name) || otherNames[name]) && value,
  );
  return Object.fromEntries(given) as Record<string, string>;
}
