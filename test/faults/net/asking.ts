// Asks a registry again and again during an outage, and judges every answer by itself: its status, its wait, its bytes.
import { randomBytes } from "node:crypto";
import type { Berth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { describe, mediaTypes, sha256 } from "#test/clients/setup/image.ts";

/** One answer. */
export interface Answer {
  what: string;
  /** Milliseconds since the asking began, and how long the answer took. */
  at: number;
  ms: number;
  /** 0: the connection was broken off. */
  status: number;
  retryAfter: string | null;
  /** What is wrong with a success. */
  problem: string | null;
}

/** A request, and what its success must look like. */
export interface Question {
  path: string;
  method?: string;
  body?: Buffer;
  type?: string;
  /** The digest of the answer's bytes. */
  digest?: string;
}

export type Questions = Record<string, () => Question>;

export interface Asking {
  /** Milliseconds since it began. */
  now(): number;
  /** Waits until every question has been answered with success since then, 20 s at most. */
  untilWell(): Promise<void>;
  stop(): Promise<Answer[]>;
}

export async function ask(berth: Berth, authorization: string, { path, method, body, type, digest }: Question) {
  const started = performance.now();
  const headers = { authorization, ...(type ? { "content-type": type } : {}), accept: `${mediaTypes.manifest}, */*` };
  const init = { method: method ?? "GET", headers, ...(body ? { body: new Uint8Array(body) } : {}) };
  const answer = await fetch(`http://${berth.host}${path}`, { ...init, signal: AbortSignal.timeout(60_000) }).catch(
    () => null,
  );
  const bytes = await answer?.arrayBuffer().catch(() => null);
  const broken = { status: 0, retryAfter: null, problem: null };
  const ms = performance.now() - started;
  if (!answer || !bytes) return { ...broken, ms };
  const isWrong = answer.ok && digest !== undefined && sha256(Buffer.from(bytes)) !== digest;
  const problem = isWrong ? `${bytes.byteLength} wrong bytes` : null;
  return { status: answer.status, retryAfter: answer.headers.get("retry-after"), problem, ms };
}

/** Asks each question in turn, by `clients` at once for each, with a short pause between two. */
export function startAsking(
  berth: Berth,
  { authorization, questions, clients = 2 }: { authorization: string; questions: Questions; clients?: number },
): Asking {
  const begun = performance.now();
  const answers: Answer[] = [];
  let isOver = false;
  const now = () => performance.now() - begun;
  const kinds = Object.entries(questions).flatMap((kind) => Array.from({ length: clients }, () => kind));
  const running = kinds.map(async ([what, make]) => {
    while (!isOver) {
      const at = now();
      answers.push({ what, at, ...(await ask(berth, authorization, make())) });
      await pause(40);
    }
  });
  const untilWell = async () => {
    const since = now();
    const isWell = (what: string) =>
      answers.some((a) => a.what === what && a.at > since && a.status >= 200 && a.status < 300);
    for (const end = since + 20_000; now() < end && !Object.keys(questions).every(isWell); ) await pause(50);
  };
  const stop = async () => {
    isOver = true;
    await Promise.all(running);
    return answers;
  };
  return { now, untilWell, stop };
}

/** What is wrong with answers during an outage: each must be a success, or 503 with Retry-After, within 5 s. */
export function complaints(answers: Answer[]): string[] {
  const isRight = ({ status, retryAfter, problem, ms }: Answer) =>
    problem === null && ms < 5_500 && ((status >= 200 && status < 300) || (status === 503 && Number(retryAfter) > 0));
  const wrong = answers.filter((answer) => !isRight(answer));
  return wrong.map(
    (a) => `${a.what} at ${Math.round(a.at)}: ${a.status} after ${Math.round(a.ms)} ms ${a.problem ?? ""}`,
  );
}

/** How many milliseconds after `from` every answer was a success again. */
export function recoveredAfter(answers: Answer[], from: number): number {
  const failed = answers.filter(({ status }) => status === 0 || status >= 300);
  return Math.max(0, ...failed.map(({ at, ms }) => at + ms - from));
}

/** A line for the log: how many of each status there were in a time, and the longest wait. */
export function summary(answers: Answer[], from = 0, to = Number.POSITIVE_INFINITY): string {
  const within = answers.filter(({ at }) => at >= from && at < to);
  const counts = new Map<string, number>();
  for (const { what, status } of within) {
    const key = `${what} ${status}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (within.length === 0) return "nothing";
  const worst = Math.round(Math.max(0, ...within.map(({ ms }) => ms)));
  return `${[...counts].map(([key, count]) => `${key}: ${count}`).join(", ")}; the longest took ${worst} ms`;
}

/** A new blob, pushed in one request. */
export function freshBlob(repository: string): Question {
  const body = randomBytes(2_000);
  return { path: `/v2/${repository}/blobs/uploads/?digest=${sha256(body)}`, method: "POST", body };
}

/** A new manifest, which names a config and layers that are there, pushed to a tag. */
export function freshManifest(repository: string, { blobs, tag }: { blobs: readonly Buffer[]; tag: string }): Question {
  const [config, ...layers] = blobs.map((blob) => describe(mediaTypes.layer, blob));
  const annotations = { at: randomBytes(8).toString("hex") };
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers, annotations };
  const body = Buffer.from(JSON.stringify(manifest));
  return { path: `/v2/${repository}/manifests/${tag}`, method: "PUT", body, type: mediaTypes.manifest };
}
