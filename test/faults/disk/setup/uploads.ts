// The steps of pushes, one request each; what they answer is judged by the test.
import { randomBytes } from "node:crypto";
import type { Berth } from "#test/clients/setup/berth.ts";
import { pause } from "#test/clients/setup/daemon.ts";
import { describe, mediaTypes, sha256 } from "#test/clients/setup/image.ts";
import { pushBlob, pushManifest, request } from "#test/clients/setup/registry.ts";
import { send } from "./send.ts";

/** Begins a session and gives its Location. @throws when that is refused. */
export async function begin(berth: Berth, repository: string): Promise<string> {
  const answer = await send(berth, { method: "POST", path: `/v2/${repository}/blobs/uploads/` });
  if (answer.status !== 202) throw new Error(`a session was refused with ${answer.status}: ${await answer.text()}`);
  return answer.headers.get("location") as string;
}

export function patch(berth: Berth, location: string, body: Uint8Array): Promise<Response> {
  return send(berth, { method: "PATCH", path: location, body });
}

/** Ends a session, perhaps with more bytes. */
export function put(berth: Berth, location: string, last: { digest: string; body?: Uint8Array }): Promise<Response> {
  const body = last.body ? { body: last.body } : {};
  return send(berth, { method: "PUT", path: `${location}?digest=${last.digest}`, ...body });
}

/** A whole blob in one request. */
export function post(berth: Berth, repository: string, blob: Uint8Array): Promise<Response> {
  return send(berth, { method: "POST", path: `/v2/${repository}/blobs/uploads/?digest=${sha256(blob)}`, body: blob });
}

/** Of HEAD for a blob. */
export async function statusOf(berth: Berth, repository: string, digest: string): Promise<number> {
  return (await request(berth, `/v2/${repository}/blobs/${digest}`, { method: "HEAD" })).status;
}

/** How an answer says no. */
export interface Refusal {
  status: number;
  code: string | undefined;
  message: string | undefined;
  /** NaN when the answer does not say. */
  retryAfterSeconds: number;
}

/** Reads an answer that has to be an error in the registry's form. */
export async function refusalOf(answer: Response): Promise<Refusal> {
  const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
  const retryAfterSeconds = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
  return { status: answer.status, code: errors[0]?.code, message: errors[0]?.message, retryAfterSeconds };
}

/** An image of a configuration and one layer, fresh every time. */
export async function pushSmallImage(berth: Berth, repository: string, tag: string): Promise<void> {
  const [config, layer] = [randomBytes(100), randomBytes(100_000)];
  for (const blob of [config, layer]) await pushBlob(berth, repository, blob);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: describe(mediaTypes.config, config),
    layers: [describe(mediaTypes.layer, layer)],
  };
  await pushManifest(berth, repository, { reference: tag, bytes: Buffer.from(JSON.stringify(manifest)) });
}

/** Asks until the answer is yes; false when it never was. */
export async function waitUntil(isSo: () => Promise<boolean>, seconds: number): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) if (await isSo()) return true;
  return false;
}
