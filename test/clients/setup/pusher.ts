// Pushes images of random blobs, one after the other and in every way the protocol knows, until told to stop or cut off.
import { randomBytes, randomInt } from "node:crypto";
import type { Berth } from "./berth.ts";
import { describe, mediaTypes, sha256 } from "./image.ts";
import { type Ledger, noteTag, noteTry } from "./ledger.ts";
import { request } from "./registry.ts";

export interface Pusher {
  berth: Berth;
  ledger: Ledger;
  repository: string;
  /** Looked at before each request. */
  isOver: () => boolean;
}

const mebibyte = 1024 * 1024;
const ways = [pushAtOnce, pushByPut, pushInChunks];

/** Rejects when a request is broken off or answered with anything but success. */
export async function keepPushing(pusher: Pusher): Promise<void> {
  while (!pusher.isOver()) {
    const config = randomBytes(200);
    const layers = [randomBytes(randomInt(mebibyte, 8 * mebibyte)), randomBytes(randomInt(mebibyte, 8 * mebibyte))];
    for (const blob of [config, ...layers]) {
      if (pusher.isOver()) return;
      const way = ways[randomInt(ways.length)] as typeof pushAtOnce;
      await pushNoted(pusher, blob, way);
    }
    await pushManifest(pusher, config, layers);
  }
}

async function pushNoted(pusher: Pusher, blob: Buffer, way: typeof pushAtOnce): Promise<void> {
  const { ledger, repository } = pusher;
  const digest = sha256(blob);
  const acknowledge = noteTry(ledger, { kind: "blobs", repository, digest, sizeBytes: blob.byteLength, needs: [] });
  await way(pusher, blob, digest);
  acknowledge();
}

async function pushAtOnce(pusher: Pusher, blob: Buffer, digest: string): Promise<void> {
  await send(pusher, 201, "POST", `/v2/${pusher.repository}/blobs/uploads/?digest=${digest}`, blob);
}

async function pushByPut(pusher: Pusher, blob: Buffer, digest: string): Promise<void> {
  const location = await begin(pusher);
  await send(pusher, 201, "PUT", `${location}?digest=${digest}`, blob);
}

async function pushInChunks(pusher: Pusher, blob: Buffer, digest: string): Promise<void> {
  let location = await begin(pusher);
  const chunk = Math.ceil(blob.byteLength / 3);
  for (let start = 0; start < blob.byteLength; start += chunk) {
    const part = blob.subarray(start, start + chunk);
    location = await send(pusher, 202, "PATCH", location, part, `${start}-${start + part.byteLength - 1}`);
  }
  await send(pusher, 201, "PUT", `${location}?digest=${digest}`);
}

async function pushManifest(pusher: Pusher, config: Buffer, layers: Buffer[]): Promise<void> {
  const { ledger, repository } = pusher;
  const [described, ...rest] = [config, ...layers].map((blob) => describe(mediaTypes.layer, blob));
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: described, layers: rest };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const digest = sha256(bytes);
  const needs = [config, ...layers].map(sha256);
  const noted = noteTry(ledger, { kind: "manifests", repository, digest, sizeBytes: bytes.byteLength, needs });
  const tagged = noteTag(ledger, { repository, tag: "latest", digest });
  await send(pusher, 201, "PUT", `/v2/${repository}/manifests/latest`, bytes);
  noted();
  tagged();
}

function begin(pusher: Pusher): Promise<string> {
  return send(pusher, 202, "POST", `/v2/${pusher.repository}/blobs/uploads/`);
}

/** Gives the answer's Location. */
async function send(
  { berth }: Pusher,
  wanted: number,
  method: string,
  path: string,
  body?: Buffer,
  range?: string,
): Promise<string> {
  const type = path.includes("/manifests/") ? mediaTypes.manifest : "application/octet-stream";
  const headers = { "content-type": type, ...(range ? { "content-range": range } : {}) };
  const answer = await request(berth, path, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) });
  const said = await answer.text();
  if (answer.status !== wanted) throw new Error(`${method} ${path}: answered ${answer.status}: ${said}`);
  return answer.headers.get("location") ?? "";
}
