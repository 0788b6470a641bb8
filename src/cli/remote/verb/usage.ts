// How words of a command line are read: names, times, choices. What is wrong with them ends the command with status 2.

export class UsageError extends Error {}

/** `engineering/web/shop`: what is before the first slash, and what is after it. */
function splitAtSlash(text: string, form: string): [before: string, after: string] {
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1) throw new UsageError(`write it as ${form}, not ${JSON.stringify(text)}`);
  return [text.slice(0, slash), text.slice(slash + 1)];
}

export function readRepository(text: string): { namespace: string; reponame: string } {
  const [namespace, reponame] = splitAtSlash(text, "namespace/name");
  return { namespace, reponame };
}

/** `engineering/web:1.2` or `engineering/web@sha256:…`. */
export function readReference(text: string): { namespace: string; reponame: string; reference: string } {
  const [, repository, tag, digest] = /^([^:@]+)(?::([^:@/]+)|@([^@/]+))$/.exec(text) ?? [];
  const reference = tag ?? digest;
  if (!repository || !reference)
    throw new UsageError(`write it as namespace/name:tag or namespace/name@digest, not ${JSON.stringify(text)}`);
  return { ...readRepository(repository), reference };
}

export function readTeam(text: string): { account: string; team: string } {
  const [account, team] = splitAtSlash(text, "organization/team");
  return { account, team };
}

/** As it logs in (`engineering+ci`), or with a slash. */
export function readRobot(text: string): { orgname: string; name: string } {
  const [orgname, name] = splitAtSlash(text.replace("+", "/"), "organization+name");
  return { orgname, name };
}

const seconds = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90s`, `30m`, `12h`, `7d`. */
export function readSeconds(text: string): number {
  const [, count, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined)
    throw new UsageError(`write a span as 30m, 12h or 7d, not ${JSON.stringify(text)}`);
  return Number(count) * seconds[unit as keyof typeof seconds];
}

/** A span from now on (`direction` 1) or back (-1), a day or a time. */
export function readTime(text: string, direction: 1 | -1): string {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() + direction * readSeconds(text) * 1000).toISOString();
  const time = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime()))
    throw new UsageError(`write a time as 30d, 2027-01-31 or 2027-01-31T12:00:00Z, not ${JSON.stringify(text)}`);
  return time.toISOString();
}

/** `engineering/web-*:pull,push`: what an access token is good for. */
export function readScope(text: string): { repositories: string; actions: ("pull" | "push" | "delete" | "*")[] } {
  const [, repositories, actions] = /^([^:]+):((?:pull|push|delete|\*)(?:,(?:pull|push|delete|\*))*)$/.exec(text) ?? [];
  if (!repositories || !actions)
    throw new UsageError(`write a scope as 'namespace/web-*:pull,push', not ${JSON.stringify(text)}`);
  return { repositories, actions: actions.split(",") as ("pull" | "push" | "delete" | "*")[] };
}

/** When something is to end, where that was said: `--until`. */
export function readEnd(until: string | undefined): string | undefined {
  return until === undefined ? undefined : readTime(until, 1);
}

/** The bounds of a token: `--until`, `--scope`. */
export function readBounds({ until, scope }: { until?: string; scope?: string[] }) {
  return { expiresAt: readEnd(until), scopes: scope?.map(readScope) };
}

/** `name=value`. */
export function readPair(text: string): [name: string, value: string] {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`write it as name=value, not ${JSON.stringify(text)}`);
  return [name, value];
}

/** A form without what was not said. */
export function said<T extends object>(form: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined)) as never;
}

/** @throws UsageError where nothing was said. */
export function saidSomething<T extends object>(form: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const change = said(form);
  if (Object.keys(change).length === 0) throw new UsageError("say what to change; --help lists what there is");
  return change;
}

export type OnOff = "on" | "off" | undefined;

export function isOn(word: OnOff): boolean | undefined {
  return word === undefined ? undefined : word === "on";
}
