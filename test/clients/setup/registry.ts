// A small HTTP client of Berth's own: it seeds repositories, and judges byte for byte what other clients pushed.
import { type Berth, password, user } from "./berth.ts";
import { type Descriptor, type Image, mediaTypes, sha256 } from "./image.ts";

const basic = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
const accept = [...Object.values(mediaTypes), "*/*"].join(", ");

/** Sends a request as admin, or as nobody. */
export async function request(berth: Berth, path: string, init: RequestInit & { anonymous?: boolean } = {}) {
  const { anonymous, ...rest } = init;
  const headers = { accept, ...(anonymous ? {} : { authorization: basic }), ...(init.headers as object) };
  return fetch(`http://${berth.host}${path}`, { ...rest, headers });
}

async function must(status: number, answer: Response, what: string): Promise<Response> {
  if (answer.status === status) return answer;
  throw new Error(`${what}: answered ${answer.status} instead of ${status}: ${await answer.text()}`);
}

export async function pushBlob(berth: Berth, repository: string, blob: Buffer): Promise<void> {
  const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(blob)}`;
  const answer = await request(berth, path, { method: "POST", body: new Uint8Array(blob) });
  await must(201, answer, path);
}

export async function pushManifest(
  berth: Berth,
  repository: string,
  input: { reference: string; bytes: Buffer },
): Promise<void> {
  const { mediaType } = JSON.parse(input.bytes.toString()) as { mediaType: string };
  const path = `/v2/${repository}/manifests/${input.reference}`;
  const headers = { "content-type": mediaType };
  const answer = await request(berth, path, { method: "PUT", headers, body: new Uint8Array(input.bytes) });
  await must(201, answer, path);
}

export async function pushImage(berth: Berth, repository: string, input: { tag?: string; image: Image }) {
  for (const blob of input.image.blobs.values()) await pushBlob(berth, repository, blob);
  await pushManifest(berth, repository, { reference: input.tag ?? input.image.digest, bytes: input.image.manifest });
}

/** Lets everyone read a repository. */
export async function publish(berth: Berth, repository: string): Promise<void> {
  const [namespace, ...rest] = repository.split("/");
  const path = `/api/v0/repositories/${namespace}/${encodeURIComponent(rest.join("/"))}`;
  const headers = { "content-type": "application/json" };
  await must(200, await request(berth, path, { method: "PATCH", headers, body: '{"visibility":"public"}' }), path);
}

/** A manifest as it is served. */
export interface Served {
  digest: string;
  bytes: Buffer;
  content: Manifest;
}

export interface Manifest {
  mediaType?: string;
  artifactType?: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: (Descriptor & { artifactType?: string })[];
  subject?: Descriptor;
}

export async function getManifest(berth: Berth, repository: string, reference: string): Promise<Served> {
  const path = `/v2/${repository}/manifests/${reference}`;
  const answer = await must(200, await request(berth, path), path);
  const bytes = Buffer.from(await answer.arrayBuffer());
  const digest = sha256(bytes);
  if (answer.headers.get("docker-content-digest") !== digest) throw new Error(`${path} is not what its digest says`);
  return { digest, bytes, content: JSON.parse(bytes.toString()) };
}

/** Status of HEAD or GET for a manifest: whether it is there. */
export async function statusOf(berth: Berth, repository: string, reference: string): Promise<number> {
  const answer = await request(berth, `/v2/${repository}/manifests/${reference}`);
  await answer.arrayBuffer();
  return answer.status;
}

export async function listTags(berth: Berth, repository: string): Promise<string[]> {
  const path = `/v2/${repository}/tags/list`;
  const { tags } = (await (await must(200, await request(berth, path), path)).json()) as { tags: string[] };
  return tags;
}

export async function listReferrers(berth: Berth, repository: string, digest: string) {
  const path = `/v2/${repository}/referrers/${digest}`;
  const index = (await (await must(200, await request(berth, path), path)).json()) as Required<Manifest>;
  return index.manifests;
}

/** Reads a manifest and all it names, comparing every byte with its digest. Gives the manifest. */
export async function readWhole(berth: Berth, repository: string, reference: string): Promise<Served> {
  const served = await getManifest(berth, repository, reference);
  const { config, layers = [], manifests = [] } = served.content;
  for (const { digest, size } of [...(config ? [config] : []), ...layers]) {
    const path = `/v2/${repository}/blobs/${digest}`;
    const answer = await must(200, await request(berth, path), path);
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (bytes.byteLength !== size || sha256(bytes) !== digest) throw new Error(`${path} is not what was pushed`);
  }
  for (const { digest } of manifests) await readWhole(berth, repository, digest);
  return served;
}

/** A token of the admin for a scope, as clients get one. */
export async function getToken(berth: Berth, scope: string): Promise<string> {
  const answer = await must(
    200,
    await request(berth, `/auth/token?service=berth&scope=${scope}`),
    "the token endpoint",
  );
  return ((await answer.json()) as { token: string }).token;
}
