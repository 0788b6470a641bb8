// The requests of registry clients, as the tests of the protocol are made of them.
import { expect } from "vitest";
import type { Target } from "#test/setup/target.ts";
import { type Algorithm, type Content, contentOf, imageOf, type ManifestContent, randomContent } from "./content.ts";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  text: string;
}

export interface Sending {
  body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | undefined;
  headers?: Record<string, string>;
  /** `Authorization`; null for none. */
  auth?: string | null;
}

/** Sends as the system admin, unless told otherwise. Bytes go with their Content-Length, streams without. */
export async function send(target: Target, method: string, path: string, sending: Sending = {}): Promise<Answer> {
  const { body, auth = target.admin } = sending;
  const headers = new Headers(sending.headers);
  if (auth !== null) headers.set("Authorization", auth);
  if (body instanceof Uint8Array && !headers.has("content-length"))
    headers.set("Content-Length", String(body.byteLength));
  const answer = await target.fetch(path, { method, headers, redirect: "manual", ...(body ? { body } : {}) });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  return { status: answer.status, headers: answer.headers, body: bytes, text: new TextDecoder().decode(bytes) };
}

/** The code of an error answer, after a look at its form. */
export function errorCode(answer: Answer): string {
  const { errors } = JSON.parse(answer.text) as { errors: { code: string; message: string; detail: unknown }[] };
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error.code).toMatch(/^[A-Z_]+$/);
    expect(error.message).not.toBe("");
  }
  return errors[0]?.code as string;
}

/** Adds a query parameter to a Location. */
export function withDigest(location: string, digest: string): string {
  return `${location}${location.includes("?") ? "&" : "?"}digest=${digest}`;
}

/** Where the server leads to; always a path from the root. */
export function locationOf(answer: Answer): string {
  const location = answer.headers.get("location") ?? "";
  expect(location).toMatch(/^\/v2\//);
  return location;
}

/** Opens a session. @returns its Location. */
export async function beginUpload(target: Target, repository: string, sending: Sending = {}): Promise<string> {
  const headers = { "Content-Length": "0", ...sending.headers };
  const answer = await send(target, "POST", `/v2/${repository}/blobs/uploads/`, { ...sending, headers });
  expect(answer.status).toBe(202);
  return locationOf(answer);
}

/** Sends one chunk, with a Content-Range when `start` is given. */
export function sendChunk(
  target: Target,
  location: string,
  bytes: Uint8Array<ArrayBuffer>,
  start?: number,
): Promise<Answer> {
  const range = start === undefined ? {} : { "Content-Range": `${start}-${start + bytes.byteLength - 1}` };
  const headers = { "Content-Type": "application/octet-stream", ...range };
  return send(target, "PATCH", location, { body: bytes, headers });
}

/** Pushes a blob by POST and PUT. */
export async function pushBlob(
  target: Target,
  repository: string,
  content: Content = randomContent(),
  auth: string = target.admin,
): Promise<Content> {
  const location = await beginUpload(target, repository, { auth });
  const sending = { body: content.bytes, headers: { "Content-Type": "application/octet-stream" }, auth };
  const answer = await send(target, "PUT", withDigest(location, content.digest), sending);
  expect(answer.status).toBe(201);
  return content;
}

export function putManifest(
  target: Target,
  repository: string,
  manifest: ManifestContent,
  reference: string = manifest.digest,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sending = { body: manifest.bytes, headers: { "Content-Type": manifest.mediaType, ...headers } };
  return send(target, "PUT", `/v2/${repository}/manifests/${reference}`, sending);
}

/** Pushes a manifest that must be accepted. */
export async function pushManifest(
  target: Target,
  repository: string,
  manifest: ManifestContent,
  reference: string = manifest.digest,
): Promise<ManifestContent> {
  const answer = await putManifest(target, repository, manifest, reference);
  expect([answer.status, answer.text]).toEqual([201, ""]);
  return manifest;
}

/** Pushes a small image with its blobs. */
export async function pushImage(
  target: Target,
  repository: string,
  options: { tag?: string; algorithm?: Algorithm; more?: { [field: string]: unknown } } = {},
): Promise<ManifestContent & { config: Content; layer: Content }> {
  const { algorithm = "sha256", more = {} } = options;
  const config = await pushBlob(
    target,
    repository,
    contentOf(`{"os":"linux","id":"${crypto.randomUUID()}"}`, algorithm),
  );
  const layer = await pushBlob(target, repository, randomContent(200, algorithm));
  const manifest = imageOf(config, [layer], more, algorithm);
  await pushManifest(target, repository, manifest, options.tag);
  return { ...manifest, config, layer };
}

/** Pushes a blob by POST, PATCH with a body of unknown length, and PUT, as docker does. */
export async function pushBlobAsDocker(
  target: Target,
  repository: string,
  content: Pick<Content, "bytes" | "digest">,
  auth: string = target.admin,
): Promise<void> {
  const location = await beginUpload(target, repository, { auth });
  const patched = await send(target, "PATCH", location, { body: new Blob([content.bytes]).stream(), auth });
  expect(patched.status).toBe(202);
  expect((await send(target, "PUT", withDigest(locationOf(patched), content.digest), { auth })).status).toBe(201);
}

/** Pushes an image of two layers of 64 KiB and a configuration, all of it new, as docker does. */
export async function pushImageAsDocker(
  target: Target,
  repository: string,
  tag: string,
  auth: string = target.admin,
): Promise<ManifestContent> {
  const layers = [randomContent(65_536), randomContent(65_536)];
  const config = contentOf(JSON.stringify({ made: crypto.randomUUID() }));
  for (const content of [...layers, config]) await pushBlobAsDocker(target, repository, content, auth);
  const image = imageOf(config, layers);
  const headers = { "Content-Type": image.mediaType };
  const put = await send(target, "PUT", `/v2/${repository}/manifests/${tag}`, { body: image.bytes, headers, auth });
  expect(put.status).toBe(201);
  return image;
}

/** Changes a repository's settings. */
export async function changeRepository(target: Target, repository: string, change: object): Promise<void> {
  const [namespace, ...name] = repository.split("/");
  const path = `/api/v0/repositories/${namespace}/${encodeURIComponent(name.join("/"))}`;
  const body = new TextEncoder().encode(JSON.stringify(change));
  const answer = await send(target, "PATCH", path, { body, headers: { "Content-Type": "application/json" } });
  expect([answer.status, answer.text.slice(0, 0)]).toEqual([200, ""]);
}

/** A body of pieces, which goes without a length. */
export function streamOf(...pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const next = rest.shift();
      if (next) controller.enqueue(next);
      else controller.close();
    },
  });
}

/** A body during which something happens: a while after its bytes were taken, so that they may arrive, and before it ends. */
export function streamWith(
  bytes: Uint8Array,
  meanwhile: () => Promise<unknown>,
  { afterMs = 30 } = {},
): ReadableStream<Uint8Array> {
  let isSent = false;
  return new ReadableStream(
    {
      async pull(controller) {
        if (!isSent) {
          isSent = true;
          return controller.enqueue(bytes);
        }
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        await meanwhile();
        controller.close();
      },
    },
    // Nothing happens before the request is under way.
    { highWaterMark: 0 },
  );
}

/** A body that breaks after its pieces, as when a client's connection is lost. */
export function brokenStream(...pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    async pull(controller) {
      const next = rest.shift();
      if (next) return controller.enqueue(next);
      // What was sent shall arrive before the break.
      await new Promise((resolve) => setTimeout(resolve, 30));
      controller.error(new Error("the connection broke"));
    },
  });
}
