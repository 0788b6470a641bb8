// Pushes small content over the registry protocol, to have something to read.
import type { Server } from "../servers/start.ts";
import { type Content, manifestType } from "./blobs.ts";

/** A repository of a server, with what a request to it must carry. */
export interface Repository {
  server: Server;
  name: string;
  headers: Record<string, string>;
}

const pushesAtOnce = 8;

/** Asks for the rights anew: a token given before a repository's first push does not name it. */
export async function openRepository(server: Server, name: string): Promise<Repository> {
  const authorization = await server.authorize(name);
  return { server, name, headers: authorization === null ? {} : { Authorization: authorization } };
}

export async function pushBlobs(repository: Repository, blobs: readonly Content[]): Promise<void> {
  await inParallel(blobs, async ({ digest, bytes }) => {
    const location = await beginUpload(repository);
    location.searchParams.set("digest", digest);
    await send(repository, { method: "PUT", url: location, body: bytes, expect: 201 });
  });
}

/** Pushes manifests, each under its tag. */
export async function pushManifests(repository: Repository, manifests: Map<string, Content>): Promise<void> {
  await inParallel([...manifests], async ([tag, { bytes }]) => {
    const url = urlOf(repository, `manifests/${tag}`);
    await send(repository, { method: "PUT", url, body: bytes, type: manifestType, expect: 201 });
  });
}

/** Opens an upload session. */
export async function beginUpload(repository: Repository): Promise<URL> {
  const url = urlOf(repository, "blobs/uploads/");
  const headers = await send(repository, { method: "POST", url, expect: 202 });
  return new URL(headers.get("location") as string, url);
}

export function urlOf({ server, name }: Repository, path: string): URL {
  return new URL(`${server.url}/v2/${name}/${path}`);
}

export interface Sent {
  method: string;
  url: URL;
  body?: Buffer;
  type?: string;
  expect: number;
}

/** @throws when the answer is not the expected one. */
export async function send({ headers }: Repository, { method, url, body, type, expect }: Sent): Promise<Headers> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, "Content-Type": type ?? "application/octet-stream" },
    body: (body as Uint8Array<ArrayBuffer> | undefined) ?? null,
  });
  const text = await response.text();
  if (response.status !== expect) throw new Error(`${method} ${url}: ${response.status} ${text.slice(0, 500)}`);
  return response.headers;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const pending = items.values();
  const line = async () => {
    for (const item of pending) await work(item);
  };
  await Promise.all(Array.from({ length: pushesAtOnce }, line));
}
