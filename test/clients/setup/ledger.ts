// Knows what a registry acknowledged to clients and what they only tried, and checks a registry against that.
import { createHash } from "node:crypto";
import type { Berth } from "./berth.ts";
import { sha256 } from "./image.ts";
import { request } from "./registry.ts";

/** One blob or manifest that somebody pushed or tried to push. */
export interface Entry {
  repository: string;
  digest: string;
  kind: "blobs" | "manifests";
  sizeBytes: number;
  acknowledged: boolean;
  /** What a manifest names: all of it has to be there when the manifest is. */
  needs: string[];
}

/** A tag's manifest by its last acknowledged push, and what was tried after that. */
interface Tag {
  repository: string;
  tag: string;
  acknowledged: string | null;
  tried: string[];
}

export interface Ledger {
  entries: Map<string, Entry>;
  tags: Map<string, Tag>;
}

export function createLedger(): Ledger {
  return { entries: new Map(), tags: new Map() };
}

/** Notes that a push begins; call what it gives when it was acknowledged. */
export function noteTry(ledger: Ledger, entry: Omit<Entry, "acknowledged">): () => void {
  const noted = { ...entry, acknowledged: false };
  ledger.entries.set(keyOf(entry), noted);
  return () => {
    noted.acknowledged = true;
  };
}

/** The same for a tag that is put on a manifest. */
export function noteTag(
  ledger: Ledger,
  { repository, tag, digest }: { repository: string; tag: string; digest: string },
) {
  const key = `${repository}:${tag}`;
  const noted: Tag = ledger.tags.get(key) ?? { repository, tag, acknowledged: null, tried: [] };
  ledger.tags.set(key, noted);
  noted.tried.push(digest);
  return () => {
    noted.acknowledged = digest;
    noted.tried = [];
  };
}

/** What is wrong with the registry, a line each: nothing, if all is well. */
export async function audit(berth: Berth, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const found = new Set<string>();
  for (const entry of ledger.entries.values()) {
    const state = await look(berth, entry);
    if (state === "whole") found.add(keyOf(entry));
    if (state === "whole" || (state === "absent" && !entry.acknowledged)) continue;
    const what = entry.acknowledged ? "acknowledged" : "unacknowledged";
    wrong.push(`${what} ${entry.kind} ${entry.repository}@${entry.digest} (${entry.sizeBytes} bytes) is ${state}`);
  }
  for (const { kind, repository, digest, needs } of ledger.entries.values()) {
    if (!found.has(keyOf({ kind, repository, digest }))) continue;
    for (const need of needs)
      if (!found.has(keyOf({ kind: "blobs", repository, digest: need })))
        wrong.push(`${digest} is there without ${need}`);
  }
  for (const tag of ledger.tags.values()) wrong.push(...(await auditTag(berth, tag)));
  return wrong;
}

async function auditTag(berth: Berth, { repository, tag, acknowledged, tried }: Tag): Promise<string[]> {
  const answer = await request(berth, `/v2/${repository}/manifests/${tag}`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 404 && acknowledged === null) return [];
  if (answer.status === 200 && [acknowledged, ...tried].includes(sha256(bytes))) return [];
  return [`tag ${repository}:${tag} answers ${answer.status} ${sha256(bytes)}; it was ${acknowledged}, tried ${tried}`];
}

async function look(berth: Berth, entry: Entry): Promise<string> {
  const { kind, repository, digest, sizeBytes } = entry;
  const answer = await request(berth, `/v2/${repository}/${kind}/${digest}`);
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  if (answer.status === 404) return "absent";
  if (answer.status !== 200) return `answered with ${answer.status}`;
  if (size !== sizeBytes) return `served with ${size} bytes`;
  return `sha256:${hash.digest("hex")}` === digest ? "whole" : "served with other bytes";
}

function keyOf({ kind, repository, digest }: Pick<Entry, "kind" | "repository" | "digest">): string {
  return `${kind} ${repository} ${digest}`;
}
