// Every field of DTR's settings: what it is here, and where that comes from. The one table behind answer, form and document.
import { z } from "@hono/zod-openapi";
import type { Settings } from "#core/settings.ts";
import { registryError } from "#oci/error.ts";

/** What the fields are made of. */
export interface Situation {
  stored: Settings;
  /** The host that this request's client knows the server by. */
  host: string;
  replicaId: string;
}

interface Field {
  type: z.ZodType;
  /** Where the value comes from: for the OpenAPI document. */
  from: string;
  value(of: Situation): unknown;
  /** Of the form alone: of another version, or write-only in DTR, too. */
  isHidden?: true;
}

const flag = z.boolean();
const text = z.string().max(100_000);
const whole = z.number().int();
const stored = (name: keyof Settings, from: string, type: z.ZodType = flag): Field => ({
  type,
  from,
  value: (of) => of.stored[name],
});
const always = (type: z.ZodType, value: unknown, from: string): Field => ({ type, from, value: () => value });
const earlier = (type: z.ZodType, value: unknown): Field => ({
  ...always(type, value, "only other versions of DTR have it"),
  isHidden: true,
});

const notYet = "this version has nothing of the kind";
const ofProcess = "set for each process by its environment, not here";
const unneeded = "Berth needs nothing of the kind";
const replica = z.object({ HTTPPort: whole, HTTPSPort: whole, node: text }).openapi("responses.ReplicaSettings");

const fields: Record<string, Field> = {
  createRepositoryOnPush: stored("createRepositoryOnPush", "a push makes the repository that it names"),
  createNamespaceOnPush: stored("createNamespaceOnPush", "Berth's own: a system admin's push makes an organization"),
  passwordMinLength: stored(
    "passwordMinLength",
    "Berth's own: of passwords that are set from now on",
    whole.min(8).max(128),
  ),
  accessTokenInQuery: stored("accessTokenInQuery", "Berth's own: whether ?refresh_token= lets an access token in"),
  sessionIdleMinutes: stored(
    "sessionIdleMinutes",
    "Berth's own: a session without a request for so many minutes ends",
    whole.min(5).max(43_200),
  ),
  sessionHours: stored(
    "sessionHours",
    "Berth's own: a session that is begun from now on ends after so many hours",
    whole.min(1).max(2160),
  ),
  eventMonths: stored(
    "eventMonths",
    "Berth's own: events are kept for so many months; 0: for good",
    whole.min(0).max(1200),
  ),

  dtrHost: { type: text, from: "BERTH_PUBLIC_URL, else the request's own host", value: (of) => of.host },
  replicaID: { type: text, from: "of the installation: its replicas are alike", value: (of) => of.replicaId },
  replicaSettings: always(z.record(z.string(), replica), {}, "replicas are alike and are not listed"),
  httpProxy: always(text, "", unneeded),
  httpsProxy: always(text, "", unneeded),
  noProxy: always(text, "", unneeded),
  logProtocol: always(text, "", "logs go to standard output"),
  logHost: always(text, "", "logs go to standard output"),
  logLevel: always(text, "", ofProcess),
  webTLSCert: always(text, "", ofProcess),
  webTLSCA: always(text, "", ofProcess),
  webTLSKey: { ...always(text, "", ofProcess), isHidden: true },
  storageVolume: always(text, "", ofProcess),
  nfsHost: always(text, "", unneeded),
  nfsPath: always(text, "", unneeded),

  sso: always(flag, false, notYet),
  webTLSClientCA: always(text, "", notYet),
  clientCertAuthEnabled: always(flag, false, notYet),
  disablePersistentCookies: always(flag, true, "no cookie is set that outlives the browser"),
  readOnlyRegistry: stored("readOnlyRegistry", "no content is pushed, changed or deleted; pulls go on"),
  scanningEnabled: always(flag, false, notYet),
  scanningSyncOnline: always(flag, false, notYet),
  scanningDeadline: always(whole, 0, notYet),
  scanningEnableAutoRecheck: always(flag, false, notYet),
  jobHistoryCompactionEnabled: always(flag, false, notYet),
  jobHistoryToKeep: always(whole, 0, notYet),
  jobHistoryMaxAge: always(text, "", notYet),
  repoEventHistoryCompactionEnabled: always(flag, false, notYet),
  repoEventHistoryToKeep: always(whole, 0, notYet),
  repoEventHistoryMaxAge: always(text, "", notYet),

  disableUpgrades: always(flag, true, "Berth looks for no newer version of itself"),
  disableBackupWarning: always(flag, true, "Berth shows no such warning"),
  reportAnalytics: always(flag, false, "Berth reports to nobody"),
  anonymizeAnalytics: always(flag, false, "Berth reports to nobody"),

  releaseChannel: earlier(text, ""),
  notaryServer: earlier(text, ""),
  notaryCert: earlier(text, ""),
  notaryVerifyCert: earlier(flag, false),
  authBypassCA: earlier(text, ""),
  authBypassOU: earlier(text, ""),
  gcMode: earlier(text, ""),
  etcdElectionTimeout: earlier(whole, 0),
  etcdHeartbeatInterval: earlier(whole, 0),
  etcdSnapshotCount: earlier(whole, 0),
  scanningDisableAutoRecheck: earlier(flag, true),
  auditAuthLogsEnabled: earlier(flag, false),
};

const all = Object.entries(fields);
const shown = all.filter(([, { isHidden }]) => !isHidden);
const described = ({ type, from }: Field) => type.openapi({ description: from });

export const settingsAnswer = z
  .object(Object.fromEntries(shown.map(([name, field]) => [name, described(field)])))
  .openapi("responses.Settings");
export const settingsForm = z
  .object(Object.fromEntries(all.map(([name, field]) => [name, described(field).optional()])))
  .openapi("forms.Settings", { example: { passwordMinLength: 12 } });

/** The settings in DTR's words. */
export function describeSettings(of: Situation): Record<string, unknown> {
  return Object.fromEntries(shown.map(([name, { value }]) => [name, value(of)]));
}

/**
 * What of the form changes a setting that has an effect. A client may send back everything that it was told.
 * @throws INVALID_SETTINGS for another value of a field without effect: silence would be a lie.
 */
export function changesOf(form: Record<string, unknown>, of: Situation): Partial<Settings> {
  const given = Object.entries(form).filter(([, value]) => value !== undefined);
  const change = given.filter(([name]) => name in of.stored);
  for (const [name, value] of given) {
    const now = fields[name]?.value(of);
    if (name in of.stored || JSON.stringify(value) === JSON.stringify(now)) continue;
    const reason = `${name} has no effect here and stays ${JSON.stringify(now)}: ${fields[name]?.from}`;
    throw registryError("INVALID_SETTINGS", reason, { field: name });
  }
  return Object.fromEntries(change);
}
