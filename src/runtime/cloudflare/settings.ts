// Which of Berth's settings mean something to a Worker; all others are a server's.
import type { SettingName } from "../config/parse.ts";
import { VARIABLES } from "../config/variables.ts";

const edgeSettings: readonly SettingName[] = [
  "publicUrl",
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

/** One line per setting that a Worker cannot heed. */
export function serverSettingsIn(names: readonly string[]): string[] {
  return serverNames
    .filter((name) => names.includes(name))
    .map((name) => `${name} means nothing to a Worker: remove it`);
}

/** Those of an environment that a Worker heeds. */
export function settingsForEdge(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(environment).filter(([name, value]) => edgeNames.has(name) && value);
  return Object.fromEntries(given) as Record<string, string>;
}
