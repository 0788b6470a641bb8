// Which server a verb asks, and as whom: what the command line says, then the environment, then the last login, then this host's own server.
import fs from "node:fs";
import path from "node:path";
import { type BerthClient, type Credentials, createClient } from "#client/client.ts";
import { version } from "#core/version.ts";
import { readLogins, type SavedLogins } from "./saved-logins.ts";
import { UsageError } from "./usage.ts";

export interface Way {
  url?: string;
  user?: string;
}

export interface Connection {
  client: BerthClient;
  url: string;
  credentials: Credentials;
}

export const agent = `berth/${version} (${process.platform})`;

export async function connect(way: Way): Promise<Connection> {
  const saved = readLogins();
  const { url, credentials } = await findServer(way, saved);
  refuseInTheClear(url, credentials);
  return { url, credentials, client: createClient({ url, credentials, agent }) };
}

async function findServer(way: Way, saved: SavedLogins): Promise<{ url: string; credentials: Credentials }> {
  const named = way.url ?? (process.env.BERTH_URL || saved.current);
  const url = named === null ? null : readUrl(named);
  const given = credentialsGiven(way, url === null ? undefined : saved.logins[url]?.user);
  const kept = url === null || given ? undefined : saved.logins[url];
  if (url !== null && given) return { url, credentials: given };
  if (url !== null && kept && (way.user ?? kept.user) === kept.user)
    return { url, credentials: { kind: "token", token: kept.token } };
  const host = await thisHost();
  if (url !== null && !host.urls.includes(url)) return { url, credentials: { kind: "none" } };
  return { url: url ?? host.url, credentials: given ?? host.credentials(way.user) };
}

function credentialsGiven(way: Way, lastUser: string | undefined): Credentials | null {
  const { BERTH_TOKEN: token, BERTH_PASSWORD: password, BERTH_USER, BERTH_ADMIN_USER } = process.env;
  if (token) return { kind: "token", token };
  if (!password) return null;
  const user = way.user ?? (BERTH_USER || lastUser || BERTH_ADMIN_USER || "admin");
  return { kind: "basic", user, password };
}

/**
 * The server of this host as its configuration has it, with the first admin's password if whoever asks may read it. That password is
 * for this server alone: it goes to no address that a command line names.
 */
async function thisHost() {
  const { requireConfig } = await import("../../settings.ts");
  const config = requireConfig();
  const local = `${config.tlsCert === undefined ? "http" : "https"}://127.0.0.1:${config.listen.port}`;
  const credentials = (user = config.adminUser): Credentials => {
    const password = process.env.BERTH_ADMIN_PASSWORD ?? readIfThere(path.join(config.dataDir, "admin-password"));
    return password === null || user !== config.adminUser ? { kind: "none" } : { kind: "basic", user, password };
  };
  return { url: config.publicUrl ?? local, urls: [local, config.publicUrl ?? local], credentials };
}

function readIfThere(file: string): string | null {
  try {
    return fs.readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An address, or as docker takes it, without a scheme: https, or http on this machine. */
export function readUrl(text: string): string {
  const whole = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (!URL.canParse(whole))
    throw new UsageError(`${JSON.stringify(text)} is no address: write https://registry.example`);
  const url = new URL(whole);
  if (url.username || url.password) throw new UsageError("an address holds no password: set BERTH_PASSWORD");
  if (whole !== text && loopback.test(url.hostname)) url.protocol = "http:";
  return url.origin;
}

export function refuseInTheClear(url: string, credentials: Credentials): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === "https:" || loopback.test(hostname) || credentials.kind === "none") return;
  if (process.env.BERTH_ALLOW_HTTP === "1") return;
  throw new Error(`${url} would get your secret in the clear: use https, or set BERTH_ALLOW_HTTP=1`);
}
