// A Berth whose PostgreSQL server is behind toxiproxy, with an image in it that is known to its memory, and what is asked of it.
import { randomBytes } from "node:crypto";
import { type Berth, makeHome, startBerth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { sha256 } from "#test/clients/setup/image.ts";
import { getToken, pushBlob } from "#test/clients/setup/registry.ts";
import { ask, freshManifest } from "./asking.ts";
import type { ProxiedServer, Toxiproxy } from "./toxiproxy.ts";

export const repository = "outage/app";
export const blobs: readonly Buffer[] = [randomBytes(300), randomBytes(20_000)];
export const layer = sha256(blobs[1] as Buffer);

export interface ServerStage {
  berth: Berth;
  /** Of the database, not by way of toxiproxy. */
  databaseUrl: string;
  server: ProxiedServer;
  /** Of a token that may pull and push, made before the outage. */
  authorization: string;
}

/** What the caller was granted before the outage. */
export const pulls = {
  "pull of a blob": () => ({ path: `/v2/${repository}/blobs/${layer}`, digest: layer }),
  "pull by tag": () => ({ path: `/v2/${repository}/manifests/still` }),
  "pull by a tag that others try to move": () => ({ path: `/v2/${repository}/manifests/moving` }),
};

/** Nothing comes through any more, in either direction. */
export async function hang(server: ProxiedServer): Promise<void> {
  const silence = { type: "timeout", attributes: { timeout: 0 } } as const;
  await server.add(silence, { ...silence, stream: "upstream" });
}

/** @param settings more variables of the Berth. */
export async function startServerStage(
  toxiproxy: Toxiproxy,
  settings: Record<string, string> = {},
): Promise<ServerStage> {
  const many = { BERTH_TOKEN_SECONDS: "3600", BERTH_UPLOADS_PER_CALLER: "10000" };
  const home = await makeHome("server", { ...many, ...settings });
  const databaseUrl = home.env.DATABASE_URL as string;
  const url = new URL(databaseUrl);
  const server = await toxiproxy.proxy(Number(url.port));
  url.port = String(server.port);
  home.env.DATABASE_URL = url.href;
  const berth = await startBerth(home);
  for (const blob of blobs) await pushBlob(berth, repository, blob);
  const authorization = `Bearer ${await getToken(berth, `repository:${repository}:pull,push`)}`;
  const must = async (question: Parameters<typeof ask>[2]) => {
    const { status } = await ask(berth, authorization, question);
    if (status >= 300 || status < 200) throw new Error(`${question.path}: answered ${status} before the outage`);
  };
  for (const tag of ["still", "moving"]) await must(freshManifest(repository, { blobs, tag }));
  // What was just pushed is news for a moment, and not yet remembered.
  await pause(1_500);
  for (const make of Object.values(pulls)) await must(make());
  return { berth, databaseUrl, server, authorization };
}
